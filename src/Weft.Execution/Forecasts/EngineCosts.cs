using System.Diagnostics;

namespace Weft.Execution.Forecasts;

/// <summary>
/// What the parts of a block cost, measured in one process: in ticks of <see cref="Stopwatch"/>, by block access index.
/// </summary>
public sealed class EngineCosts
{
    /// <summary>Each part in serial execution.</summary>
    public required long[] Serial { get; init; }

    /// <summary>Running a transaction upon the final state.</summary>
    public required long[] First { get; init; }

    /// <summary>Committing it right after that.</summary>
    public required long[] CommitAtOnce { get; init; }

    /// <summary>Running a transaction speculatively.</summary>
    public required long[] Speculative { get; init; }

    /// <summary>Publishing what it wrote.</summary>
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

    /// <summary>From the end of one item to the beginning of the next.</summary>
    public required long Next { get; init; }

    /// <summary>All of the block that is not the workers': the memory's reset, what comes before and after the
    /// transactions.</summary>
    public required long Outside { get; init; }

    /// <summary>What of that all cores do together before they begin, in so many pieces: they estimate the parts of the
    /// block. Of declared execution.</summary>
    public (long Ticks, int Pieces) Shared { get; init; }

    /// <summary>The same on a number of cores, of which all but one have to wake up.</summary>
    public long OutsideOn(int cores)
    {
        if (cores == 1 || Shared.Pieces <= 1) return Outside;
        long rounds = (Shared.Pieces + cores - 1) / cores;
        return Outside - Shared.Ticks + Math.Min(Shared.Ticks, Wake + Shared.Ticks * rounds / Shared.Pieces);
    }

    /// <summary>Until a worker gets ready itself, once the block is prepared: it forgets the block before.</summary>
    public required long GetReady { get; init; }

    /// <summary>The same for one that slept.</summary>
    public required long Wake { get; init; }

    /// <summary>Leaving the middle of a transaction that has to wait.</summary>
    public required long Leave { get; init; }

    /// <summary>Of an empty block.</summary>
    public static EngineCosts None { get; } = new()
    {
        Serial = [], First = [], CommitAtOnce = [], Speculative = [], Publish = [], Commit = [], Confirm = [],
        CommitConfirmed = [], Apply = [], Accesses = [], Next = 0, Outside = 0, GetReady = 0, Wake = 0, Leave = 0,
    };

    /// <summary>The whole block in serial execution.</summary>
    public long SerialTotal => Serial.Sum();
}
