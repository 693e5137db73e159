using Weft.Execution.Parallel;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>A block with what its execution may ask for. <paramref name="State"/> is the one before the block and must
/// be safe for concurrent readers; senders of all transactions must be known.</summary>
public sealed record BlockInput(Block Block, IStateReader State, IBlockHashes Hashes)
{
    /// <summary>Move the balances of the DAO first.</summary>
    public bool IsDaoForkBlock { get; init; }

    /// <summary>Before Byzantium receipts hold the state root after each transaction. Who asks for these executes
    /// serially.</summary>
    public IStateRoots? Roots { get; init; }

    /// <summary>From an earlier run of the block: for each transaction the latest one whose writes it read, counted
    /// from 1, or 0. Wrong ones cost time only.</summary>
    public ReadOnlyMemory<int> Predecessors { get; init; }

    /// <summary>From an earlier run of the block: transactions, ascending and counted from 1, that had better begin
    /// before others, because much hangs on them. What the executor has learnt itself counts where this is null.
    /// </summary>
    public IReadOnlyList<int>? Urgent { get; init; }

    /// <summary>What the block accesses (EIP-7928), from whatever source: a wrong one costs time only.</summary>
    public BlockAccessList? AccessList { get; init; }

    /// <summary>The list belongs to the block: one that is not exactly what execution accesses and writes makes the
    /// block invalid. Only <see cref="Strategy.Declared"/> looks at this.</summary>
    public bool StrictAccessList { get; init; }

    /// <summary>The block is being built: a transaction that is invalid in its place is left out, as if it were not in
    /// the block, and the block goes on (<see cref="ExecutedBlock.LeftOut"/>). Where that happens,
    /// some strategies begin again serially.</summary>
    public bool LeavesOutInvalid { get; init; }

    /// <summary>Is told what the workers do, where there are workers.</summary>
    public IWorkObserver? Observer { get; init; }
}
