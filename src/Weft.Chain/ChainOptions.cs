using Weft.Execution.Strategies;

namespace Weft.Chain;

public sealed record ChainOptions
{
    /// <summary>Bytes of the cache before the database.</summary>
    public long CacheBytes { get; init; } = 256L << 20;

    /// <summary>Threads for senders and roots, and for the transactions of a block.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>How the transactions of a block are spread over them.</summary>
    public Strategy Strategy { get; init; } = Strategy.Auto;

    /// <summary>Executing blocks gives way to what else the process does, above all to whoever asks it something: for
    /// blocks that nobody waits for.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Blocks below the head that can be undone and read; at least 256.</summary>
    public int UndoWindow { get; init; } = 256;

    /// <summary>Bytes of blocks, with all that is kept for them, beyond which the oldest are forgotten as if they had
    /// never been, but for the last 256; null: all are kept. For chains that live in memory.</summary>
    public long? HistoryBytes { get; init; }

    /// <summary>Used instead of an own one, and left alive; its threads and strategy count.</summary>
    public ChainEngine? Engine { get; init; }
}

/// <summary>The message names both genesis hashes.</summary>
public sealed class ChainMismatchException(string message) : Exception(message);
