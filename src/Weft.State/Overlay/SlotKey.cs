using System.Runtime.CompilerServices;
using Weft.Primitives;

namespace Weft.State.Overlay;

/// <summary>A slot by the number of its account entry and its key, which is not copied.</summary>
internal readonly ref struct SlotKey(int account, ref readonly UInt256 key)
{
    public readonly int Account = account;
    public readonly ref readonly UInt256 Key = ref key;

    public uint Hash
    {
        // The account number spreads equal keys of different accounts: the factor is odd, so low bits stay distinct.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)LocationHash.Of(in Key) ^ (uint)Account * 0x9E3779B1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(int account, in UInt256 key) =>
        ((Key.U0 ^ key.U0) | (Key.U1 ^ key.U1) | (Key.U2 ^ key.U2) | (Key.U3 ^ key.U3)
            | (uint)(Account ^ account)) == 0;
}
