namespace Weft.Chain.Live;

/// <summary>Bounds of what a <see cref="LiveChain"/> keeps beside its database.</summary>
public sealed record LiveChainOptions
{
    /// <summary>How blocks are executed, and how far back they can be undone.</summary>
    public ChainOptions Chain { get; init; } = new();

    /// <summary>Snapshots that may be open at once.</summary>
    public int SnapshotsMax { get; init; } = 1024;

    /// <summary>A snapshot that is held for longer is void: it keeps pages of the database from being used again.
    /// </summary>
    public TimeSpan SnapshotAgeMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Invalid blocks that are remembered.</summary>
    public int InvalidBlocksMax { get; init; } = 512;

    /// <summary>Blocks with an unknown parent that are kept until it comes.</summary>
    public int WaitingBlocksMax { get; init; } = 64;

    /// <summary>Bytes of the transactions of such blocks.</summary>
    public long WaitingBytesMax { get; init; } = 64L << 20;

    /// <summary>Changes of the head that wait for a slow subscriber.</summary>
    public int ChangesQueuedMax { get; init; } = 256;

    /// <summary>Bytes of undo records that are kept for snapshots of earlier blocks.</summary>
    public long UndoCacheBytes { get; init; } = 64L << 20;
}
