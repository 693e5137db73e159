using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Chain;

/// <summary>A chain in a database: what is canonical, the state at its head, branches beside it. One thread at a time.
/// </summary>
public sealed class Blockchain : IDisposable
{
    /// <summary>Writes the genesis when the database is new.</summary>
    /// <exception cref="ChainMismatchException">The database holds a chain with another genesis.</exception>
    public static Blockchain Open(Database database, ChainSpec spec, ChainOptions? options = null) =>
        throw new NotSupportedException($"{database} {spec} {options}");

    public ChainSpec Spec => throw new NotSupportedException();

    public BlockHeader Head => throw new NotSupportedException();

    public ChainStore Blocks => throw new NotSupportedException();

    public StateStore State => throw new NotSupportedException();

    /// <summary>Validates, executes, proves the state root and commits one block.</summary>
    public ImportResult Import(Block block) => throw new NotSupportedException();

    /// <summary>Makes a block the head by choice; its branch must be valid.</summary>
    public ImportResult SetHead(in Hash256 hash) => throw new NotSupportedException();

    /// <summary>Goes back to an earlier canonical block within the undo window; later blocks are forgotten.</summary>
    public void Rewind(ulong number) => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}

public sealed record ChainOptions
{
    /// <summary>Bytes of the cache before the database.</summary>
    public long CacheBytes { get; init; } = 256L << 20;

    /// <summary>Threads for senders and roots.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Blocks below the head that can be undone and read; at least 256.</summary>
    public int UndoWindow { get; init; } = 256;
}

/// <summary>The message names both genesis hashes.</summary>
public sealed class ChainMismatchException(string message) : Exception(message);
