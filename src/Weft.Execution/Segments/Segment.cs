using Weft.Execution.Parallel;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>A stretch of a block that a worker executes over the state before the block. Written by that worker until
/// it has ended, then read by all.</summary>
internal sealed class Segment(int worker, IStateReader nothing)
{
    private volatile bool _hasEnded;

    public int Worker => worker;

    public WorldState State { get; } = new(nothing);

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

    public void Begin(int first, int end, IStateReader source)
    {
        (First, End, Reached, Executions, IsInVain, _hasEnded) = (first, end, first, 0, false, false);
        State.Reset(source);
    }

    public void HasBeenEnded() => _hasEnded = true;
}
