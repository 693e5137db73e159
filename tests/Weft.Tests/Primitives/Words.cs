using System.Numerics;
using Weft.Primitives;

namespace Weft.Tests.Primitives;

/// <summary>
/// Random 256-bit words that visit edges far more often than chance would: limbs of all zeros or ones, powers of two
/// and their neighbours, and every bit length. The seed is fixed: a failure repeats.
/// </summary>
internal sealed class Words(int seed)
{
    private readonly Random _random = new(seed);

    public static readonly BigInteger Modulus = BigInteger.One << 256;

    public UInt256 Next() => _random.Next(8) switch
    {
        0 => Edge(),
        1 => PowerOfTwo() - (UInt256)(ulong)_random.Next(3) + (UInt256)(ulong)_random.Next(3),
        2 => Limb(),
        3 => new(Limb(), Limb(), 0, 0),
        4 => new(Limb(), Limb(), Limb(), 0),
        5 => Uniform() >> _random.Next(256),
        6 => UInt256.Zero - (Uniform() >> _random.Next(256)),
        _ => new(Limb(), Limb(), Limb(), Limb()),
    };

    /// <summary>An amount or exponent: mostly small, sometimes anything.</summary>
    public UInt256 NextSmall() => _random.Next(5) == 0 ? Next() : (UInt256)(ulong)_random.Next(300);

    /// <summary>A word close to another one, or a multiple of it: what makes quotient estimates fail.</summary>
    public UInt256 Near(in UInt256 other) => _random.Next(5) switch
    {
        0 => other,
        1 => other + UInt256.One,
        2 => other - UInt256.One,
        3 => other * Limb(),
        _ => other ^ PowerOfTwo(),
    };

    private UInt256 PowerOfTwo() => UInt256.One << _random.Next(256);

    private UInt256 Edge()
    {
        UInt256[] edges = [0, 1, 2, 31, 32, 255, 256, ulong.MaxValue, UInt256.MaxValue, UInt256.One << 255];
        return edges[_random.Next(edges.Length)];
    }

    private UInt256 Uniform() => new(Bits(), Bits(), Bits(), Bits());

    private ulong Limb() => _random.Next(8) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => 1ul << _random.Next(64),
        3 => (1ul << _random.Next(64)) - 1,
        4 => Bits() >> _random.Next(64),
        5 => 0x8000000000000000 | Bits() >> _random.Next(1, 64),
        _ => Bits(),
    };

    private ulong Bits() => (ulong)_random.NextInt64(long.MinValue, long.MaxValue);
}
