using System.Buffers.Binary;
using System.Numerics;

namespace Weft.Evm.Precompiles;

/// <summary>0x03: the RIPEMD-160 digest of the input, left-padded to a word.</summary>
public sealed class Ripemd160 : Precompile
{
    private const int BlockLength = 64;
    private const int DigestLength = 20;

    // Which message word each of the 80 steps takes, and how far it rotates: left line, then right line
    // (Dobbertin, Bosselaers, Preneel: RIPEMD-160, a strengthened version of RIPEMD, 1996).
    private static ReadOnlySpan<byte> LeftWord =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
        3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
        4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
    ];

    private static ReadOnlySpan<byte> RightWord =>
    [
        5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
        15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
        12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
    ];

    private static ReadOnlySpan<byte> LeftShift =>
    [
        11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
        11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
        9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
    ];

    private static ReadOnlySpan<byte> RightShift =>
    [
        8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
        9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
        8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
    ];

    private static ReadOnlySpan<uint> LeftConstant => [0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e];
    private static ReadOnlySpan<uint> RightConstant => [0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0];

    public override string Name => "RIPEMD160";

    public override long Gas(ReadOnlySpan<byte> input) => PaddedInput.LinearGas(input.Length, 600, 120);

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => 32;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        output[..12].Clear();
        Hash(input, output.Slice(12, DigestLength));
        return 32;
    }

    /// <summary>Writes the 20-byte digest.</summary>
    internal static void Hash(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Span<uint> state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
        var rest = message;
        for (; rest.Length >= BlockLength; rest = rest[BlockLength..]) Compress(state, rest[..BlockLength]);

        // The end: a one bit, zeros, and the length in bits as 64 little-endian bits.
        Span<byte> tail = stackalloc byte[2 * BlockLength];
        tail.Clear();
        rest.CopyTo(tail);
        tail[rest.Length] = 0x80;
        int end = rest.Length + 9 <= BlockLength ? BlockLength : 2 * BlockLength;
        BinaryPrimitives.WriteUInt64LittleEndian(tail[(end - 8)..], (ulong)message.Length * 8);
        Compress(state, tail[..BlockLength]);
        if (end > BlockLength) Compress(state, tail[BlockLength..]);

        for (int i = 0; i < state.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(digest[(4 * i)..], state[i]);
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[16];
        for (int i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);

        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        uint a2 = a, b2 = b, c2 = c, d2 = d, e2 = e;
        for (int step = 0; step < 80; step++)
        {
            int round = step >> 4;
            uint t = a + Mix(round, b, c, d) + words[LeftWord[step] & 15] + LeftConstant[round];
            (a, e, d, c, b) =
                (e, d, BitOperations.RotateLeft(c, 10), b, BitOperations.RotateLeft(t, LeftShift[step]) + e);
            t = a2 + Mix(4 - round, b2, c2, d2) + words[RightWord[step] & 15] + RightConstant[round];
            (a2, e2, d2, c2, b2) =
                (e2, d2, BitOperations.RotateLeft(c2, 10), b2, BitOperations.RotateLeft(t, RightShift[step]) + e2);
        }
        uint first = state[1] + c + d2;
        state[1] = state[2] + d + e2;
        state[2] = state[3] + e + a2;
        state[3] = state[4] + a + b2;
        state[4] = state[0] + b + c2;
        state[0] = first;
    }

    private static uint Mix(int round, uint x, uint y, uint z) => round switch
    {
        0 => x ^ y ^ z,
        1 => (x & y) | (~x & z),
        2 => (x | ~y) ^ z,
        3 => (x & z) | (y & ~z),
        _ => x ^ (y | ~z),
    };
}
