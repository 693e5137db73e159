namespace Weft.Execution.Parallel;

/// <summary>What a worker is to do next.</summary>
public enum WorkKind : byte
{
    /// <summary>Nothing now; ask again.</summary>
    Wait,

    /// <summary>All transactions are committed, or the block was given up.</summary>
    Done,

    /// <summary>Run an incarnation of the transaction.</summary>
    Execute,

    /// <summary>Look whether a finished transaction still sees what it saw.</summary>
    Validate,

    /// <summary>Everything before has run: validate ahead, for good unless something before is aborted.</summary>
    Confirm,

    /// <summary>Everything before is committed: validate for good where that was not done ahead, then commit.</summary>
    Commit,

    /// <summary>Committed: take what it wrote into the committed values. The worker that committed does it.</summary>
    Apply,
}

/// <summary><paramref name="IsFirst"/>: nothing before the transaction is in flight, so what it reads is final.
/// <paramref name="IsConfirmed"/>, of a commit: it was validated ahead, and that stands.</summary>
public readonly record struct WorkItem(
    WorkKind Kind, int Transaction = 0, int Incarnation = 0, bool IsFirst = false, bool IsConfirmed = false)
{
    /// <summary>Of a confirmation that the scheduler hands out: one more than the last transaction.</summary>
    public int End { get; init; }

    /// <summary>Of a confirmation: it stands as long as this era lasts.</summary>
    public uint Era { get; init; }
}

/// <summary>What came of a <see cref="WorkItem"/>.</summary>
public enum Outcome : byte
{
    /// <summary>Executed, valid, committed: what was asked for.</summary>
    Done,

    /// <summary>Executed and committed as well.</summary>
    Committed,

    /// <summary>Not to be confirmed ahead: only the commit can tell.</summary>
    Undecided,

    /// <summary>It reads what <c>Blocker</c> is expected to write again.</summary>
    Blocked,

    /// <summary>Not valid any more, or failed in a way that only speculation can explain: run it again.</summary>
    Again,

    /// <summary>The block is invalid, or the source failed: all workers stop.</summary>
    Stop,
}
