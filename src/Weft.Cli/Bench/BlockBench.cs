using System.Diagnostics;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Cli.Bench;

/// <summary>
/// Times the state transition of blocks under several configurations: in turns within each block, in another order each
/// round, so that whatever the machine does hits all alike. Every result of every run is compared.
/// </summary>
internal sealed class BlockBench : IDisposable
{
    private const int RehearsalRounds = 4, WarmUpRounds = 16, RoundsMax = 1001;

    private static readonly TimeSpan Rehearsal = TimeSpan.FromSeconds(4), WarmUp = TimeSpan.FromMilliseconds(200);

    /// <summary>Short blocks are run more often than asked for, until so much time has been spent.</summary>
    private static readonly TimeSpan SamplingMin = TimeSpan.FromMilliseconds(400);

    /// <summary>Threads that have just worked spin for a while before they sleep, and would disturb the next.</summary>
    private static readonly TimeSpan Parking = TimeSpan.FromMilliseconds(1);

    private readonly BlockConfiguration[] _configurations;
    private readonly BlockExecutors[] _executors;
    private readonly ApartExecution[] _apart;
    private readonly int _repeat;
    private readonly CancellationToken _cancellation;
    private readonly CodeCache _codes = new();
    private readonly int[] _order;
    private readonly Random _random = new(1);

    /// <summary>Serial execution is always measured, and first in the figures.</summary>
    public BlockBench(IEnumerable<BlockConfiguration> configurations, int repeat, CancellationToken cancellation)
    {
        (_repeat, _cancellation) = (repeat, cancellation);
        _configurations = [.. configurations.Prepend(BlockConfiguration.Serial).Distinct()];
        _executors = [.. _configurations.Select(
            configuration => new BlockExecutors(configuration.Strategy, configuration.Threads, _codes))];
        _apart = [.. _configurations.Select(configuration => configuration.Threads).Where(threads => threads > 1)
            .Distinct().Select(threads => new ApartExecution(threads, _codes))];
        _order = [.. Enumerable.Range(0, _executors.Length + _apart.Length)];
    }

    /// <summary>All blocks that will be measured, of which there are <paramref name="count"/>, are run a few times
    /// before the first is: the JIT compiles what is hot for the last time rather late, on a processor that threads
    /// need, and what came first would pay for it.</summary>
    public void Rehearse(BlockCase block, int count)
    {
        var (executors, truth) = Begin(ref block);
        Warm(executors, truth, RehearsalRounds, Rehearsal / count);
    }

    public BlockFigures Measure(BlockCase block)
    {
        var (executors, truth) = Begin(ref block);
        GC.Collect();
        string? difference = Warm(executors, truth, WarmUpRounds, WarmUp);
        var figures = Array.ConvertAll(
            _configurations, configuration => new ConfigurationFigures(
                configuration, block.Input.Block.Transactions.Count));
        var watch = Stopwatch.StartNew();
        for (int round = 0; difference is null && IsWanted(round, watch.Elapsed); round++)
            difference = RunRound(executors, truth, figures);
        return new(block, truth.Result.GasUsed, truth.Parallelism, truth.Hash, difference, figures)
        {
            Apart = difference is null ? _apart.ToDictionary(apart => apart.Threads, apart => apart.Milliseconds) : [],
        };
    }

    public void Dispose()
    {
        foreach (var executors in _executors) executors.Dispose();
        foreach (var apart in _apart) apart.Dispose();
    }

    private (IBlockExecutor[] Executors, Truth Truth) Begin(ref BlockCase block)
    {
        // Declared execution has a list that is there before the block, as a chain with EIP-7928 gives it.
        if (_configurations.Any(configuration => configuration.Strategy == Strategy.Declared))
            block = block with { Input = block.Input with { AccessList = BuildAccessList(block) } };
        var (rules, chainId) = (block.Rules, block.ChainId);
        foreach (var apart in _apart) apart.Begin(block);
        return (Array.ConvertAll(_executors, all => all.Get(rules, chainId)), new(block, _codes));
    }

    private static BlockAccessList BuildAccessList(BlockCase block)
    {
        using var recorder = new FootprintRecorder(block.Rules, block.ChainId, new CodeCache());
        return AccessListBuilder.Build(recorder.Record(block.Input).Footprints);
    }

    private bool IsWanted(int round, TimeSpan elapsed) =>
        round < _repeat || (elapsed < SamplingMin && round < RoundsMax);

    private string? Warm(IBlockExecutor[] executors, Truth truth, int rounds, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        for (int round = 0; round < rounds || watch.Elapsed < time; round++)
            if (RunRound(executors, truth, null) is { } difference) return difference;
        return null;
    }

    private string? RunRound(IBlockExecutor[] executors, Truth truth, ConfigurationFigures[]? figures)
    {
        _random.Shuffle(_order);
        foreach (int turn in _order)
        {
            _cancellation.ThrowIfCancellationRequested();
            // What others have left behind is not to be cleared away in the time of this one.
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            if (turn >= executors.Length)
            {
                _apart[turn - executors.Length].Run(truth.InputFor(Strategy.Serial), counts: figures is not null);
                Thread.Sleep(Parking);
                continue;
            }
            var input = truth.InputFor(_configurations[turn].Strategy);
            var paused = GC.GetTotalPauseDuration();
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            var cpu = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            var executed = executors[turn].Transition(input);
            double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            paused = GC.GetTotalPauseDuration() - paused;
            // What the others still spin belongs to the block.
            Thread.Sleep(Parking);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            var summary = executors[turn].Summary;
            figures?[turn].Add(time, cpu.TotalMilliseconds, allocated, paused, summary);
            if (truth.Difference(executed.Seal(), executors[turn].GetChanges()) is { } difference)
                return $"{_configurations[turn]}: {difference}";
        }
        return null;
    }

    /// <summary>What serial execution comes to, and which transaction needs which.</summary>
    private sealed class Truth
    {
        private readonly StateChanges _changes;
        private readonly BlockInput _plain, _declared;

        public Truth(BlockCase block, CodeCache codes)
        {
            using var serial = new SerialExecutor(block.Rules, block.ChainId, codes);
            Result = serial.Transition(block.Input).Seal();
            _changes = serial.GetChanges();
            Hash = ResultHash.Of(Result, _changes);
            using var recorder = new FootprintRecorder(block.Rules, block.ChainId, codes);
            var footprints = recorder.Record(block.Input).Footprints;
            Parallelism = FindParallelism(footprints);
            (_plain, _declared) = (
                block.Input, block.Input with { AccessList = AccessListBuilder.Build(footprints) });
        }

        public BlockResult Result { get; }

        public Hash256 Hash { get; }

        public double Parallelism { get; }

        /// <summary>Only declared execution has a list of what the block accesses, as if it had been stored.</summary>
        public BlockInput InputFor(Strategy strategy) => strategy == Strategy.Declared ? _declared : _plain;

        public string? Difference(BlockResult result, StateChanges changes) =>
            ResultHash.Of(result, changes) == Hash
                ? null
                : ResultDifference.Find(Result, _changes, result, changes) ?? "the hashes of the results differ";

        private static double FindParallelism(IReadOnlyList<TransactionFootprint> footprints)
        {
            ulong[] costs = [.. footprints.Select(footprint => footprint.GasUsed)];
            ulong work = costs.Aggregate(0ul, (sum, cost) => sum + cost);
            return (double)work / Math.Max(1, DependencyGraph.Of(footprints).FindCriticalPath(costs).Cost);
        }
    }
}
