using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Execution;

/// <summary>What transactions that follow each other come to together, for whoever joins them to what comes before.
/// </summary>
internal struct ResultSums
{
    public ulong GasUsed, BlobGasUsed;

    /// <summary>Wei for the fee recipient.</summary>
    public UInt256 Fees;

    /// <summary>One of the logs may be a deposit (EIP-6110).</summary>
    public bool MayHaveDeposits;

    /// <summary>The gas that the block must have left where they begin: each fits, with its limit, into what those
    /// before it leave.</summary>
    private ulong _needed;

    public void Add(Transaction transaction, in TransactionResult result)
    {
        _needed = Math.Max(_needed, Sum(GasUsed, transaction.GasLimit));
        GasUsed = Sum(GasUsed, result.GasUsed);
        BlobGasUsed += BlobGas.Of(transaction);
        Fees += result.Fee;
        MayHaveDeposits |= result.MayHaveDeposit;
    }

    /// <summary>For those that follow.</summary>
    public void Add(in ResultSums next)
    {
        _needed = Math.Max(_needed, Sum(GasUsed, next._needed));
        GasUsed = Sum(GasUsed, next.GasUsed);
        BlobGasUsed += next.BlobGasUsed;
        Fees += next.Fees;
        MayHaveDeposits |= next.MayHaveDeposits;
    }

    /// <summary>Whether a block may have them that has so much gas and blob gas left.</summary>
    public readonly bool Fits(ulong gasLeft, ulong blobGasLeft) =>
        _needed <= gasLeft && GasUsed <= gasLeft && BlobGasUsed <= blobGasLeft;

    /// <summary>A failing transaction uses all of a limit that anybody may name, where gas costs nothing: a sum that
    /// wrapped around would fit.</summary>
    private static ulong Sum(ulong gas, ulong more) => gas + Math.Min(more, ulong.MaxValue - gas);
}
