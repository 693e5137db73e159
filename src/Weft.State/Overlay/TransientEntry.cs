using Weft.Primitives;

namespace Weft.State.Overlay;

/// <summary>A slot of transient storage (EIP-1153).</summary>
internal struct TransientEntry : IKeyed<SlotKey>
{
    public UInt256 Key;
    public UInt256 Value;
    public int Account;

    public readonly bool Has(in SlotKey key) => key.Is(Account, in Key);
    public readonly uint Hash => new SlotKey(Account, in Key).Hash;
}
