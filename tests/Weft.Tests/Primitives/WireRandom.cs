using Weft.Primitives;
using Weft.Primitives.Crypto;

namespace Weft.Tests.Primitives;

/// <summary>Seeded values for wire tests, with a liking for the edges: zero, one byte, full width.</summary>
internal sealed partial class WireRandom(int seed)
{
    private readonly Random _random = new(seed);

    public int Next(int max) => _random.Next(max);

    public bool Chance(int percent) => _random.Next(100) < percent;

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Lengths around the edges of RLP: 0, 1, 55, 56, 255, 256 and any up to <paramref name="max"/>.</summary>
    public byte[] Blob(int max)
    {
        int[] edges = [0, 1, 1, 55, 56, 255, 256];
        return Bytes(Math.Min(max, Chance(50) ? edges[Next(edges.Length)] : Next(max + 1)));
    }

    public ulong Word()
    {
        ulong full = (ulong)_random.NextInt64() << 1 | (uint)Next(2);
        return Chance(10) ? 0 : Chance(10) ? ulong.MaxValue : full >> Next(64);
    }

    public UInt256 Value() => UInt256.FromBigEndian(Bytes(Next(33)));

    public UInt256 PrivateKey()
    {
        var key = UInt256.FromBigEndian(Bytes(32));
        return Secp256k1.IsInRange(key) ? key : UInt256.One;
    }

    public Hash256 Hash() => new(Bytes(32));

    public Address Address() => new(Bytes(20));
}
