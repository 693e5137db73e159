using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Primitives;

/// <summary>Keccak-256 with the original padding (0x01), as Ethereum uses it; not SHA3-256.</summary>
public static partial class Keccak
{
    /// <summary>Bytes of input that a permutation takes in; 1088 of the 1600 bits.</summary>
    private const int Rate = 136;
    private const int RateLanes = Rate / 8;

    /// <summary>Digest of <paramref name="data"/>.</summary>
    [SkipLocalsInit]
    public static unsafe Hash256 Hash(ReadOnlySpan<byte> data)
    {
        ulong* state = stackalloc ulong[Lanes];
        fixed (byte* bytes = data) Sponge(state, bytes, data.Length);
        return new(state[0], state[1], state[2], state[3]);
    }

    /// <summary>As <see cref="Hash(ReadOnlySpan{byte})"/>, into the first 32 bytes of the destination.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination) => Hash(data).CopyTo(destination);

    /// <summary>The digest as the word that KECCAK256 pushes: its first byte is the most significant.</summary>
    [SkipLocalsInit]
    public static unsafe UInt256 HashToWord(ReadOnlySpan<byte> data)
    {
        ulong* state = stackalloc ulong[Lanes];
        fixed (byte* bytes = data) Sponge(state, bytes, data.Length);
        return UInt256.FromBigEndianLimbs(state[0], state[1], state[2], state[3]);
    }

    // Safe: the state has 25 words, and no more than length bytes are read from data.
    private static unsafe void Sponge(ulong* state, byte* data, int length)
    {
        new Span<ulong>(state, Lanes).Clear();
        for (; length >= Rate; data += Rate, length -= Rate)
        {
            for (int i = 0; i < RateLanes; i++) state[i] ^= Word(data, i);
            Permute(state);
        }
        int words = length >> 3;
        for (int i = 0; i < words; i++) state[i] ^= Word(data, i);
        state[words] ^= LastWord(data + 8 * words, length & 7);
        state[RateLanes - 1] ^= 1ul << 63;
        Permute(state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe ulong Word(byte* block, int i) => Unsafe.ReadUnaligned<ulong>(block + 8 * i);

    // The last bytes, 0 to 7 of them, and the first bit of the padding.
    private static unsafe ulong LastWord(byte* tail, int count)
    {
        ulong word = 1;
        for (int i = count - 1; i >= 0; i--) word = word << 8 | tail[i];
        return word;
    }
}
