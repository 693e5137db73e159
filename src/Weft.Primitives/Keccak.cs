using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Weft.Primitives;

/// <summary>Keccak-256 with the original padding (0x01), as Ethereum uses it; not SHA3-256.</summary>
public static partial class Keccak
{
    /// <summary>Bytes of input that a permutation takes in; 1088 of the 1600 bits.</summary>
    private const int Rate = 136;
    private const int RateLanes = Rate / 8;

    /// <summary>Where the padding ends, in the last word of a block.</summary>
    private const ulong LastBit = 1ul << 63;

    /// <summary>
    /// Whether one state is permuted in AVX-512 registers: 194 ns a block where words take 240 (Zen 5, busy).
    /// </summary>
    internal static bool HasPlanes => Avx512BW.IsSupported;

    /// <summary>Digest of <paramref name="data"/>.</summary>
    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        Hash(data, HasPlanes, out ulong w0, out ulong w1, out ulong w2, out ulong w3);
        return new(w0, w1, w2, w3);
    }

    /// <summary>As <see cref="Hash(ReadOnlySpan{byte})"/>, into the first 32 bytes of the destination.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination) => Hash(data).CopyTo(destination);

    /// <summary>The digest as the word that KECCAK256 pushes: its first byte is the most significant.</summary>
    public static UInt256 HashToWord(ReadOnlySpan<byte> data)
    {
        Hash(data, HasPlanes, out ulong w0, out ulong w1, out ulong w2, out ulong w3);
        return UInt256.FromBigEndianLimbs(w0, w1, w2, w3);
    }

    /// <summary>The digest as four groups of bytes, with the state in AVX-512 registers or without.</summary>
    internal static unsafe void Hash(
        ReadOnlySpan<byte> data, bool planes, out ulong w0, out ulong w1, out ulong w2, out ulong w3)
    {
        fixed (byte* bytes = data)
        {
            if (planes) HashPlanes(bytes, data.Length, out w0, out w1, out w2, out w3);
            else HashWords(bytes, data.Length, out w0, out w1, out w2, out w3);
        }
    }

    // Safe: the state has 25 words, and no more than length bytes are read from data.
    [SkipLocalsInit]
    private static unsafe void HashWords(
        byte* data, int length, out ulong w0, out ulong w1, out ulong w2, out ulong w3)
    {
        ulong* state = stackalloc ulong[Lanes];
        new Span<ulong>(state, Lanes).Clear();
        for (; length >= Rate; data += Rate, length -= Rate)
        {
            for (int i = 0; i < RateLanes; i++) state[i] ^= Word(data, i);
            Permute(state);
        }
        int words = length >> 3;
        for (int i = 0; i < words; i++) state[i] ^= Word(data, i);
        state[words] ^= LastWord(data + 8 * words, length & 7);
        state[RateLanes - 1] ^= LastBit;
        Permute(state);
        (w0, w1, w2, w3) = (state[0], state[1], state[2], state[3]);
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

    /// <summary>The last Rate bytes of a padded message. Safe: block has that many, and count is less.</summary>
    private static unsafe void Pad(byte* message, int count, byte* block)
    {
        new Span<byte>(block, Rate).Clear();
        Unsafe.CopyBlockUnaligned(block, message, (uint)count);
        block[count] = 1;
        block[Rate - 1] |= 0x80;
    }
}
