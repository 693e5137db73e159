using Weft.Chain.Pool;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Building;

/// <summary>A sealed block that this node made, with what its execution came to: importing it executes nothing.
/// </summary>
public sealed class BuiltBlock : IDisposable
{
    private NodeSet? _nodes;

    internal BuiltBlock(Block block, BlockResult result, StateChanges changes, NodeSet nodes) =>
        (Block, Result, Changes, _nodes) = (block, result, changes, nodes);

    public Block Block { get; }

    /// <summary>Receipts, requests, gas.</summary>
    public BlockResult Result { get; }

    /// <summary>Wei that the fee recipient gets from fees.</summary>
    public UInt256 Value { get; internal init; }

    /// <summary>Of the blob transactions, in their order.</summary>
    public IReadOnlyList<BlobSidecar> Sidecars { get; internal init; } = [];

    /// <summary>Transactions that were tried and left out, with the reason.</summary>
    public IReadOnlyList<(Transaction Transaction, TransactionError Error)> Dropped { get; internal init; } = [];

    public BuildReport Report { get; internal init; } = new();

    internal StateChanges Changes { get; }

    /// <summary>Block and result stay; from now on it can be imported by executing it only.</summary>
    public void Dispose() => Interlocked.Exchange(ref _nodes, null)?.Dispose();

    /// <summary>Once: the nodes that differ from those of the parent, the caller's now. False when they are gone.
    /// </summary>
    internal bool TryTakeNodes(out NodeSet nodes)
    {
        nodes = Interlocked.Exchange(ref _nodes, null)!;
        return nodes is not null;
    }
}

/// <summary>How a block was built.</summary>
public sealed record BuildReport
{
    public TimeSpan SelectionTime { get; init; }
    public TimeSpan ExecutionTime { get; init; }
    public TimeSpan SealingTime { get; init; }

    /// <summary>How the transactions were executed.</summary>
    public Execution.Strategies.ExecutionSummary Execution { get; init; }

    /// <summary>Transactions that stand elsewhere than their fees say, so that conflicts are far apart.</summary>
    public int Moved { get; init; }
}
