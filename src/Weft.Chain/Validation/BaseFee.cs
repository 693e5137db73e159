using System.Numerics;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Validation;

/// <summary>The base fee of a block (EIP-1559).</summary>
public static class BaseFee
{
    /// <summary>Wei a gas in London's first block.</summary>
    public const ulong Initial = 1_000_000_000;

    /// <summary>The gas limit is this many times the target.</summary>
    public const ulong Elasticity = 2;

    private const uint ChangeDivisor = 8;

    /// <summary>What the block after <paramref name="parent"/> must have.</summary>
    public static UInt256 After(BlockHeader parent)
    {
        if (parent.BaseFeePerGas is not { } fee) return Initial;
        ulong target = parent.GasLimit / Elasticity;
        if (parent.GasUsed == target || target == 0) return fee;
        // A hostile genesis may hold any fee: three factors of up to 256, 64 bits.
        BigInteger previous = (BigInteger)fee;
        if (parent.GasUsed < target)
            return (UInt256)(previous - previous * (target - parent.GasUsed) / target / ChangeDivisor);
        BigInteger increase = previous * (parent.GasUsed - target) / target / ChangeDivisor;
        BigInteger next = previous + BigInteger.Max(increase, BigInteger.One);
        return next.GetBitLength() > 256 ? UInt256.MaxValue : (UInt256)next;
    }
}
