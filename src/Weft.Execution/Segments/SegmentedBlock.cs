using Weft.Evm;
using Weft.Execution.Strategies;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>What the workers of a block share. A result belongs to the worker that has its transaction.</summary>
internal sealed class SegmentedBlock(
    BlockInput input, BlockEnvironment environment, TransactionResult[] results, ExecutedBlock noOutput, int workers)
{
    /// <summary>So many segments a worker: enough that all end at about the same time.</summary>
    private const int SegmentsPerWorker = 16;

    private readonly int _length = Math.Max(1, input.Block.Transactions.Count / (workers * SegmentsPerWorker));
    private int _next, _ready;
    private volatile bool _isInDoubt;

    public BlockInput Input => input;

    public BlockEnvironment Environment => environment;

    /// <summary>By transaction; longer than the block.</summary>
    public TransactionResult[] Results => results;

    /// <summary>Something proves that the segments are not independent: what was done is of no use.</summary>
    public bool IsInDoubt => _isInDoubt;

    public void Doubt() => _isInDoubt = true;

    /// <summary>The next transactions that nobody has, from <paramref name="first"/> to before <paramref name="end"/>.
    /// Whoever takes some has only earlier ones.</summary>
    public bool TryTake(out int first, out int end)
    {
        first = Interlocked.Add(ref _next, _length) - _length;
        end = Math.Min(first + _length, input.Block.Transactions.Count);
        return first < end;
    }

    /// <summary>A worker is done and its changes are marked.</summary>
    public void Arrive() => Interlocked.Increment(ref _ready);

    public bool HaveAllArrived => Volatile.Read(ref _ready) == workers;

    public BlockProcessor.Run RunOn(WorldState state) =>
        new(input.Block, environment, state, input.Hashes, null, null, noOutput);
}
