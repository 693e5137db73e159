using System.Diagnostics;
using Weft.Execution.Parallel;

namespace Weft.Execution.Forecasts;

/// <summary>
/// What the parts of a block cost, measured in one process: in ticks of <see cref="Stopwatch"/>, by block access index.
/// </summary>
public sealed record EngineCosts
{
    /// <summary>Of items.</summary>
    public static int Kinds => (int)WorkKind.Apply + 1;

    /// <summary>Each part in serial execution.</summary>
    public required long[] Serial { get; init; }

    /// <summary>Running a transaction upon the final state.</summary>
    public required long[] First { get; init; }

    /// <summary>Committing it right after that.</summary>
    public required long[] CommitAtOnce { get; init; }

    /// <summary>Running a transaction speculatively.</summary>
    public required long[] Speculative { get; init; }

    /// <summary>Validating and committing it right after that, where it is the first by then.</summary>
    public required long[] CommitLate { get; init; }

    /// <summary>Publishing what it wrote, where it is not.</summary>
    public required long[] Publish { get; init; }

    /// <summary>Validating and committing what was published.</summary>
    public required long[] Commit { get; init; }

    /// <summary>Validating it ahead.</summary>
    public required long[] Confirm { get; init; }

    /// <summary>Committing it then.</summary>
    public required long[] CommitConfirmed { get; init; }

    /// <summary>Applying what was committed so.</summary>
    public required long[] Apply { get; init; }

    /// <summary>When a transaction makes its shared accesses: parts of 65,536 of its time, ascending.</summary>
    public required ushort[][] Accesses { get; init; }

    /// <summary>From the end of an item to the beginning of the next, by the kind of the first.</summary>
    public required long[] Next { get; init; }

    /// <summary>All of the block that is not the workers': the memory's reset, what comes before and after the
    /// transactions.</summary>
    public required long Outside { get; init; }

    /// <summary>What of that comes before the workers may begin, and is done by the first while the others wake up.
    /// </summary>
    public long Preparation { get; init; }

    /// <summary>What all cores do together before they begin, in so many pieces: they estimate the parts of the block.
    /// Of declared execution; not in <see cref="Outside"/>.</summary>
    public (long Ticks, int Pieces) Shared { get; init; }

    /// <summary>Until a worker gets ready itself: it forgets the block before.</summary>
    public required long GetReady { get; init; }

    /// <summary>Until a thread that slept works.</summary>
    public required Waking Waking { get; init; }

    /// <summary>Leaving the middle of a transaction that has to wait.</summary>
    public required long Leave { get; init; }

    /// <summary>What the same takes where each item finds what it needs in the caches of another core, which has just
    /// worked with that; null where this was not measured.</summary>
    public EngineCosts? Crossing { get; init; }

    /// <summary>Of an empty block.</summary>
    public static EngineCosts None { get; } = new()
    {
        Serial = [], First = [], CommitAtOnce = [], Speculative = [], CommitLate = [], Publish = [], Commit = [],
        Confirm = [], CommitConfirmed = [], Apply = [], Accesses = [], Next = new long[Kinds], Outside = 0,
        GetReady = 0, Waking = default, Leave = 0,
    };

    /// <summary>The whole block in serial execution.</summary>
    public long SerialTotal => Serial.Sum();

    /// <summary>On so many cores. What was shared last has been with any of them alike, so one in so many items finds
    /// it at home.</summary>
    public EngineCosts On(int cores)
    {
        if (Crossing is not { } far || cores == 1) return this;
        double share = (cores - 1.0) / cores;
        long[] Between(long[] near, long[] other)
        {
            long[] costs = new long[near.Length];
            for (int i = 0; i < costs.Length; i++)
                costs[i] = near[i] + (long)(Math.Max(0, other[i] - near[i]) * share);
            return costs;
        }
        return this with
        {
            First = Between(First, far.First), CommitAtOnce = Between(CommitAtOnce, far.CommitAtOnce),
            Speculative = Between(Speculative, far.Speculative), CommitLate = Between(CommitLate, far.CommitLate),
            Publish = Between(Publish, far.Publish), Commit = Between(Commit, far.Commit),
            Confirm = Between(Confirm, far.Confirm), Apply = Between(Apply, far.Apply),
            CommitConfirmed = Between(CommitConfirmed, far.CommitConfirmed), Next = Between(Next, far.Next),
            Crossing = null,
        };
    }
}

/// <summary>What it takes to wake threads that sleep; in ticks of <see cref="Stopwatch"/>.</summary>
/// <param name="Call">The one who wakes them, for each: they are woken one after the other.</param>
/// <param name="Delay">Until it works, from then on.</param>
public readonly record struct Waking(long Call, long Delay);
