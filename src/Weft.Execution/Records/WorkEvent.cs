using System.Diagnostics;
using Weft.Execution.Parallel;

namespace Weft.Execution.Records;

/// <summary>One thing that a worker did. Times are ticks of <see cref="Stopwatch"/> since the record began.</summary>
/// <param name="Kind"><see cref="WorkKind.Wait"/>: in the middle of a transaction, for another one.</param>
/// <param name="Transaction">By block access index, so from 1 on.</param>
/// <param name="Incarnation">How often the transaction had been aborted before.</param>
/// <param name="IsFirst">Everything before the transaction was committed when the item was given out.</param>
/// <param name="Blocker">The transaction that was waited for, or because of which this one was left; otherwise -1.
/// </param>
/// <param name="Cause">Of <see cref="Outcome.Again"/>.</param>
public readonly record struct WorkEvent(
    int Worker, WorkKind Kind, int Transaction, int Incarnation, bool IsFirst, long Start, long End, Outcome Outcome,
    int Blocker, AbortCause Cause)
{
    /// <summary>When its transaction had run; the end where none did.</summary>
    public long Turn { get; init; } = End;

    public long Ticks => End - Start;

    /// <summary>It is of no use: the transaction had to run again.</summary>
    public bool IsInVain => Outcome is Outcome.Again or Outcome.Blocked;
}
