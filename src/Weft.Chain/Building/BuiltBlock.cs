using Weft.Chain.Pool;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Building;

/// <summary>A sealed block that this node made, with what its execution came to: importing it executes nothing.
/// </summary>
public sealed class BuiltBlock : IDisposable
{
    internal BuiltBlock(Block block, BlockResult result, StateChanges changes, NodeSet nodes) =>
        (Block, Result, Changes, Nodes) = (block, result, changes, nodes);

    public Block Block { get; }

    /// <summary>Receipts, requests, gas.</summary>
    public BlockResult Result { get; }

    /// <summary>Wei that the fee recipient gets from fees.</summary>
    public UInt256 Value { get; internal init; }

    /// <summary>Of the blob transactions, in their order.</summary>
    public IReadOnlyList<BlobSidecar> Sidecars { get; internal init; } = [];

    /// <summary>Transactions that were tried and left out, with the reason.</summary>
    public IReadOnlyList<(PooledTransaction Transaction, TransactionError Error)> Dropped { get; internal init; } = [];

    public BuildReport Report { get; internal init; } = new();

    internal StateChanges Changes { get; }

    /// <summary>Against those of the parent.</summary>
    internal NodeSet Nodes { get; }

    /// <summary>Block and result stay; it can be imported by executing it only.</summary>
    public void Dispose() => Nodes.Dispose();
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

    /// <summary>Wei that the order cost the fee recipient; zero where all that were chosen are in the block.</summary>
    public UInt256 FeesLostByOrder { get; init; }
}
