using Weft.Primitives.Transactions;

namespace Weft.Execution;

/// <summary>What transactions that follow each other took, for whoever joins them to what comes before.</summary>
internal struct ConsecutiveGas
{
    /// <summary>Gas and blob gas.</summary>
    public ulong Used, Blobs;

    /// <summary>What the block must have left where they begin: each fits, with its limit, into what those before it
    /// leave.</summary>
    private ulong _needed;

    public void Add(Transaction transaction, ulong gasUsed)
    {
        _needed = Math.Max(_needed, Used + transaction.GasLimit);
        Used += gasUsed;
        Blobs += BlobGas.Of(transaction);
    }

    /// <summary>Whether the block may have them where so much gas and blob gas is left.</summary>
    public readonly bool Fits(ulong gasLeft, ulong blobGasLeft) =>
        _needed <= gasLeft && Used <= gasLeft && Blobs <= blobGasLeft;
}
