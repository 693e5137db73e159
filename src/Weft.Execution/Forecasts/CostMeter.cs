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
        var (before, outside) = (new List<long>(), new List<long>());
        long[] times = new long[parts];
        ushort[][] accesses = NoteAccesses(input, parts);
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            _serial.Measure(input, times);
            serial.Add(times);
            MeasureAlone(_alone, input, first, commits, before, outside, []);
            _rehearsal.Times = speculative;
            _rehearsing.Transition(input with { Observer = _rehearsal });
        }
        long[] serialTimes = serial.Quartiles(times), firstTimes = first.Quartiles(serialTimes);
        return new()
        {
            Serial = serialTimes, First = firstTimes, CommitAtOnce = commits.Quartiles(times),
            Speculative = speculative.Runs(firstTimes), Publish = speculative.Publications(),
            Commit = speculative.Commits(), Apply = speculative.Applications(), Accesses = accesses,
            Next = speculative.Gap, Outside = Samples.Quartile(outside), Wake = WakeAfter(before), Leave = _leave,
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
        var (before, outside, gaps) = (new List<long>(), new List<long>(), new List<long>());
        long[] times = new long[parts];
        ushort[][] accesses = new ushort[parts][];
        Array.Fill(accesses, []);
        _lanes.Starts = starts;
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            _serial.Measure(input, times);
            serial.Add(times);
            MeasureAlone(_declared, input, runs, ends, before, outside, gaps);
        }
        long[] laneTimes = runs.Quartiles(times);
        return new()
        {
            Serial = serial.Quartiles(times), First = laneTimes, CommitAtOnce = new long[parts],
            Speculative = laneTimes, Publish = ends.QuartilesOrUsual(), Commit = new long[parts],
            Apply = new long[parts], Accesses = accesses, Next = Samples.WithoutClock(Samples.Quartile(gaps)),
            Outside = Samples.Quartile(outside), Wake = _wake, Leave = _leave,
        };
    }

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

    /// <summary>The others wake up while the first one prepares the block.</summary>
    private long WakeAfter(List<long> preparations) => Math.Max(0, _wake - Samples.Quartile(preparations));

    /// <summary>One worker, which commits everything at once.</summary>
    /// <param name="executor">With this one.</param>
    /// <param name="input">The block.</param>
    /// <param name="runs">Receives the time of each transaction.</param>
    /// <param name="commits">What came after it.</param>
    /// <param name="before">What came before the first.</param>
    /// <param name="outside">What was not the worker's, before and after.</param>
    /// <param name="gaps">What was between one and the next.</param>
    private static void MeasureAlone(
        IBlockExecutor executor, BlockInput input, Samples runs, Samples commits, List<long> before, List<long> outside,
        List<long> gaps)
    {
        var times = new TimesOfOne(input.Block.Transactions.Count + 2);
        input = input with { Observer = times };
        long start = Stopwatch.GetTimestamp();
        executor.Transition(input);
        long total = Stopwatch.GetTimestamp() - start;
        runs.Add(times.Runs);
        commits.Add(times.Rests);
        if (times.First != 0) before.Add(times.First - start);
        outside.Add(total - times.Total);
        gaps.AddRange(times.Gaps);
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

    /// <summary>Times of items that follow each other without a break: each ends where the next begins.</summary>
    private sealed class TimesOfOne(int parts) : IWorkObserver
    {
        private long _last, _ran, _end;

        public long First { get; private set; }

        public List<long> Gaps { get; } = [];

        public long[] Runs { get; } = new long[parts];

        /// <summary>After the transactions had run.</summary>
        public long[] Rests { get; } = new long[parts];

        public long Total => _end - First;

        public void Begins(int worker, in WorkItem item)
        {
            _last = _ran = Stopwatch.GetTimestamp();
            if (First == 0) First = _last;
            else Gaps.Add(_last - _end);
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
