using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Evm.Precompiles;

/// <summary>0x09: the compression function F of BLAKE2b with a chosen number of rounds (EIP-152, RFC 7693).</summary>
public sealed class Blake2F : Precompile
{
    private const int InputLength = 213;
    private const int OutputLength = 64;

    private static ReadOnlySpan<ulong> Iv =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // The ten message schedules of RFC 7693, 2.7; each reordered so that the words for the first half of mixing the
    // four columns come first, then those for the second half, then the same for the diagonals.
    private static ReadOnlySpan<byte> Sigma =>
    [
        0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15,
        14, 4, 9, 13, 10, 8, 15, 6, 1, 0, 11, 5, 12, 2, 7, 3,
        11, 12, 5, 15, 8, 0, 2, 13, 10, 3, 7, 9, 14, 6, 1, 4,
        7, 3, 13, 11, 9, 1, 12, 14, 2, 5, 4, 15, 6, 10, 0, 8,
        9, 5, 2, 10, 0, 7, 4, 15, 14, 11, 6, 3, 1, 12, 8, 13,
        2, 6, 0, 8, 12, 10, 11, 3, 4, 7, 15, 1, 13, 5, 14, 9,
        12, 1, 14, 4, 5, 15, 13, 10, 0, 6, 9, 8, 7, 3, 2, 11,
        13, 7, 12, 3, 11, 14, 1, 9, 5, 15, 8, 2, 0, 4, 6, 10,
        6, 14, 11, 0, 15, 9, 3, 8, 12, 13, 1, 10, 2, 7, 4, 5,
        10, 8, 7, 1, 2, 4, 6, 5, 15, 9, 3, 13, 11, 14, 12, 0,
    ];

    public override string Name => "BLAKE2F";

    public override long Gas(ReadOnlySpan<byte> input) =>
        input.Length == InputLength ? BinaryPrimitives.ReadUInt32BigEndian(input) : 0;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => OutputLength;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length != InputLength || input[^1] > 1) return -1;
        uint rounds = BinaryPrimitives.ReadUInt32BigEndian(input);
        Span<ulong> h = stackalloc ulong[8], m = stackalloc ulong[16];
        for (int i = 0; i < h.Length; i++) h[i] = BinaryPrimitives.ReadUInt64LittleEndian(input[(4 + 8 * i)..]);
        for (int i = 0; i < m.Length; i++) m[i] = BinaryPrimitives.ReadUInt64LittleEndian(input[(68 + 8 * i)..]);
        ulong t0 = BinaryPrimitives.ReadUInt64LittleEndian(input[196..]);
        ulong t1 = BinaryPrimitives.ReadUInt64LittleEndian(input[204..]);

        if (Avx2.IsSupported) CompressAvx2(rounds, h, m, t0, t1, input[^1] != 0);
        else CompressScalar(rounds, h, m, t0, t1, input[^1] != 0);

        for (int i = 0; i < h.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(output[(8 * i)..], h[i]);
        return OutputLength;
    }

    internal static void CompressScalar(
        uint rounds, Span<ulong> h, ReadOnlySpan<ulong> m, ulong t0, ulong t1, bool isFinal)
    {
        Span<ulong> v = stackalloc ulong[16];
        h.CopyTo(v);
        Iv.CopyTo(v[8..]);
        v[12] ^= t0;
        v[13] ^= t1;
        if (isFinal) v[14] = ~v[14];
        int schedule = 0;
        for (uint round = 0; round < rounds; round++)
        {
            var s = Sigma.Slice(schedule * 16, 16);
            for (int i = 0; i < 4; i++)
            {
                Mix(ref v[i], ref v[4 + i], ref v[8 + i], ref v[12 + i], m[s[i]], m[s[4 + i]]);
            }
            for (int i = 0; i < 4; i++)
            {
                Mix(ref v[i], ref v[4 + (i + 1) % 4], ref v[8 + (i + 2) % 4], ref v[12 + (i + 3) % 4], m[s[8 + i]],
                    m[s[12 + i]]);
            }
            schedule = schedule == 9 ? 0 : schedule + 1;
        }
        for (int i = 0; i < 8; i++) h[i] ^= v[i] ^ v[i + 8];
    }

    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }

    /// <summary>The same with one row of the state in each vector: columns, then diagonals after rotating the other
    /// rows against b, the one that is ready last. So the diagonals are in the order 3, 0, 1, 2, and so are their
    /// words.</summary>
    internal static void CompressAvx2(
        uint rounds, Span<ulong> h, ReadOnlySpan<ulong> m, ulong t0, ulong t1, bool isFinal)
    {
        Vector256<ulong> h0 = Vector256.Create<ulong>(h), h1 = Vector256.Create<ulong>(h[4..]);
        Vector256<ulong> a = h0, b = h1, c = Vector256.Create(Iv);
        var d = Vector256.Create(Iv[4..]) ^ Vector256.Create(t0, t1, isFinal ? ulong.MaxValue : 0, 0);
        // All ten schedules laid out once: the loop then only loads vectors.
        Span<ulong> scheduled = stackalloc ulong[160];
        int prepared = (int)Math.Min(rounds, 10) * 16;
        for (int i = 0; i < prepared; i++) scheduled[(i & 8) == 0 ? i : (i & ~3) | ((i + 1) & 3)] = m[Sigma[i]];
        int offset = 0;
        for (uint round = 0; round < rounds; round++)
        {
            var s = scheduled.Slice(offset, 16);
            MixRows(ref a, ref b, ref c, ref d, Vector256.Create<ulong>(s), Vector256.Create<ulong>(s[4..]));
            a = Avx2.Permute4x64(a, 0b10_01_00_11);
            c = Avx2.Permute4x64(c, 0b00_11_10_01);
            d = Avx2.Permute4x64(d, 0b01_00_11_10);
            MixRows(ref a, ref b, ref c, ref d, Vector256.Create<ulong>(s[8..]), Vector256.Create<ulong>(s[12..]));
            a = Avx2.Permute4x64(a, 0b00_11_10_01);
            c = Avx2.Permute4x64(c, 0b10_01_00_11);
            d = Avx2.Permute4x64(d, 0b01_00_11_10);
            offset = offset == 144 ? 0 : offset + 16;
        }
        (h0 ^ a ^ c).CopyTo(h);
        (h1 ^ b ^ d).CopyTo(h[4..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MixRows(ref Vector256<ulong> a, ref Vector256<ulong> b, ref Vector256<ulong> c,
        ref Vector256<ulong> d, Vector256<ulong> x, Vector256<ulong> y)
    {
        // b comes last out of the step before, so it is added last.
        a = a + x + b;
        d = RotateRight(d ^ a, 32);
        c += d;
        b = RotateRight(b ^ c, 24);
        a = a + y + b;
        d = RotateRight(d ^ a, 16);
        c += d;
        b = RotateRight(b ^ c, 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateRight(Vector256<ulong> v, [ConstantExpected] byte n) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(v, n) : (v >>> n) | (v << (64 - n));
}
