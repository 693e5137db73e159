using System.Diagnostics;
using Weft.Execution.Parallel;

namespace Weft.Execution.Records;

/// <summary>
/// All that the workers did with a block: every execution, validation and commit with its times, its outcome, what was
/// waited for and why it was aborted. Each worker writes to a log of its own, which is kept for the next block, so that
/// nothing is allocated once the logs have grown. Read when the workers are done.
/// </summary>
public sealed class ExecutionRecord : IWorkObserver
{
    private readonly Func<int, long> _now;
    private readonly Log[] _logs;
    private long _origin;

    /// <summary><paramref name="now"/>: the time of a worker, in ticks; that of the machine unless given.</summary>
    public ExecutionRecord(int workers, Func<int, long>? now = null)
    {
        _now = now ?? (_ => Stopwatch.GetTimestamp());
        _logs = new Log[workers];
        for (int i = 0; i < workers; i++) _logs[i] = new();
    }

    public int Workers => _logs.Length;

    /// <summary>What one worker did, in the order of its ends: waiting comes before what waited.</summary>
    public ReadOnlySpan<WorkEvent> this[int worker] => _logs[worker].Events.AsSpan(0, _logs[worker].Count);

    /// <summary>From the first beginning to the last end, in ticks.</summary>
    public long Elapsed
    {
        get
        {
            long first = long.MaxValue, last = 0;
            for (int i = 0; i < Workers; i++)
                foreach (ref readonly var done in this[i])
                    (first, last) = (Math.Min(first, done.Start), Math.Max(last, done.End));
            return Math.Max(0, last - first);
        }
    }

    /// <summary>What all did, by their beginning.</summary>
    public IReadOnlyList<WorkEvent> ToList()
    {
        var all = new List<WorkEvent>();
        for (int i = 0; i < Workers; i++) all.AddRange(this[i]);
        all.Sort((a, b) => (a.Start, a.Worker).CompareTo((b.Start, b.Worker)));
        return all;
    }

    /// <summary>Forgets the block before; time counts from now.</summary>
    public void Reset()
    {
        foreach (var log in _logs) log.Count = 0;
        _origin = _now(0);
    }

    public void Begins(int worker, in WorkItem item)
    {
        var log = _logs[worker];
        (log.Item, log.Start, log.Turn) = (item, Now(worker), null);
    }

    public void Waits(int worker, int transaction)
    {
        var log = _logs[worker];
        (log.WaitStart, log.WaitedFor) = (Now(worker), transaction);
    }

    public void Resumes(int worker)
    {
        var log = _logs[worker];
        log.Add(new(
            worker, WorkKind.Wait, log.Item.Transaction, log.Item.Incarnation, false, log.WaitStart, Now(worker),
            Outcome.Done, log.WaitedFor, default));
    }

    public void HasRun(int worker, in WorkItem item) => _logs[worker].Turn = Now(worker);

    public void Ends(int worker, in WorkItem item, Outcome outcome, int blocker, in AbortCause cause)
    {
        var log = _logs[worker];
        long now = Now(worker);
        log.Add(new(
            worker, item.Kind, item.Transaction, item.Incarnation, item.IsFirst, log.Start, now, outcome, blocker,
            cause) { Turn = log.Turn ?? now });
    }

    private long Now(int worker) => _now(worker) - _origin;

    /// <summary>One worker's; on cache lines of its own, as far as a heap allows.</summary>
    private sealed class Log
    {
        public WorkEvent[] Events = new WorkEvent[64];
        public int Count;
        public long Start, WaitStart;
        public long? Turn;
        public int WaitedFor;
        public WorkItem Item;

        public void Add(in WorkEvent done)
        {
            if (Count == Events.Length) Array.Resize(ref Events, 2 * Count);
            Events[Count++] = done;
        }
    }
}
