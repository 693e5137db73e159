using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.State;

namespace Weft.Cli.Simulation;

/// <summary>What a simulated block came to.</summary>
/// <param name="IsValid">By serial execution.</param>
/// <param name="Difference">How the result differs from the serial one, or null.</param>
/// <param name="Switches">Who ran when; as a schedule it happens again.</param>
internal sealed record SimulationResult(bool IsValid, string? Difference, IReadOnlyList<Switch> Switches);

/// <summary>Executes blocks under schedules of virtual workers and compares the results with serial ones. One thread.
/// </summary>
internal sealed class Simulator : IDisposable
{
    public delegate IBlockExecutor CreateExecutor(ForkRules rules, CodeCache codes, IDriver driver);

    private readonly CreateExecutor _create;
    private readonly Strategy _strategy;
    private readonly int _rarity;
    private readonly CodeCache _codes = new();
    private readonly Dictionary<ForkRules, BlockProcessor> _serial = [];
    private readonly Dictionary<ForkRules, FootprintRecorder> _recorders = [];
    private readonly Dictionary<int, Interleaver> _drivers = [];
    private readonly Dictionary<(ForkRules, int), IBlockExecutor> _executors = [];

    public Simulator(Strategy strategy)
        : this((rules, codes, driver) => BlockExecutors.Create(
            strategy, rules, AdversarialBlock.ChainId, codes, driver)) =>
        _strategy = strategy;

    /// <summary><paramref name="rarity"/>: one switch point in so many changes the worker.</summary>
    public Simulator(CreateExecutor create, int rarity = 3) => (_create, _rarity) = (create, rarity);

    public SimulationResult Run(SimulatedBlock block, Func<Interleaver, IWorkObserver>? observe = null)
    {
        var state = new WorldState(block.State);
        var expected = SerialFor(block.Rules).Execute(block.Block, state, NoHashes.Instance);
        var driver = DriverFor(block.Workers);
        (driver.Seed, driver.Schedule) = (block.ScheduleSeed, block.Schedule);
        var input = new BlockInput(block.Block, block.State, NoHashes.Instance) { Observer = observe?.Invoke(driver) };
        if (_strategy is Strategy.Dag or Strategy.Declared) input = WithHints(input, block);
        string? difference;
        try
        {
            var executor = ExecutorFor(block.Rules, driver);
            var got = executor.Transition(input).Seal();
            difference = ResultDifference.Find(expected, state.GetChanges(), got, executor.GetChanges());
        }
#pragma warning disable CA1031 // Whatever it throws is what the simulation is there to find.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            difference = $"{exception.GetType().Name}: {exception.Message}";
            // It stopped in the middle of a block.
            _executors.Remove((block.Rules, driver.Workers));
        }
        return new(expected.Error == BlockError.None, difference, [.. driver.Switches]);
    }

    /// <summary>Declarations are right here; of the hints to earlier transactions about half are made up.</summary>
    private BlockInput WithHints(BlockInput input, SimulatedBlock block)
    {
        var footprints = RecorderFor(block.Rules).Record(input with { Observer = null }).Footprints;
        if (_strategy == Strategy.Declared) return input with { AccessList = AccessListBuilder.Build(footprints) };
        var graph = DependencyGraph.Of(footprints);
        var random = new Random(block.ScheduleSeed);
        int[] predecessors = graph.ToHints(block.Transactions.Count);
        for (int i = 0; i < predecessors.Length; i++)
            if (random.Next(2) == 0) predecessors[i] = random.Next(predecessors.Length + 1);
        return input with { Predecessors = predecessors };
    }

    public void Dispose()
    {
        foreach (var executor in _executors.Values) executor.Dispose();
        foreach (var driver in _drivers.Values) driver.Dispose();
        foreach (var recorder in _recorders.Values) recorder.Dispose();
        foreach (var processor in _serial.Values) processor.Dispose();
    }

    private BlockProcessor SerialFor(ForkRules rules)
    {
        if (!_serial.TryGetValue(rules, out var processor))
            _serial.Add(rules, processor = new(rules, AdversarialBlock.ChainId, _codes));
        return processor;
    }

    private FootprintRecorder RecorderFor(ForkRules rules)
    {
        if (!_recorders.TryGetValue(rules, out var recorder))
            _recorders.Add(rules, recorder = new(rules, AdversarialBlock.ChainId, _codes));
        return recorder;
    }

    private Interleaver DriverFor(int workers)
    {
        if (!_drivers.TryGetValue(workers, out var driver)) _drivers.Add(workers, driver = new(workers, _rarity));
        return driver;
    }

    private IBlockExecutor ExecutorFor(ForkRules rules, Interleaver driver)
    {
        if (!_executors.TryGetValue((rules, driver.Workers), out var executor))
            _executors.Add((rules, driver.Workers), executor = _create(rules, _codes, driver));
        return executor;
    }
}
