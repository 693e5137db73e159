using System.Numerics;
using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Execution;

/// <summary>The arithmetic of blob gas (EIP-4844, with the schedules of EIP-7840 and the bound of EIP-7918).</summary>
public static class BlobGas
{
    /// <summary>Gas a blob: 2^17.</summary>
    public const ulong PerBlob = 131072;

    private const ulong MinBaseFee = 1;

    /// <summary>EIP-7918: the execution gas that a blob should at least be worth.</summary>
    private const ulong BlobBaseCost = 1 << 13;

    /// <summary>e^178 exceeds 2^256, so from this exponent on the fee is out of any sender's reach.</summary>
    private const ulong SaturatingExponent = 178;

    public static ulong Of(Transaction transaction) => (ulong)transaction.BlobVersionedHashes.Count * PerBlob;

    /// <summary>Blob gas that a block may use.</summary>
    public static ulong Limit(ForkRules rules) => rules.Blobs is { } blobs ? (ulong)blobs.Max * PerBlob : 0;

    /// <summary>Wei per blob gas; 2^256 - 1 where the formula exceeds a word.</summary>
    public static UInt256 BaseFee(ulong excessBlobGas, BlobSchedule schedule) =>
        FakeExponential(MinBaseFee, excessBlobGas, schedule.BaseFeeUpdateFraction);

    /// <summary>The excess blob gas of the block after <paramref name="parent"/>; <paramref name="rules"/> are those of
    /// the new block (EIP-7918 says so also for the base fee of the parent).</summary>
    public static ulong NextExcess(BlockHeader parent, ForkRules rules)
    {
        if (rules.Blobs is not { } schedule) return 0;
        ulong excess = parent.ExcessBlobGas ?? 0, used = parent.BlobGasUsed ?? 0;
        ulong target = (ulong)schedule.Target * PerBlob;
        UInt128 sum = (UInt128)excess + used;
        if (sum < target) return 0;
        UInt128 next = rules.BlobFeeFollowsExecution && IsBelowExecutionCost(parent, excess, schedule)
            ? excess + (UInt128)used * (ulong)(schedule.Max - schedule.Target) / (ulong)schedule.Max
            : sum - target;
        return next > ulong.MaxValue ? ulong.MaxValue : (ulong)next;
    }

    private static bool IsBelowExecutionCost(BlockHeader parent, ulong excess, BlobSchedule schedule) =>
        BlobBaseCost * (BigInteger)(parent.BaseFeePerGas ?? UInt256.Zero)
        > PerBlob * (BigInteger)BaseFee(excess, schedule);

    /// <summary>EIP-4844's approximation of factor · e^(numerator / denominator) by its Taylor series.</summary>
    internal static UInt256 FakeExponential(ulong factor, ulong numerator, ulong denominator)
    {
        if (numerator / denominator >= SaturatingExponent) return UInt256.MaxValue;
        BigInteger sum = BigInteger.Zero, term = (BigInteger)factor * denominator;
        for (ulong i = 1; !term.IsZero; i++)
        {
            sum += term;
            term = term * numerator / ((BigInteger)denominator * i);
        }
        BigInteger fee = sum / denominator;
        return fee.GetBitLength() > 256 ? UInt256.MaxValue : (UInt256)fee;
    }
}
