using System.Runtime.InteropServices;

namespace Weft.State.MultiVersion;

/// <summary>A number on cache lines of its own, for one that all read and some write often.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct PaddedInt
{
    [FieldOffset(64)]
    public int Value;
}
