using System.Diagnostics;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Forecasts;
using Weft.Execution.Parallel;
using Weft.Execution.Records;
using Weft.Execution.Strategies;
using Weft.State;

namespace Weft.Execution.Explanations;

/// <summary>How blocks are to be executed to be explained.</summary>
/// <param name="Cores">Virtual ones, where a clock is to stand for threads; otherwise 0.</param>
/// <param name="Repeat">Runs, of which the fastest is told.</param>
/// <param name="Spots">How many locations are of interest.</param>
/// <param name="WarmUp">The first block is run for so long before it is measured: it also pays for the JIT.</param>
public sealed record ExplainOptions(
    Strategy Strategy, int Threads, int Cores, int Repeat, int Spots, TimeSpan WarmUp = default);

/// <summary>Executes a block serially with its footprints, then under a strategy with a record, and joins the two.
/// One block at a time.</summary>
public sealed class BlockExplainer(ExplainOptions options, CodeCache codes, CancellationToken cancellation)
{
    private static readonly TimeSpan LaterWarmUp = TimeSpan.FromMilliseconds(50);

    private readonly CodeCache _codes = codes;
    private TimeSpan _warmUp = options.WarmUp;

    /// <exception cref="InvalidDataException">The block is invalid, or its state lacks what it reads.</exception>
    /// <exception cref="OperationCanceledException">Looked at between runs of the block.</exception>
    public Explained Run(RuledBlock block)
    {
        using var recorder = new FootprintRecorder(block.Rules, block.ChainId, _codes, block.DepositContract);
        var recorded = recorder.Record(block.Input);
        var expected = recorded.Output.Seal();
        if (expected.Error != BlockError.None)
            throw new InvalidDataException($"the block is invalid: {expected.Detail}");
        long[] costs = MeasureSerial(block);
        var graph = DependencyGraph.Of(recorded.Footprints);
        var why = BlockExplanation.Of(graph, costs, options.Spots);
        var input = StrategyInput.For(options.Strategy, block.Input, recorded.Footprints, graph);
        var run = options.Cores > 0 ? RunVirtually(block, input) : RunOnThreads(block, input);
        if (_warmUp > LaterWarmUp) _warmUp = LaterWarmUp;
        return new(
            block, costs, why, run.Summary, options.Cores > 0, run.Ticks, run.Events, FindReads(block, why, run.Events),
            ResultDifference.Find(expected, recorded.Changes, run.Output.Seal(), run.Changes));
    }

    private sealed record OneRun(
        long Ticks, ExecutionSummary Summary, IReadOnlyList<WorkEvent> Events, ExecutedBlock Output,
        StateChanges Changes);

    private long[] MeasureSerial(RuledBlock block)
    {
        using var meter = new SerialMeter(block.Rules, block.ChainId, _codes, block.DepositContract);
        return meter.Measure(block.Input, options.Repeat, _warmUp, cancellation);
    }

    private OneRun RunOnThreads(RuledBlock block, BlockInput input)
    {
        using var threads = new WorkerThreads(options.Threads);
        using var executor = BlockExecutors.Create(
            options.Strategy, block.Rules, block.ChainId, _codes, threads, block.DepositContract);
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

    private OneRun RunVirtually(RuledBlock block, BlockInput input)
    {
        using var meter = new CostMeter(block.Rules, block.ChainId, _codes, block.DepositContract);
        bool isDeclared = options.Strategy == Strategy.Declared;
        EngineCosts Measure() => isDeclared
            ? meter.MeasureDeclared(input, options.Repeat, [], cancellation)
            : meter.Measure(input, options.Repeat, cancellation);
        // The first also pays for the JIT.
        Measure();
        var costs = Measure();
        using var forecaster = new Forecaster(
            options.Strategy, options.Cores, block.Rules, block.ChainId, _codes, block.DepositContract);
        var forecast = isDeclared
            ? forecaster.RunDeclared(input, ref costs, meter, options.Repeat, cancellation)
            : forecaster.Run(input, costs);
        return new(
            forecast.Ticks, forecast.Summary, forecast.Record.ToList(), forecast.Output, forecast.Changes);
    }

    /// <summary>Runs the block once more with a tracer.</summary>
    private ReadTracer FindReads(RuledBlock block, BlockExplanation why, IReadOnlyList<WorkEvent> events)
    {
        var ofChain = why.Links.SelectMany(link => link.Locations.Select(location => (link.To, location)));
        var ofAborts = events.Where(done => done.Cause.Location is not null)
            .Select(done => (done.Transaction, done.Cause.Location!.Value));
        var ofSpots = why.HotSpots.Select(spot => spot.Locations[0].Location)
            .Select(location => (FirstDependent(why.Graph, location), location));
        var tracer = new ReadTracer(ofChain.Concat(ofAborts).Concat(ofSpots));
        using var processor = new BlockProcessor(block.Rules, block.ChainId, _codes, block.DepositContract);
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
