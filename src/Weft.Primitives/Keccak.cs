using System.Buffers.Binary;
using System.Numerics;

namespace Weft.Primitives;

/// <summary>Keccak-256 with the original padding (0x01), as Ethereum uses it; not SHA3-256.</summary>
public static class Keccak
{
    /// <summary>Digest of <paramref name="data"/>.</summary>
    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        Span<ulong> s = stackalloc ulong[25];
        s.Clear();
        Span<byte> block = stackalloc byte[136];
        while (data.Length >= 136) { Absorb(s, data[..136]); data = data[136..]; }
        block.Clear();
        data.CopyTo(block);
        block[data.Length] ^= 1;
        block[135] ^= 0x80;
        Absorb(s, block);
        Span<byte> digest = stackalloc byte[32];
        for (int i = 0; i < 4; i++) BinaryPrimitives.WriteUInt64LittleEndian(digest[(8 * i)..], s[i]);
        return new(digest);
    }

    private static void Absorb(Span<ulong> s, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < 17; i++) s[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        Span<ulong> c = stackalloc ulong[5];
        Span<ulong> b = stackalloc ulong[25];
        ulong lfsr = 1;
        for (int round = 0; round < 24; round++)
        {
            for (int x = 0; x < 5; x++) c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
            for (int i = 0; i < 25; i++) s[i] ^= c[(i + 4) % 5] ^ BitOperations.RotateLeft(c[(i + 1) % 5], 1);
            int px = 1, py = 0;
            b[0] = s[0];
            for (int t = 0; t < 24; t++)
            {
                int nx = py, ny = (2 * px + 3 * py) % 5;
                b[nx + 5 * ny] = BitOperations.RotateLeft(s[px + 5 * py], (t + 1) * (t + 2) / 2 % 64);
                (px, py) = (nx, ny);
            }
            for (int i = 0; i < 25; i++) s[i] = b[i] ^ (~b[i / 5 * 5 + (i + 1) % 5] & b[i / 5 * 5 + (i + 2) % 5]);
            for (int j = 0; j < 7; j++)
            {
                if ((lfsr & 1) != 0) s[0] ^= 1ul << ((1 << j) - 1);
                lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x171);
            }
        }
    }
}
