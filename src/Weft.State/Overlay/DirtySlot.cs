using Weft.Primitives;

namespace Weft.State.Overlay;

/// <summary>A slot that was written at some time. Those of one account are chained.</summary>
internal struct DirtySlot
{
    public int Index;

    /// <summary>One more than the number of the next one of the same account, or 0.</summary>
    public int Next;

    /// <summary>What the source has; meaningful in the source's generation only.</summary>
    public UInt256 Source;
}
