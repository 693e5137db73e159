using System.Diagnostics;
using Weft.Execution.Parallel;
using Weft.State.MultiVersion;

namespace Weft.Execution.Forecasts;

/// <summary>
/// The third driver: virtual cores, each with a time of its own. Work takes as long as it was measured to; the core
/// with the lowest time goes on, so every shared access happens at its virtual moment, in the one order of these. The
/// scheduler, the memory and the workers are those of the threads, so that waiting, aborts and repetitions come about
/// as they do there. The same costs, the same result.
/// </summary>
public sealed class VirtualClock : IDriver, ISwitchPoint, IWorkObserver
{
    private const int StallsMax = 3;

    private readonly VirtualWorkers _workers;
    private readonly Core[] _cores;
    private int _stalls;

    public VirtualClock(int cores) => (_workers, _cores) = (new(cores), new Core[cores]);

    public int Workers => _workers.Count;

    ISwitchPoint? IDriver.SwitchPoint => this;

    /// <summary>Of the next block; must be set.</summary>
    public EngineCosts Costs { get; set; } = EngineCosts.None;

    /// <summary>Is told the same as the clock, at virtual times.</summary>
    public IWorkObserver? Observer { get; set; }

    /// <summary>How long the workers took for the last block, in ticks of <see cref="Stopwatch"/>.</summary>
    public long Elapsed { get; private set; }

    /// <summary>The virtual time of a core, in ticks since the workers of the block began.</summary>
    public long Now(int core) => _cores[core].Time;

    public void Run(Action<int> work)
    {
        Begin();
        ShareOut();
        (Elapsed, _stalls) = (0, 0);
        _workers.Run(work, 0, Leave);
    }

    public void Dispose() => _workers.Dispose();

    /// <summary>The first core wakes some others, prepares the block, which none of them can do without, and gets
    /// ready itself; they wake the rest and get ready meanwhile. Time begins so that with one core the preparation,
    /// which is outside, ends at 0.</summary>
    private void Begin()
    {
        var (call, delay) = Costs.Waking;
        long prepared = WakingBy(0) * call;
        Span<long> woken = stackalloc long[_cores.Length];
        for (int i = 0; i < _cores.Length; i++)
        {
            int waker = WorkerThreads.WakerOf(i);
            if (i > 0) woken[i] = woken[waker] + (i - WorkerThreads.WokenBy(waker, Workers).First + 1) * call + delay;
            long ready = i == 0 ? prepared : woken[i] + WakingBy(i) * call - Costs.Preparation;
            _cores[i] = new() { Time = Math.Max(prepared, ready + Costs.GetReady) };
        }
    }

    private int WakingBy(int core) => WorkerThreads.WokenBy(core, Workers).Count;

    /// <summary>What all do together: whoever is free takes the next piece, and all go on when the last one is done.
    /// </summary>
    private void ShareOut()
    {
        var (ticks, pieces) = Costs.Shared;
        if (pieces == 0) return;
        long end = 0;
        for (int piece = 0; piece < pieces; piece++)
        {
            ref Core core = ref _cores[FindNext()];
            core.Time += ticks * (piece + 1) / pieces - ticks * piece / pieces;
            end = Math.Max(end, core.Time);
        }
        foreach (ref var core in _cores.AsSpan()) core.Time = Math.Max(core.Time, end);
    }

    // ---- What the workers do ----

    /// <summary>A shared access. Only those of a transaction that runs take time; all else is in its costs.</summary>
    public void Pass()
    {
        ref Core core = ref _cores[_workers.Current];
        if (!core.IsRunning) return;
        ushort[] accesses = Costs.Accesses[core.Transaction];
        if (core.Accessed < accesses.Length)
            MoveTo(ref core, core.Start + (core.Cost * accesses[core.Accessed++] >> 16));
    }

    public void Idle(ref SpinWait spinner)
    {
        ref Core core = ref _cores[_workers.Current];
        WakeWaiting(ref core);
        core.State = core.IsWaiting ? CoreState.Waits : CoreState.Idles;
        GoOn();
    }

    public void Begins(int worker, in WorkItem item)
    {
        ref Core core = ref _cores[worker];
        _stalls = 0;
        WakeWaiting(ref core);
        // Where there was something to do there may be more; and if there is not, nobody else needs to look.
        WakeOne(core.Time);
        Observer?.Begins(worker, item);
        if (item.Kind != WorkKind.Execute) return;
        (core.IsRunning, core.Transaction, core.Start, core.Accessed) = (true, item.Transaction, core.Time, 0);
        core.Cost = (item.IsFirst ? Costs.First : Costs.Speculative)[item.Transaction];
    }

    public void Waits(int worker, int transaction)
    {
        Observer?.Waits(worker, transaction);
        ref Core core = ref _cores[worker];
        (core.IsWaiting, core.WaitStart) = (true, core.Time);
    }

    public void Resumes(int worker)
    {
        ref Core core = ref _cores[worker];
        core.IsWaiting = false;
        core.Start += core.Time - core.WaitStart;
        Observer?.Resumes(worker);
    }

    public void HasRun(int worker, in WorkItem item)
    {
        ref Core core = ref _cores[worker];
        core.IsRunning = false;
        MoveTo(ref core, core.Start + core.Cost);
        Observer?.HasRun(worker, item);
    }

    public void Ends(int worker, in WorkItem item, Outcome outcome, int blocker, in AbortCause cause)
    {
        ref Core core = ref _cores[worker];
        long rest = core.IsRunning ? Costs.Leave : RestOf(item, outcome);
        (core.IsRunning, core.IsWaiting) = (false, false);
        MoveTo(ref core, core.Time + rest);
        Observer?.Ends(worker, item, outcome, blocker, cause);
        core.Time += Costs.Next[(int)item.Kind];
        core.HasEnded = true;
    }

    /// <summary>What an item takes after its transaction has run.</summary>
    private long RestOf(in WorkItem item, Outcome outcome) => (item.Kind, outcome) switch
    {
        (WorkKind.Execute, Outcome.Done) => Costs.Publish[item.Transaction],
        (WorkKind.Execute, _) when item.IsFirst => Costs.CommitAtOnce[item.Transaction],
        (WorkKind.Execute, _) => Costs.CommitLate[item.Transaction],
        (WorkKind.Confirm, _) => Costs.Confirm[item.Transaction],
        (WorkKind.Commit, _) when item.IsConfirmed => Costs.CommitConfirmed[item.Transaction],
        (WorkKind.Apply, _) => Costs.Apply[item.Transaction],
        // Most of a commit is its validation.
        _ => Costs.Commit[item.Transaction],
    };

    // ---- Who goes on ----

    private void MoveTo(ref Core core, long time)
    {
        core.Time = Math.Max(core.Time, time);
        GoOn();
    }

    /// <summary>The core with the lowest time does.</summary>
    private void GoOn()
    {
        int next = FindNext();
        if (next < 0)
        {
            // Nobody was told of anything, so this is a mistake in here or in the scheduler: let all look again.
            if (++_stalls > StallsMax) throw new InvalidOperationException("no virtual core has anything to do");
            WakeAll(0);
            next = FindNext();
        }
        _workers.SwitchTo(next);
    }

    /// <summary>The current one among equals.</summary>
    private int FindNext()
    {
        int found = _cores[_workers.Current].State == CoreState.Runs ? _workers.Current : -1;
        for (int i = 0; i < _cores.Length; i++)
            if (_cores[i].State == CoreState.Runs && (found < 0 || _cores[i].Time < _cores[found].Time)) found = i;
        return found;
    }

    /// <summary>The scheduler has heard by now of what the core ended: some may have waited for that.</summary>
    private void WakeWaiting(ref Core ended)
    {
        if (!ended.HasEnded) return;
        ended.HasEnded = false;
        foreach (ref var core in _cores.AsSpan())
            if (core.State == CoreState.Waits) core.Wake(ended.Time);
    }

    private void WakeOne(long time)
    {
        foreach (ref var core in _cores.AsSpan())
        {
            if (core.State != CoreState.Idles) continue;
            core.Wake(time);
            return;
        }
    }

    private void WakeAll(long time)
    {
        foreach (ref var core in _cores.AsSpan())
            if (core.State is CoreState.Idles or CoreState.Waits) core.Wake(time);
    }

    /// <summary>The core has seen that the block is done; the others are to see it, too.</summary>
    private int Leave(int worker)
    {
        ref Core core = ref _cores[worker];
        core.State = CoreState.Done;
        Elapsed = Math.Max(Elapsed, core.Time);
        WakeAll(core.Time);
        return FindNext();
    }

    private enum CoreState : byte { Runs, Idles, Waits, Done }

    private struct Core
    {
        public CoreState State;
        public long Time;

        /// <summary>It has ended an item of which the others were not told yet.</summary>
        public bool HasEnded;

        /// <summary>It is in the middle of a transaction, of which the following tell.</summary>
        public bool IsRunning;

        public int Transaction;

        /// <summary>When it would have begun if it had never waited.</summary>
        public long Start;

        public long Cost;
        public int Accessed;
        public bool IsWaiting;
        public long WaitStart;

        public void Wake(long time) => (State, Time) = (CoreState.Runs, Math.Max(Time, time));
    }
}
