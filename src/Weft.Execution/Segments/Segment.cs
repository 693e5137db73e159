using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>A stretch of a block that a worker executes over the state before the block. Written by that worker until
/// it has ended, then read by all.</summary>
internal sealed class Segment
{
    private const int Idle = 0, Writing = 1, Abandoned = 2;

    private volatile bool _hasEnded;
    private int _results;
    private ConsecutiveGas _gas;
    private UInt256 _fees;

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

    /// <summary>What the transactions that ran to their end took.</summary>
    public ref readonly ConsecutiveGas Gas => ref _gas;

    /// <summary>Wei for the fee recipient, from these.</summary>
    public ref readonly UInt256 Fees => ref _fees;

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

    public void Begin(int first, int end, IStateReader source, WorldState front)
    {
        Reads.Begin(source, front);
        (First, End, Reached, Executions, IsInVain, _hasEnded) = (first, end, first, 0, false, false);
        (_results, _gas, _fees) = (Idle, default, default);
        State.Reset(Reads);
    }

    /// <summary>For the worker: the result of the next transaction, which it executed, is put into the block. False
    /// where the leader executes these transactions by now.</summary>
    public bool TryPut(ExecutedBlock output, Transaction transaction, in TransactionResult result)
    {
        if (Interlocked.CompareExchange(ref _results, Writing, Idle) != Idle) return false;
        output.Put(Reached++, result);
        Volatile.Write(ref _results, Idle);
        _gas.Add(transaction, result.GasUsed);
        _fees += result.Fee;
        return true;
    }

    /// <summary>For the leader: from here on no result is put into the block.</summary>
    public void Abandon()
    {
        var spinner = new SpinWait();
        while (Interlocked.CompareExchange(ref _results, Abandoned, Idle) == Writing)
            spinner.SpinOnce(sleep1Threshold: -1);
    }

    public void HasBeenEnded() => _hasEnded = true;
}
