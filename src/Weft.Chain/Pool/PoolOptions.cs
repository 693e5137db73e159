using Weft.Primitives;

namespace Weft.Chain.Pool;

/// <summary>Bounds of a <see cref="TransactionPool"/>.</summary>
public sealed record PoolOptions
{
    /// <summary>Transactions in all, executable or not.</summary>
    public int TransactionsMax { get; init; } = 65_536;

    /// <summary>Bytes of all transactions, sidecars included.</summary>
    public long BytesMax { get; init; } = 256L << 20;

    /// <summary>Transactions of one sender.</summary>
    public int PerSenderMax { get; init; } = 4_096;

    /// <summary>Of these, behind a gap in the nonces, or without the money.</summary>
    public int QueuedPerSenderMax { get; init; } = 64;

    /// <summary>Blob transactions of one sender.</summary>
    public int BlobsPerSenderMax { get; init; } = 16;

    /// <summary>Bytes of one transaction, its sidecar aside.</summary>
    public int TransactionBytesMax { get; init; } = 128 * 1024;

    /// <summary>Wei per gas for the fee recipient, at least.</summary>
    public UInt256 TipMin { get; init; } = 1;

    /// <summary>Wei that one transaction may cost in fees, against slips; null: any.</summary>
    public UInt256? FeeMax { get; init; }

    /// <summary>Legacy transactions without a chain id (EIP-155) are taken.</summary>
    public bool AllowsUnprotected { get; init; }

    /// <summary>Of the sender's account: percent by which fees must rise to replace a transaction.</summary>
    public int ReplacementPercent { get; init; } = 10;

    /// <summary>The same for blob transactions.</summary>
    public int BlobReplacementPercent { get; init; } = 100;
}
