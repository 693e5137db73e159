using Weft.Evm;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.AccessLists;

namespace Weft.Execution.Declared;

/// <summary>What the workers of a block share. A result belongs to the worker that has its transaction.</summary>
internal sealed class DeclaredBlock(
    BlockInput input, BlockEnvironment environment, ExecutedBlock output, ExecutedBlock after, ulong[] costs,
    LaneResult[] lanes)
{
    private volatile bool _isInDoubt, _isDivided;
    private int _missing;

    /// <summary>By the first part of a lane; written by its worker when it ends.</summary>
    private readonly LaneResult[] _lanes = lanes;

    public BlockInput Input => input;

    public BlockAccessList List => input.AccessList!;

    public BlockEnvironment Environment => environment;

    public ExecutedBlock Output => output;

    /// <summary>Of what comes after the transactions, which may run before them; belongs to whoever has it.</summary>
    public ExecutedBlock After => after;

    /// <summary>What each part is expected to take, in nanoseconds; set before <see cref="IsDivided"/>.</summary>
    public ulong[] Costs => costs;

    /// <summary>By block access index, where the list is compared as a whole; otherwise null.</summary>
    public TransactionFootprint[]? Footprints { get; } =
        input.StrictAccessList ? new TransactionFootprint[input.Block.Transactions.Count + 2] : null;

    /// <summary>That of what comes after the transactions (EIP-7928).</summary>
    public int LastIndex => input.Block.Transactions.Count + 1;

    /// <summary>There are lanes: all may begin.</summary>
    public bool IsDivided => _isDivided;

    /// <summary>Something does not fit the declarations: what was done is of no use.</summary>
    public bool IsInDoubt => _isInDoubt;

    /// <summary>All that the list says was made has been found, once all lanes have ended.</summary>
    public bool IsComplete => Volatile.Read(ref _missing) == 0;

    public void Divided() => _isDivided = true;

    public void Doubt() => _isInDoubt = true;

    /// <summary>A lane has ended. Its worker also looks at a share of the list, as large as the lane is of the block:
    /// so all of it is looked at, by all. False where it is not in order.</summary>
    public bool TryCount(int first, int last, int found)
    {
        long accounts = List.Accounts.Length, parts = LastIndex + 1;
        bool isInOrder = AccessListCount.TryCount(
            List, (int)(accounts * first / parts), (int)(accounts * (last + 1) / parts), LastIndex, out int changes);
        Interlocked.Add(ref _missing, changes - found);
        return isInOrder;
    }

    public void HasEnded(int first, in LaneResult lane) => _lanes[first] = lane;

    /// <summary>Takes what all lanes came to, in order; false where a transaction did not fit into what was left of
    /// these limits.</summary>
    public bool TryTakeAll(ulong gasLimit, ulong blobGasLimit)
    {
        var sums = new ResultSums();
        for (int first = 0; first <= LastIndex; first = _lanes[first].End) sums.Add(_lanes[first].Sums);
        if (!sums.Fits(gasLimit, blobGasLimit)) return false;
        output.Take(input.Block.Transactions.Count, sums);
        return true;
    }

    public BlockProcessor.Run RunOn(WorldState state, ExecutedBlock output) =>
        new(input.Block, environment, state, input.Hashes, null, null, output);
}
