using System.Diagnostics;
using Weft.Execution.Parallel;
using Weft.State.MultiVersion;

namespace Weft.Execution.Forecasts;

/// <summary>
/// A driver of which one worker runs at any time, so that what the workers do can be timed undisturbed. One holds the
/// first transaction while others speculate as far ahead as may be, and then commits; or two take turns, and what one
/// has run speculatively is the first by then. It crosses where each item is another processor's than the one before:
/// it finds what that one has just written in caches that are not its own.
/// </summary>
internal sealed class Rehearsal : IDriver, ISwitchPoint, IWorkObserver
{
    private const int Holder = 0;

    private readonly bool _crosses;
    private readonly VirtualWorkers _workers;
    private readonly bool[] _isDone, _isSpoilt;
    private readonly List<long> _accesses = [];
    private int _idle, _firstInTurn, _lastInTurn;
    private (WorkKind Kind, int Transaction) _ended;
    private long _start, _ran, _end;

    public Rehearsal(bool crosses)
    {
        _crosses = crosses;
        _workers = new(crosses ? 3 : 2, crosses ? Placing.Apart : Placing.Together);
        (_isDone, _isSpoilt) = (new bool[Workers], new bool[Workers]);
    }

    /// <summary>Whether there are two processors for items to cross between.</summary>
    public static bool CanCross { get; } = Processors.TryFind() is not null;

    public int Workers => _workers.Count;

    ISwitchPoint? IDriver.SwitchPoint => this;

    /// <summary>Takes the times; null when accesses are noted, which makes them inexact.</summary>
    public ItemTimes? Times { get; set; }

    /// <summary>Takes when transactions accessed what is shared, by index; see <see cref="EngineCosts.Accesses"/>.
    /// </summary>
    public ushort[][]? Accesses { get; set; }

    /// <summary>None: whatever may be is validated ahead; as many as the window has: nothing.</summary>
    public int ConfirmLead { get; set; } = Scheduler.ConfirmedInRow;

    /// <summary>The first worker holds its transaction; otherwise it takes turns with the second.</summary>
    public bool Holds { get; set; } = true;

    private int First => Holds ? 1 : 0;

    private int Last => Holds ? Workers - 1 : 1;

    public void Run(Action<int> work)
    {
        Array.Clear(_isDone);
        Array.Clear(_isSpoilt);
        (_end, _idle) = (0, 0);
        // Who ran a transaction in one run does not in the next.
        _lastInTurn = _firstInTurn = _firstInTurn == First ? Last : First;
        _workers.Run(work, Holder, Leave);
    }

    public void Pass()
    {
        if (Accesses is not null) _accesses.Add(Stopwatch.GetTimestamp());
    }

    public void Idle(ref SpinWait spinner)
    {
        _idle++;
        bool allIdle = Holds && _workers.Current != Holder && _idle >= Workers - 1;
        SwitchTo(allIdle && !_isDone[Holder] ? Holder : NextOf(_workers.Current));
    }

    public void Dispose() => _workers.Dispose();

    public void Begins(int worker, in WorkItem item)
    {
        _idle = 0;
        _accesses.Clear();
        if (_end != 0) Times?.AddGap(_ended.Kind, _ended.Transaction, Stopwatch.GetTimestamp() - _end);
        // With what it has taken in hand: so each finds the other's traces.
        if ((_crosses || !Holds) && IsInTurn(worker)) SwitchTo(NextOf(worker));
        _start = _ran = Stopwatch.GetTimestamp();
    }

    public void Waits(int worker, int transaction) => _isSpoilt[worker] = true;

    public void Resumes(int worker) => Debug.Assert(_isSpoilt[worker]);

    public void HasRun(int worker, in WorkItem item)
    {
        _ran = Stopwatch.GetTimestamp();
        if (Accesses is not null) Accesses[item.Transaction] = PartsOfTime();
        // What the holder runs is first, and all the others run is not.
        if (Holds && worker == Holder) SwitchTo(NextOf(Holder));
    }

    public void Ends(int worker, in WorkItem item, Outcome outcome, int blocker, in AbortCause cause)
    {
        long now = Stopwatch.GetTimestamp();
        if (!_isSpoilt[worker])
        {
            if (outcome == Outcome.Done && Holds) Times?.Took(worker, item, _ran - _start, now - _ran, _crosses);
            if (outcome == Outcome.Committed && !Holds && !item.IsFirst) Times?.TookLate(item, now - _ran);
        }
        _isSpoilt[worker] = false;
        (_ended, _end) = ((item.Kind, item.Transaction), Stopwatch.GetTimestamp());
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
        int next = NextOf(worker);
        return _isDone[next] ? -1 : next;
    }

    /// <summary>The next one that takes turns; the holder where none of them is left.</summary>
    private int NextOf(int worker)
    {
        int count = Last - First + 1;
        int from = IsInTurn(worker) ? worker : _lastInTurn;
        for (int i = 1; i <= count; i++)
        {
            int next = First + (from - First + i) % count;
            if (!_isDone[next]) return next;
        }
        return Holder;
    }

    private bool IsInTurn(int worker) => worker >= First && worker <= Last;

    private void SwitchTo(int worker)
    {
        if (IsInTurn(worker)) _lastInTurn = worker;
        if (!_isDone[worker]) _workers.SwitchTo(worker);
        // What lies between is no gap of this worker's.
        _end = 0;
    }
}
