using System.Diagnostics;
using System.Runtime.CompilerServices;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Declared;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State.MultiVersion;

namespace Weft.Execution.Forecasts;

/// <summary>
/// Measures what the parts of a block cost in serial execution and in the speculative engine: in one process, in turns,
/// medians of several runs. One block at a time; one thread.
/// </summary>
public sealed class CostMeter : IDisposable
{
    /// <summary>As far ahead as a few cores get: the more versions there are in flight, the more everything costs.
    /// </summary>
    private const int SpanOfRehearsal = 64;

    private static readonly TimeSpan UntilAsleep = TimeSpan.FromMicroseconds(500);

    private static readonly bool[] Both = [false, true];

    private readonly SerialMeter _serial;
    private readonly WorkerThreads _thread = new(1);
    private readonly Rehearsal _rehearsal = new(crosses: false);
    private readonly Rehearsal? _crossing = Rehearsal.CanCross ? new(crosses: true) : null;
    private readonly OptimisticExecutor _alone, _rehearsing;
    private readonly OptimisticExecutor? _rehearsingAcross;
    private readonly PlannedLanes _lanes = new();
    private readonly DeclaredExecutor _declared;
    private readonly Waking _waking = MeasureWaking();
    private readonly long _leave = MeasureLeave();

    public CostMeter(ForkRules rules, ulong chainId, CodeCache codes, Address? depositContract = null)
    {
        _serial = new(rules, chainId, codes, depositContract);
        _alone = new(rules, chainId, codes, _thread, depositContract);
        _declared = new(rules, chainId, codes, _thread, depositContract, _lanes);
        _rehearsing = Create(_rehearsal);
        _rehearsingAcross = _crossing is null ? null : Create(_crossing);
        OptimisticExecutor Create(Rehearsal driver) =>
            new(rules, chainId, codes, driver, depositContract) { SpanMax = SpanOfRehearsal };
    }

    /// <summary>The block must be valid.</summary>
    public EngineCosts Measure(BlockInput input, int rounds, CancellationToken cancellation = default)
    {
        int parts = input.Block.Transactions.Count + 2;
        var (serial, first, commits) = (new Samples(parts), new Samples(parts), new Samples(parts));
        var (near, far, alone) = (new ItemTimes(parts), new ItemTimes(parts), new TimesAround());
        long[] times = new long[parts];
        ushort[][] accesses = NoteAccesses(input, parts);
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            _serial.Measure(input, times);
            serial.Add(times);
            MeasureAlone(_alone, input, first, commits, alone);
            Rehearse(_rehearsal, _rehearsing, input, near);
            if (_crossing is not null) Rehearse(_crossing, _rehearsingAcross!, input, far);
        }
        long[] serialTimes = serial.Medians(times), firstTimes = first.Medians(serialTimes);
        var costs = Rehearsed(near, firstTimes) with
        {
            Serial = serialTimes, First = firstTimes, CommitAtOnce = commits.Medians(times), Accesses = accesses,
            Outside = Samples.Median(alone.Outside), Preparation = Samples.Median(alone.Preparations),
            GetReady = alone.UntilReady, Waking = _waking, Leave = _leave,
        };
        return _crossing is null ? costs : costs with { Crossing = AcrossOf(costs, far) };
    }

    private static void Rehearse(Rehearsal driver, OptimisticExecutor executor, BlockInput input, ItemTimes times)
    {
        input = input with { Observer = driver };
        driver.Times = times;
        driver.Holds = true;
        foreach (bool confirms in Both)
        {
            driver.ConfirmLead = confirms ? 0 : SpanOfRehearsal;
            executor.Transition(input);
        }
        (driver.Holds, driver.ConfirmLead) = (false, Scheduler.ConfirmedInRow);
        executor.Transition(input);
    }

    /// <summary>What rehearsals tell.</summary>
    private static EngineCosts Rehearsed(ItemTimes times, long[] first) => EngineCosts.None with
    {
        Speculative = times.Runs(first), CommitLate = times.LateCommits(), Publish = times.Publications(),
        Commit = times.Commits(), Confirm = times.Confirmations(), CommitConfirmed = times.ConfirmedCommits(),
        Apply = times.Applications(), Next = times.Gaps(),
    };

    /// <summary>What is first has to fetch as much as what is speculative.</summary>
    private static EngineCosts AcrossOf(EngineCosts near, ItemTimes times)
    {
        var far = Rehearsed(times, near.Speculative);
        return far with
        {
            First = Sum(near.First, far.Speculative, near.Speculative),
            CommitAtOnce = Sum(near.CommitAtOnce, far.CommitLate, near.CommitLate),
        };
    }

    private static long[] Sum(long[] costs, long[] plus, long[] minus)
    {
        long[] sums = new long[costs.Length];
        for (int i = 0; i < sums.Length; i++) sums[i] = costs[i] + Math.Max(0, plus[i] - minus[i]);
        return sums;
    }

    /// <summary>The same for declared execution, in the lanes that begin with <paramref name="starts"/>, one after
    /// another: the first transaction of a lane looks up what it needs in the list, the last one compares with it. The
    /// input has a list.</summary>
    public EngineCosts MeasureDeclared(
        BlockInput input, int rounds, IReadOnlyList<int> starts, CancellationToken cancellation = default)
    {
        int parts = input.Block.Transactions.Count + 2;
        var (serial, runs, ends) = (new Samples(parts), new Samples(parts), new Samples(parts));
        var (alone, estimates) = (new TimesAround(), new List<long>());
        long[] times = new long[parts];
        ushort[][] accesses = new ushort[parts][];
        Array.Fill(accesses, []);
        _lanes.Starts = starts;
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            _serial.Measure(input, times);
            serial.Add(times);
            MeasureAlone(_declared, input, runs, ends, alone);
            estimates.Add(Samples.WithoutClock(_declared.EstimateTicks));
        }
        long[] laneTimes = runs.Medians(times);
        long estimated = Samples.Median(estimates);
        return new()
        {
            Serial = serial.Medians(times), First = laneTimes, CommitAtOnce = new long[parts],
            Speculative = laneTimes, CommitLate = new long[parts], Publish = ends.MediansOrUsual(),
            Commit = new long[parts], Confirm = new long[parts], CommitConfirmed = new long[parts],
            Apply = new long[parts], Accesses = accesses,
            Next = [.. Enumerable.Repeat(Samples.WithoutClock(Samples.Median(alone.Gaps)), EngineCosts.Kinds)],
            Outside = Math.Max(0, Samples.Median(alone.Outside) - estimated), Shared = (estimated, PiecesOf(parts)),
            GetReady = 0, Waking = _waking, Leave = _leave,
        };
    }

    private static int PiecesOf(int parts) =>
        (parts + DeclaredExecutor.EstimatedInRow - 1) / DeclaredExecutor.EstimatedInRow;

    public void Dispose()
    {
        _declared.Dispose();
        _rehearsing.Dispose();
        _rehearsingAcross?.Dispose();
        _alone.Dispose();
        _rehearsal.Dispose();
        _crossing?.Dispose();
        _thread.Dispose();
        _serial.Dispose();
    }

    private ushort[][] NoteAccesses(BlockInput input, int parts)
    {
        ushort[][] accesses = new ushort[parts][];
        Array.Fill(accesses, []);
        (_rehearsal.Times, _rehearsal.Accesses) = (null, accesses);
        _rehearsing.Transition(input with { Observer = _rehearsal });
        _rehearsal.Accesses = null;
        return accesses;
    }

    /// <summary>One worker, which commits everything at once.</summary>
    /// <param name="executor">With this one.</param>
    /// <param name="input">The block.</param>
    /// <param name="runs">Receives the time of each transaction.</param>
    /// <param name="commits">What came after it.</param>
    /// <param name="around">What came before, after and between.</param>
    private static void MeasureAlone(
        IBlockExecutor executor, BlockInput input, Samples runs, Samples commits, TimesAround around)
    {
        var times = new TimesOfOne(input.Block.Transactions.Count + 2);
        input = input with { Observer = times };
        long start = Stopwatch.GetTimestamp();
        executor.Transition(input);
        long total = Stopwatch.GetTimestamp() - start;
        runs.Add(times.Runs);
        commits.Add(times.Rests);
        around.Outside.Add(total - times.Total);
        around.Gaps.AddRange(times.Gaps);
        if (times.First == 0) return;
        around.Preparations.Add(times.IsPrepared - start);
        around.Readying.Add(Samples.WithoutClock(times.First - times.IsPrepared));
    }

    // ---- What does not depend on the block ----

    /// <summary>A thread sleeps between blocks. Of several wakings the median: that some take longer is their nature.
    /// </summary>
    private static Waking MeasureWaking()
    {
        const int runs = 51;
        using var threads = new WorkerThreads(2);
        var (calls, delays) = (new List<long>(), new List<long>());
        long[] began = new long[2];
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < UntilAsleep) Thread.SpinWait(8);
            start = Stopwatch.GetTimestamp();
            threads.Run(worker => began[worker] = Stopwatch.GetTimestamp());
            calls.Add(began[0] - start);
            delays.Add(Math.Max(0, began[1] - began[0]));
        }
        return new(Samples.Median(calls), Samples.Median(delays));
    }

    private static long MeasureLeave()
    {
        const int runs = 31;
        var samples = new List<long>();
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                Throw(frames: 8);
            }
            catch (DependencyException)
            {
                samples.Add(Stopwatch.GetTimestamp() - start);
            }
        }
        return Samples.Median(samples);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Throw(int frames) => frames == 0 ? throw new DependencyException(0) : Throw(frames - 1) + 1;

    /// <summary>What is not of the items of one worker, in several runs.</summary>
    private sealed class TimesAround
    {
        /// <summary>Before the block was prepared.</summary>
        public List<long> Preparations { get; } = [];

        /// <summary>From then on until the first item.</summary>
        public List<long> Readying { get; } = [];

        /// <summary>Before the block was prepared, and after the last item.</summary>
        public List<long> Outside { get; } = [];

        /// <summary>From one item to the next.</summary>
        public List<long> Gaps { get; } = [];

        public long UntilReady => Samples.Median(Readying);
    }

    /// <summary>Times of items that follow each other without a break: each ends where the next begins.</summary>
    private sealed class TimesOfOne(int parts) : IWorkObserver
    {
        private long _last, _ran, _end;

        public long First { get; private set; }

        /// <summary>When the block was; where nobody says so, with the first item.</summary>
        public long IsPrepared { get; private set; }

        public List<long> Gaps { get; } = [];

        public long[] Runs { get; } = new long[parts];

        /// <summary>After the transactions had run.</summary>
        public long[] Rests { get; } = new long[parts];

        public long Total => _end - IsPrepared;

        public void Prepared() => IsPrepared = _end = Stopwatch.GetTimestamp();

        public void Begins(int worker, in WorkItem item)
        {
            _last = _ran = Stopwatch.GetTimestamp();
            if (First != 0) Gaps.Add(_last - _end);
            else First = _last;
            if (IsPrepared == 0) IsPrepared = First;
        }

        public void Waits(int worker, int transaction) => Debug.Fail("one worker never waits");

        public void Resumes(int worker) => Debug.Fail("one worker never waits");

        public void HasRun(int worker, in WorkItem item) => _ran = Stopwatch.GetTimestamp();

        public void Ends(int worker, in WorkItem item, Outcome outcome, int blocker, in AbortCause cause)
        {
            _end = Stopwatch.GetTimestamp();
            Runs[item.Transaction] += _ran - _last;
            Rests[item.Transaction] += _end - _ran;
        }
    }
}
