using Weft.Execution.Parallel;
using Weft.Execution.Records;

namespace Weft.Execution.Forecasts;

/// <summary>
/// Follows a record from its last end backwards: what was the last thing that had to happen before this one could
/// begin? The worker's own earlier work, a run of the same transaction, the commit before, the predecessor that a hint
/// names.
/// </summary>
internal sealed class DecisiveChain
{
    private readonly ExecutionRecord _record;
    private readonly EngineCosts _costs;
    private readonly ReadOnlyMemory<int> _predecessors;
    private readonly List<WorkEvent>[] _byTransaction;
    private long _work, _speculation, _commits, _aborts, _handover;

    private DecisiveChain(ExecutionRecord record, EngineCosts costs, ReadOnlyMemory<int> predecessors)
    {
        (_record, _costs, _predecessors) = (record, costs, predecessors);
        _byTransaction = new List<WorkEvent>[costs.Serial.Length];
        for (int i = 0; i < _byTransaction.Length; i++) _byTransaction[i] = [];
        foreach (var done in record.ToList()) _byTransaction[done.Transaction].Add(done);
    }

    /// <summary><paramref name="predecessors"/>: the hints that the run had, or none.</summary>
    /// <param name="record">Of a run under the virtual clock.</param>
    /// <param name="costs">Of the same run.</param>
    /// <param name="predecessors">See above.</param>
    /// <param name="total">What the block took.</param>
    public static TimeSpent Measure(
        ExecutionRecord record, EngineCosts costs, ReadOnlyMemory<int> predecessors, long total)
    {
        var chain = new DecisiveChain(record, costs, predecessors);
        long begin = chain.Follow(out long end);
        return new(
            chain._work, chain._speculation, chain._commits, chain._aborts, chain._handover, total - end + begin);
    }

    /// <summary>Returns when the chain begins.</summary>
    private long Follow(out long end)
    {
        end = 0;
        if (FindLast() is not { } last) return 0;
        (var current, long until) = (last, last.End);
        end = until;
        while (true)
        {
            long from = current.Start;
            var cause = FindWait(current, until) is { } wait ? FindAwaited(wait, ref from) : FindCause(current);
            Count(current, from, until);
            if (cause is not { } found) return from;
            until = Math.Min(from, found.End);
            _handover += from - until;
            current = found;
        }
    }

    /// <summary>What of an item lies on the chain.</summary>
    private void Count(in WorkEvent done, long from, long until)
    {
        if (done.IsInVain) _aborts += until - from;
        else if (done.Kind != WorkKind.Execute) _commits += until - from;
        else
        {
            long run = Math.Max(0, Math.Min(until, done.Turn) - from), rest = until - from - run;
            long work = Math.Min(run, _costs.Serial[done.Transaction]);
            _work += work;
            _speculation += run - work;
            if (done.Outcome == Outcome.Committed) _commits += rest;
            else _speculation += rest;
        }
    }

    // ---- Causes ----

    private WorkEvent? FindWait(in WorkEvent done, long until)
    {
        WorkEvent? found = null;
        foreach (var wait in _byTransaction[done.Transaction])
            if (wait.Kind == WorkKind.Wait && wait.Worker == done.Worker && wait.Start >= done.Start
                && wait.End <= until && wait.End > wait.Start) found = wait;
        return found;
    }

    /// <summary>What the middle of a transaction waited for; it goes on <paramref name="from"/> then.</summary>
    private WorkEvent? FindAwaited(in WorkEvent wait, ref long from)
    {
        from = wait.End;
        return LatestOf(wait.Blocker, from, _ => true);
    }

    private WorkEvent? FindCause(in WorkEvent done)
    {
        long start = done.Start;
        int transaction = done.Transaction;
        var cause = Later(LatestOn(done.Worker, start), LatestOf(transaction, start, _ => true));
        if (done.Kind == WorkKind.Commit || done.IsFirst)
            cause = Later(cause, LatestOf(transaction - 1, start, IsCommit));
        if (done.Kind is WorkKind.Confirm or WorkKind.Validate)
            return Later(cause, LatestRunBefore(transaction, start));
        if (done.Kind != WorkKind.Execute) return cause;
        bool hasHint = transaction > 0 && transaction <= _predecessors.Length;
        int predecessor = hasHint ? _predecessors.Span[transaction - 1] : 0;
        cause = Later(cause, LatestOf(predecessor, start, run => run.Kind == WorkKind.Execute));
        foreach (var run in _byTransaction[transaction])
            if (run.Blocker >= 0 && run.End <= start)
                cause = Later(cause, LatestOf(run.Blocker, start, _ => true));
        return cause;
    }

    private static bool IsCommit(WorkEvent done) =>
        done is { Kind: WorkKind.Commit, Outcome: Outcome.Done } or { Outcome: Outcome.Committed };

    private static WorkEvent? Later(WorkEvent? a, WorkEvent? b) =>
        a is null || (b is not null && b.Value.End > a.Value.End) ? b : a;

    /// <summary>The last of a transaction that did not keep anything from happening at a time.</summary>
    private WorkEvent? LatestOf(int transaction, long time, Func<WorkEvent, bool> isMeant)
    {
        WorkEvent? found = null;
        foreach (var done in _byTransaction[Math.Max(0, transaction)])
            if (done.Kind != WorkKind.Wait && done.End <= time && done.Start < time && isMeant(done)
                && (found is null || done.End > found.Value.End)) found = done;
        return found;
    }

    /// <summary>Who is confirmed has waited until all before had run; who is validated, until one of them wrote.
    /// </summary>
    private WorkEvent? LatestRunBefore(int transaction, long time)
    {
        WorkEvent? found = null;
        for (int i = 1; i < transaction; i++)
            found = Later(found, LatestOf(i, time, run => run.Kind == WorkKind.Execute));
        return found;
    }

    private WorkEvent? LatestOn(int worker, long time)
    {
        var all = _record[worker];
        for (int i = all.Length - 1; i >= 0; i--)
            if (all[i].Kind != WorkKind.Wait && all[i].End <= time && all[i].Start < time) return all[i];
        return null;
    }

    private WorkEvent? FindLast()
    {
        WorkEvent? last = null;
        for (int i = 0; i < _record.Workers; i++)
            foreach (ref readonly var done in _record[i])
                if (last is null || done.End > last.Value.End) last = done;
        return last;
    }
}
