using Weft.Evm;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.State;
using Weft.State.AccessLists;

namespace Weft.Execution.Declared;

/// <summary>What the workers of a block share. A result belongs to the worker that has its transaction.</summary>
internal sealed class DeclaredBlock(
    BlockInput input, BlockEnvironment environment, ExecutedBlock output, ulong[] costs, AccessListIndex index,
    bool codeTakesStorage)
{
    private volatile bool _isInDoubt, _isDivided, _isIndexed;
    private int _indexing;

    public BlockInput Input => input;

    public BlockEnvironment Environment => environment;

    public ExecutedBlock Output => output;

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

    public void Divided() => _isDivided = true;

    public void Doubt() => _isInDoubt = true;

    /// <summary>Whoever needs the index of the list first builds it; the others wait for it. The first lane does
    /// not need it before its end. False when it is of no use any more.</summary>
    public bool TryIndex(IDriver driver)
    {
        if (_isIndexed) return !_isInDoubt;
        if (Interlocked.Exchange(ref _indexing, 1) == 0)
        {
            BuildIndex();
            return !_isInDoubt;
        }
        var spinner = new SpinWait();
        while (!_isIndexed && !_isInDoubt) driver.Idle(ref spinner);
        return !_isInDoubt;
    }

    public BlockProcessor.Run RunOn(WorldState state) =>
        new(input.Block, environment, state, input.Hashes, null, null, output);

    private void BuildIndex()
    {
        bool fits = false;
        try
        {
            fits = index.TryBuild(input.AccessList!, LastIndex, codeTakesStorage);
        }
        finally
        {
            // The others wait, whatever happens here.
            if (!fits) Doubt();
            _isIndexed = true;
        }
    }
}
