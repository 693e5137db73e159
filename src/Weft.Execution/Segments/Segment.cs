using Weft.Execution.Parallel;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>A stretch of a block that a worker executes over the state before the block. Written by that worker until
/// it has ended, then read by all.</summary>
internal sealed class Segment
{
    private volatile bool _hasEnded;

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
    public int Reached { get; set; }

    /// <summary>It is known that what was done is of no use.</summary>
    public bool IsInVain { get; set; }

    /// <summary>Nothing is executed any more.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>All of it ran, and may be of use.</summary>
    public bool IsWhole => !IsInVain && Reached == End;

    public void Begin(int first, int end, IStateReader source, WorldState front)
    {
        Reads.Begin(source, front);
        (First, End, Reached, Executions, IsInVain, _hasEnded) = (first, end, first, 0, false, false);
        State.Reset(Reads);
    }

    public void HasBeenEnded() => _hasEnded = true;
}
