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
/// lower quartiles of several runs. One block at a time; one thread.
/// </summary>
public sealed class CostMeter : IDisposable
{
    /// <summary>As far ahead as a few cores get: the more versions there are in flight, the more everything costs.
    /// </summary>
    private const int WindowOfRehearsal = 64;

    private static readonly bool[] Both = [false, true];

    private readonly SerialMeter _serial;
    private readonly WorkerThreads _thread = new(1);
    private readonly Rehearsal _rehearsal = new();
    private readonly OptimisticExecutor _alone, _rehearsing;
    private readonly PlannedLanes _lanes = new();
    private readonly DeclaredExecutor _declared;
    private readonly long _wake = MeasureWake(), _leave = MeasureLeave();

    public CostMeter(ForkRules rules, ulong chainId, CodeCache codes, Address? depositContract = null)
    {
        _serial = new(rules, chainId, codes, depositContract);
        _alone = new(rules, chainId, codes, _thread, depositContract);
        _declared = new(rules, chainId, codes, _thread, depositContract, _lanes);
        _rehearsing = new(rules, chainId, codes, _rehearsal, depositContract, window: WindowOfRehearsal);
    }

    /// <summary>The block must be valid.</summary>
    public EngineCosts Measure(BlockInput input, int rounds, CancellationToken cancellation = default)
    {
        int parts = input.Block.Transactions.Count + 2;
        var (serial, first, commits) = (new Samples(parts), new Samples(parts), new Samples(parts));
        var speculative = new ItemTimes(parts);
        var alone = new TimesAround();
        long[] times = new long[parts];
        ushort[][] accesses = NoteAccesses(input, parts);
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            _serial.Measure(input, times);
            serial.Add(times);
            MeasureAlone(_alone, input, first, commits, alone);
            _rehearsal.Times = speculative;
            foreach (bool confirms in Both)
            {
                _rehearsal.ConfirmLead = confirms ? 0 : WindowOfRehearsal;
                _rehearsing.Transition(input with { Observer = _rehearsal });
            }
        }
        long[] serialTimes = serial.Quartiles(times), firstTimes = first.Quartiles(serialTimes);
        return new()
        {
            Serial = serialTimes, First = firstTimes, CommitAtOnce = commits.Quartiles(times),
            Speculative = speculative.Runs(firstTimes), Publish = speculative.Publications(),
            Commit = speculative.Commits(), Confirm = speculative.Confirmations(),
            CommitConfirmed = speculative.ConfirmedCommits(), Apply = speculative.Applications(), Accesses = accesses,
            Next = speculative.Gap, Outside = Samples.Quartile(alone.Outside), GetReady = alone.UntilReady,
            Wake = alone.UntilReadyAfter(_wake), Leave = _leave,
        };
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
        long[] laneTimes = runs.Quartiles(times);
        return new()
        {
            Serial = serial.Quartiles(times), First = laneTimes, CommitAtOnce = new long[parts],
            Speculative = laneTimes, Publish = ends.QuartilesOrUsual(), Commit = new long[parts],
            Confirm = new long[parts], CommitConfirmed = new long[parts], Apply = new long[parts],
            Accesses = accesses, Next = Samples.WithoutClock(Samples.Quartile(alone.Gaps)),
            Outside = Samples.Quartile(alone.Outside), Shared = (Samples.Quartile(estimates), PiecesOf(parts)),
            GetReady = 0, Wake = _wake, Leave = _leave,
        };
    }

    private static int PiecesOf(int parts) =>
        (parts + DeclaredExecutor.EstimatedInRow - 1) / DeclaredExecutor.EstimatedInRow;

    public void Dispose()
    {
        _declared.Dispose();
        _rehearsing.Dispose();
        _alone.Dispose();
        _rehearsal.Dispose();
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

    /// <summary>From asking a thread that has waited for a moment to work until it does; the least, for on a busy
    /// machine it waits for a core.</summary>
    private static long MeasureWake()
    {
        const int runs = 31;
        using var threads = new WorkerThreads(2);
        var samples = new List<long>();
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp(), began = start;
            threads.Run(worker => began = worker == 1 ? Stopwatch.GetTimestamp() : began);
            samples.Add(began - start);
        }
        return samples.Min();
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
        return Samples.Quartile(samples);
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

        public long UntilReady => Samples.Quartile(Readying);

        /// <summary>The others wake up and get ready while the first one prepares the block.</summary>
        public long UntilReadyAfter(long wake) => Math.Max(0, wake + UntilReady - Samples.Quartile(Preparations));
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
