using System.Diagnostics;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Records;
using Weft.Execution.Strategies;
using Weft.Primitives;

namespace Weft.Execution.Forecasts;

/// <summary>Forecasts blocks for several numbers of cores, from what their parts cost here. One thread.</summary>
public sealed class BlockForecaster : IDisposable
{
    private const int WarmUpRounds = 2;

    /// <summary>For a block, and for all together: code is compiled for good some time after it was found to run often.
    /// </summary>
    private static readonly TimeSpan WarmUpMax = TimeSpan.FromSeconds(1), WarmUpMin = TimeSpan.FromSeconds(3);

    /// <summary>Threads run a block so long at least, and before that to warm up.</summary>
    private static readonly TimeSpan SamplingMin = TimeSpan.FromMilliseconds(200);

    private readonly Strategy _strategy;
    private readonly int[] _cores;
    private readonly int _rounds;
    private readonly bool _measures;
    private readonly CancellationToken _cancellation;
    private readonly CodeCache _codes;
    private readonly Dictionary<(ForkRules, ulong, Address?), Engines> _engines = [];
    private readonly Stopwatch _warming = new();
    private int _warmed;

    /// <summary>Threads have run blocks for a while.</summary>
    private bool _hasMeasured;

    /// <summary><paramref name="measures"/>: threads run the block too, where there are as many real cores.</summary>
    public BlockForecaster(
        Strategy strategy, int[] cores, int rounds, bool measures, CodeCache codes, CancellationToken cancellation)
    {
        (_strategy, _cores, _rounds, _measures) = (strategy, cores, rounds, measures);
        (_codes, _cancellation) = (codes, cancellation);
    }

    /// <summary>The first blocks also pay for the JIT: until so many transactions have run, and for some seconds, at
    /// most one for each.</summary>
    public int WarmUpTransactions { get; init; }

    /// <summary>Forecasts execution by lists: where there is one, each block is forecast by both, and the faster
    /// counts.</summary>
    public BlockForecaster? ByLists { get; init; }

    /// <summary>Runs a block that is to be forecast later: what is measured first would be dearer than the rest, for
    /// code becomes fast only after a while and for many blocks.</summary>
    /// <exception cref="InvalidDataException">The block is invalid, or its state lacks what it reads.</exception>
    public void WarmUp(RuledBlock block)
    {
        ByLists?.WarmUp(block);
        var engines = EnginesOf(block);
        var recorded = Record(block, engines, out _);
        var input = StrategyInput.For(
            _strategy, block.Input, recorded.Footprints, DependencyGraph.Of(recorded.Footprints));
        Warm(input, engines);
    }

    /// <exception cref="InvalidDataException">The block is invalid, or its state lacks what it reads.</exception>
    /// <exception cref="OperationCanceledException">Looked at between runs of the block.</exception>
    public BlockForecast Run(RuledBlock block)
    {
        var forecast = RunAlone(block);
        if (ByLists is null) return forecast;
        var byLists = ByLists.RunAlone(block);
        return forecast with
        {
            Cores = [
                .. forecast.Cores.Zip(
                    byLists.Cores, (one, other) => Faster(one, other, forecast.SerialMilliseconds)),
            ],
            Difference = forecast.Difference ?? byLists.Difference,
        };
    }

    private BlockForecast RunAlone(RuledBlock block)
    {
        var engines = EnginesOf(block);
        var recorded = Record(block, engines, out var expected);
        var graph = DependencyGraph.Of(recorded.Footprints);
        var input = StrategyInput.For(_strategy, block.Input, recorded.Footprints, graph);
        Warm(input, engines);
        GC.Collect();
        var costs = engines.Measure(input, _rounds, _cancellation);
        var forecasts = new List<CoreForecast>();
        foreach (int cores in _cores)
        {
            _cancellation.ThrowIfCancellationRequested();
            var forecaster = engines.ForecasterOf(cores);
            var (forecast, its) = engines.Forecast(forecaster, input, costs, _rounds, _cancellation);
            if (ResultDifference.Find(
                    expected, recorded.Changes, forecast.Output.Seal(), forecast.Changes) is { } differs)
                return Of($"{cores} virtual cores: {differs}");
            forecasts.Add(ToForecast(
                forecast, its, costs, forecaster.LimitOf(graph, its), Measure(input, engines, cores)));
        }
        return Of(null);
        BlockForecast Of(string? difference) =>
            new(block, expected, graph, costs.Serial, forecasts, difference) { Measured = CostSums.Of(costs) };
    }

    public void Dispose()
    {
        ByLists?.Dispose();
        foreach (var engines in _engines.Values) engines.Dispose();
    }

    private static BlockFootprints Record(RuledBlock block, Engines engines, out BlockResult result)
    {
        var recorded = engines.Recorder.Record(block.Input);
        result = recorded.Output.Seal();
        return result.Error == BlockError.None ? recorded
            : throw new InvalidDataException($"the block is invalid: {result.Detail}");
    }

    /// <summary>Beside the limit of whoever has the choice, in terms of one measurement of serial execution.</summary>
    private static CoreForecast Faster(CoreForecast one, CoreForecast other, double serialMilliseconds)
    {
        var chosen = other.Speedup > one.Speedup ? other : one;
        return chosen with
        {
            Milliseconds = serialMilliseconds / chosen.Speedup, Limit = Math.Max(one.Limit, other.Limit),
        };
    }

    /// <summary>The machine may have been faster or slower when what the forecast is of was measured: its time is told
    /// in terms of the first measurement, so that those of several blocks can be added.</summary>
    private static CoreForecast ToForecast(
        Forecast forecast, EngineCosts costs, EngineCosts first, double limit, double? measured)
    {
        double speedup = (double)costs.SerialTotal / forecast.Ticks;
        return new(
            forecast.Cores, Milliseconds(first.SerialTotal) / speedup, speedup, limit,
            forecast.Summary.Executions, forecast.Summary.Aborts, TimeShares.Of(forecast.Spent), measured);
    }

    private bool IsCold =>
        WarmUpTransactions > 0 && (_warmed < WarmUpTransactions || _warming.Elapsed < WarmUpMin);

    private void Warm(BlockInput input, Engines engines)
    {
        var watch = Stopwatch.StartNew();
        _warming.Start();
        for (int round = 0; round < WarmUpRounds || (IsCold && watch.Elapsed < WarmUpMax); round++)
        {
            engines.Measure(input, 1, _cancellation);
            _warmed += input.Block.Transactions.Count;
        }
        _warming.Stop();
    }

    /// <summary>The speedup over serial execution: medians, in turns, after both have run for a while.</summary>
    private double? Measure(BlockInput input, Engines engines, int cores)
    {
        if (!_measures || cores > Environment.ProcessorCount) return null;
        var executor = engines.ThreadsOf(cores);
        var (serial, parallel) = (new List<double>(), new List<double>());
        var watch = Stopwatch.StartNew();
        // What threads do is compiled for good while they do it, on a processor that they need.
        var warmUp = _hasMeasured ? SamplingMin : WarmUpMin;
        bool isWarm = false;
        while (!isWarm || serial.Count < _rounds || watch.Elapsed < SamplingMin)
        {
            _cancellation.ThrowIfCancellationRequested();
            serial.Add(Time(engines.Serial, input));
            parallel.Add(Time(executor, input));
            if (isWarm || serial.Count < WarmUpRounds || watch.Elapsed < warmUp) continue;
            isWarm = _hasMeasured = true;
            serial.Clear();
            parallel.Clear();
            watch.Restart();
        }
        return Median(serial) / Median(parallel);
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }

    private static double Time(IBlockExecutor executor, BlockInput input)
    {
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        long start = Stopwatch.GetTimestamp();
        executor.Transition(input);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;

    private Engines EnginesOf(RuledBlock block)
    {
        var key = (block.Rules, block.ChainId, block.DepositContract);
        if (!_engines.TryGetValue(key, out var engines))
            _engines.Add(key, engines = new(_strategy, block, _codes));
        return engines;
    }

    /// <summary>What there is for one fork.</summary>
    private sealed class Engines(Strategy strategy, RuledBlock of, CodeCache codes) : IDisposable
    {
        private readonly Dictionary<int, Forecaster> _forecasters = [];
        private readonly Dictionary<int, (WorkerThreads, IBlockExecutor)> _threads = [];

        public FootprintRecorder Recorder { get; } = new(of.Rules, of.ChainId, codes, of.DepositContract);

        private readonly CostMeter _meter = new(of.Rules, of.ChainId, codes, of.DepositContract);

        public SerialExecutor Serial { get; } = new(of.Rules, of.ChainId, codes, of.DepositContract);

        public EngineCosts Measure(BlockInput input, int rounds, CancellationToken cancellation) =>
            strategy == Strategy.Declared
                ? _meter.MeasureDeclared(input, rounds, [], cancellation)
                : _meter.Measure(input, rounds, cancellation);

        /// <summary>With the costs that it is of.</summary>
        public (Forecast, EngineCosts) Forecast(
            Forecaster forecaster, BlockInput input, EngineCosts costs, int rounds, CancellationToken cancellation)
        {
            var forecast = strategy == Strategy.Declared
                ? forecaster.RunDeclared(input, ref costs, _meter, rounds, cancellation)
                : forecaster.Run(input, costs);
            return (forecast, costs);
        }

        public Forecaster ForecasterOf(int cores)
        {
            if (!_forecasters.TryGetValue(cores, out var forecaster))
                _forecasters.Add(cores, forecaster = new(
                    strategy, cores, of.Rules, of.ChainId, codes, of.DepositContract));
            return forecaster;
        }

        public IBlockExecutor ThreadsOf(int count)
        {
            if (_threads.TryGetValue(count, out var known)) return known.Item2;
            var threads = new WorkerThreads(count);
            var executor = BlockExecutors.Create(
                strategy, of.Rules, of.ChainId, codes, threads, of.DepositContract);
            _threads.Add(count, (threads, executor));
            return executor;
        }

        public void Dispose()
        {
            foreach (var forecaster in _forecasters.Values) forecaster.Dispose();
            foreach (var (threads, executor) in _threads.Values)
            {
                executor.Dispose();
                threads.Dispose();
            }
            Recorder.Dispose();
            _meter.Dispose();
            Serial.Dispose();
        }
    }
}
