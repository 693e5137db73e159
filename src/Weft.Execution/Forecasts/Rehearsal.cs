using System.Diagnostics;
using Weft.Execution.Parallel;
using Weft.State.MultiVersion;

namespace Weft.Execution.Forecasts;

/// <summary>
/// A driver that makes one worker speculate as far ahead as may be, while the other one holds the first transaction,
/// and then lets that one commit: so running, publishing and committing can be timed one after the other, undisturbed.
/// </summary>
internal sealed class Rehearsal : IDriver, ISwitchPoint, IWorkObserver
{
    private const int Holder = 0, Ahead = 1;

    private readonly VirtualWorkers _workers = new(2);
    private readonly bool[] _isDone = new bool[2];
    private readonly List<long> _accesses = [];
    private long _start, _ran, _end;

    public int Workers => _workers.Count;

    ISwitchPoint? IDriver.SwitchPoint => this;

    /// <summary>Takes the times; null when accesses are noted, which makes them inexact.</summary>
    public ItemTimes? Times { get; set; }

    /// <summary>Takes when transactions accessed what is shared, by index; see <see cref="EngineCosts.Accesses"/>.
    /// </summary>
    public ushort[][]? Accesses { get; set; }

    /// <summary>None: whatever may be is validated ahead; as many as the window has: nothing.</summary>
    public int ConfirmLead { get; set; } = Scheduler.ConfirmedInRow;

    public void Run(Action<int> work)
    {
        Array.Clear(_isDone);
        _end = 0;
        _workers.Run(work, Holder, Leave);
    }

    public void Pass()
    {
        if (Accesses is not null) _accesses.Add(Stopwatch.GetTimestamp());
    }

    public void Idle(ref SpinWait spinner) => SwitchToOther();

    public void Dispose() => _workers.Dispose();

    public void Begins(int worker, in WorkItem item)
    {
        _accesses.Clear();
        _start = _ran = Stopwatch.GetTimestamp();
        if (_end != 0) Times?.AddGap(_start - _end);
    }

    public void Waits(int worker, int transaction) => Debug.Fail("nobody runs beside");

    public void Resumes(int worker) => Debug.Fail("nobody waits");

    public void HasRun(int worker, in WorkItem item)
    {
        _ran = Stopwatch.GetTimestamp();
        if (Accesses is not null) Accesses[item.Transaction] = PartsOfTime();
        // What the holder runs is first, and all the other one runs is not.
        if (worker == Holder) SwitchToOther();
    }

    public void Ends(int worker, in WorkItem item, Outcome outcome, int blocker, in AbortCause cause)
    {
        long now = Stopwatch.GetTimestamp();
        if (outcome == Outcome.Done) Times?.Took(item, _ran - _start, now - _ran);
        _end = now;
    }

    private ushort[] PartsOfTime()
    {
        long time = Math.Max(1, Stopwatch.GetTimestamp() - _start);
        ushort[] parts = new ushort[_accesses.Count];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = (ushort)Math.Min(ushort.MaxValue, ((_accesses[i] - _start) << 16) / time);
        return parts;
    }

    private int Leave(int worker)
    {
        _isDone[worker] = true;
        return _isDone[Other(worker)] ? -1 : Other(worker);
    }

    private void SwitchToOther()
    {
        int other = Other(_workers.Current);
        if (!_isDone[other]) _workers.SwitchTo(other);
        // What lies between is no gap of this worker's.
        _end = 0;
    }

    private static int Other(int worker) => 1 - worker;
}
