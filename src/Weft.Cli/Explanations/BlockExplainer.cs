using System.Diagnostics;
using Weft.Cli.Bench;
using Weft.Cli.Forecasts;
using Weft.Cli.Input;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.Execution.Forecasts;
using Weft.Execution.Parallel;
using Weft.Execution.Records;
using Weft.Execution.Strategies;
using Weft.State;

namespace Weft.Cli.Explanations;

/// <summary>How blocks are to be executed to be explained.</summary>
/// <param name="Cores">Virtual ones, where a clock is to stand for threads; otherwise 0.</param>
/// <param name="Repeat">Runs, of which the fastest is told.</param>
/// <param name="Spots">How many locations are of interest.</param>
internal sealed record ExplainOptions(Strategy Strategy, int Threads, int Cores, int Repeat, int Spots);

/// <summary>Executes a block serially with its footprints, then under a strategy with a record, and joins the two.
/// </summary>
internal sealed class BlockExplainer(ExplainOptions options, CancellationToken cancellation)
{
    /// <summary>The first block also pays for the JIT.</summary>
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(1), WarmUp = TimeSpan.FromMilliseconds(50);

    private readonly CodeCache _codes = new();
    private TimeSpan _warmUp = FirstWarmUp;

    public Explained Run(BlockCase block)
    {
        using var recorder = new FootprintRecorder(block.Rules, block.ChainId, _codes);
        var recorded = recorder.Record(block.Input);
        var expected = recorded.Output.Seal();
        if (expected.Error != BlockError.None)
            throw new InputException(block.Name, "", $"the block is invalid: {expected.Detail}", "name a valid one");
        long[] costs = MeasureSerial(block);
        var graph = DependencyGraph.Of(recorded.Footprints);
        var why = BlockExplanation.Of(graph, costs, options.Spots);
        var input = StrategyInput.For(options.Strategy, block.Input, recorded.Footprints, graph);
        var run = options.Cores > 0 ? RunVirtually(block, input) : RunOnThreads(block, input);
        _warmUp = WarmUp;
        return new(
            block, costs, why, run.Summary, options.Cores > 0, run.Ticks, run.Events, FindReads(block, why, run.Events),
            ResultDifference.Find(expected, recorded.Changes, run.Output.Seal(), run.Changes));
    }

    private sealed record OneRun(
        long Ticks, ExecutionSummary Summary, IReadOnlyList<WorkEvent> Events, ExecutedBlock Output,
        StateChanges Changes);

    private long[] MeasureSerial(BlockCase block)
    {
        using var meter = new SerialMeter(block.Rules, block.ChainId, _codes);
        return meter.Measure(block.Input, options.Repeat, _warmUp, cancellation);
    }

    private OneRun RunOnThreads(BlockCase block, BlockInput input)
    {
        using var threads = new WorkerThreads(options.Threads);
        using var executor = BlockExecutors.Create(options.Strategy, block.Rules, block.ChainId, _codes, threads);
        var record = new ExecutionRecord(options.Threads);
        OneRun? best = null;
        var watch = Stopwatch.StartNew();
        for (int run = 0; run < options.Repeat || watch.Elapsed < _warmUp; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            record.Reset();
            long start = Stopwatch.GetTimestamp();
            var output = executor.Transition(input with { Observer = record });
            long ticks = Stopwatch.GetTimestamp() - start;
            if (best is null || ticks < best.Ticks)
                best = new(ticks, executor.Summary, record.ToList(), output, executor.GetChanges());
        }
        return best!;
    }

    private OneRun RunVirtually(BlockCase block, BlockInput input)
    {
        using var meter = new CostMeter(block.Rules, block.ChainId, _codes);
        EngineCosts Measure() => options.Strategy == Strategy.Declared
            ? meter.MeasureDeclared(input, options.Repeat, cancellation)
            : meter.Measure(input, options.Repeat, cancellation);
        // The first also pays for the JIT.
        Measure();
        var costs = Measure();
        using var forecaster = new Forecaster(options.Strategy, options.Cores, block.Rules, block.ChainId, _codes);
        var forecast = forecaster.Run(input, costs);
        return new(
            forecast.Ticks, forecast.Summary, forecast.Record.ToList(), forecast.Output, forecast.Changes);
    }

    /// <summary>Runs the block once more with a tracer.</summary>
    private ReadTracer FindReads(BlockCase block, BlockExplanation why, IReadOnlyList<WorkEvent> events)
    {
        var ofChain = why.Links.SelectMany(link => link.Locations.Select(location => (link.To, location)));
        var ofAborts = events.Where(done => done.Cause.Location is not null)
            .Select(done => (done.Transaction, done.Cause.Location!.Value));
        var ofSpots = why.HotSpots.Select(spot => spot.Locations[0].Location)
            .Select(location => (FirstDependent(why.Graph, location), location));
        var tracer = new ReadTracer(ofChain.Concat(ofAborts).Concat(ofSpots));
        using var processor = new BlockProcessor(block.Rules, block.ChainId, _codes);
        processor.Transition(
            block.Input.Block, new WorldState(block.Input.State), block.Input.Hashes, block.Input.IsDaoForkBlock,
            tracer);
        return tracer;
    }

    /// <summary>The first that waits for a location.</summary>
    public static int FirstDependent(DependencyGraph graph, in AccessLocation location)
    {
        for (int i = 0; i < graph.Count; i++)
            foreach (ref readonly var dependency in graph.DependenciesOf(i).AsSpan())
                if (dependency.Location == location) return i;
        return -1;
    }
}
