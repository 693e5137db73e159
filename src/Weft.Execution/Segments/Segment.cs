using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>A stretch of a block that a worker executes over the state before the block. Written by that worker until
/// it has ended, then read by all.</summary>
internal sealed class Segment
{
    /// <summary>Who may write results into the block: the worker, which does or does not just now, or the leader.
    /// </summary>
    private const int Idle = 0, Writing = 1, Abandoned = 2;

    private volatile bool _hasEnded;
    private TransactionResult[] _results = [];
    private int _right;
    private ResultSums _sums;

    public Segment(int worker) => (Worker, State) = (worker, new(Reads));

    public int Worker { get; }

    public SegmentReads Reads { get; } = new();

    public WorldState State { get; }

    /// <summary>The transactions from <see cref="First"/> to before <see cref="End"/>.</summary>
    public int First { get; private set; }

    public int End { get; private set; }

    /// <summary>Transactions that were run, to their end or not.</summary>
    public int Executions { get; set; }

    /// <summary>What ran to its end is that before this one.</summary>
    public int Reached { get; private set; }

    /// <summary>Of the transactions that ran to their end.</summary>
    public ref readonly ResultSums Sums => ref _sums;

    /// <summary>It is known that what was done is of no use.</summary>
    public bool IsInVain { get; set; }

    /// <summary>Nothing is executed any more.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>All of it ran, and may be of use.</summary>
    public bool IsWhole => !IsInVain && Reached == End;

    /// <summary>Whether nothing that it has read was changed by what comes before it, whose changes are marked. Safe
    /// while others compare, too.</summary>
    public bool IsUndisturbedBy(WorldState before) =>
        State.HasAccountsUndisturbedBy(before)
        && (!before.HasMarked(Reads.Slots) || State.HasSlotsUndisturbedBy(before));

    public void Begin(int first, int end, IStateReader source, WorldState front, TransactionResult[] results)
    {
        Reads.Begin(source, front);
        (First, End, Reached, Executions, IsInVain, _hasEnded) = (first, end, first, 0, false, false);
        (_results, _right, _sums) = (results, Idle, default);
        State.Reset(Reads);
    }

    /// <summary>For the worker: the result of the next transaction, which it executed, is put into the block. False
    /// where the leader executes these transactions by now.</summary>
    public bool TryPut(Transaction transaction, in TransactionResult result)
    {
        if (Interlocked.CompareExchange(ref _right, Writing, Idle) != Idle) return false;
        _results[Reached] = result with { Output = default };
        Volatile.Write(ref _right, Idle);
        Reached++;
        _sums.Add(transaction, result);
        return true;
    }

    /// <summary>For the leader: from here on no result is put into the block.</summary>
    public void Abandon()
    {
        var spinner = new SpinWait();
        while (Interlocked.CompareExchange(ref _right, Abandoned, Idle) == Writing)
            spinner.SpinOnce(sleep1Threshold: -1);
    }

    public void HasBeenEnded() => _hasEnded = true;
}
