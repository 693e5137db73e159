using System.Globalization;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.State;
using Xunit;

namespace Weft.Simulation;

/// <summary>
/// Small adversarial blocks under schedules that a seed decides, compared with serial execution. WEFT_SEEDS sets how
/// many; WEFT_FIRST_SEED where they begin. `weft replay --seed N` runs one of them alone.
/// </summary>
public sealed class SeededSchedules
{
    private const int WorkersMax = 4;

    [Fact]
    public void Any_schedule_ends_as_serial_execution_does()
    {
        int first = Read("WEFT_FIRST_SEED", 0), count = Read("WEFT_SEEDS", 10_000);
        using var simulator = new Simulator(Strategy.Optimistic);
        int invalid = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            var result = simulator.Run(SimulatedBlock.Of(seed));
            if (!result.IsValid) invalid++;
            Assert.True(
                result.Difference is null,
                $"seed {seed}: {result.Difference}\n`weft replay --seed {seed} --shrink --verbose` shows it");
        }
        Console.WriteLine($"simulation: {count} seeds from {first}, {invalid} of the blocks invalid");
        Assert.InRange(invalid, count / 100, count / 2);
    }

    /// <summary>Hints may be wrong, and segments mostly depend on each other.</summary>
    [Theory]
    [InlineData(Strategy.Dag)]
    [InlineData(Strategy.Segments)]
    public void Other_strategies_end_as_serial_execution_does(Strategy strategy)
    {
        using var simulator = new Simulator(strategy);
        for (int seed = 0; seed < 3000; seed++)
        {
            var result = simulator.Run(SimulatedBlock.Of(seed));
            Assert.True(result.Difference is null, $"{strategy}, seed {seed}: {result.Difference}");
        }
    }

    /// <summary>More transactions than may be in flight: places in the window serve one after another.</summary>
    [Fact]
    public void Blocks_longer_than_the_window_end_as_serial_execution_does()
    {
        var codes = new CodeCache();
        // Rare switches: a worker then gets so far ahead that the window is full.
        using var simulator = new Simulator(Create, rarity: 400);
        using var threads = new WorkerThreads(WorkersMax);
        for (int seed = 0; seed < 40; seed++)
        {
            var block = new AdversarialBlock(seed, 600);
            int workers = 2 + (seed % (WorkersMax - 1));
            var result = simulator.Run(new(block.Rules, block.State, block.Block, workers, seed));
            Assert.True(result.Difference is null, $"seed {seed} ({block.Rules.Fork}): {result.Difference}");
            RunOnThreads(block, codes, threads, seed);
        }
    }

    private static void RunOnThreads(AdversarialBlock block, CodeCache codes, WorkerThreads threads, int seed)
    {
        var state = new WorldState(block.State);
        using var serial = new BlockProcessor(block.Rules, AdversarialBlock.ChainId, codes);
        var expected = serial.Execute(block.Block, state, NoHashes.Instance);
        // Places serve nine transactions one after another, or more than have bits are in flight.
        using var threaded = new OptimisticExecutor(
            block.Rules, AdversarialBlock.ChainId, codes, threads,
            hints: seed % 3 == 0 ? HintSources.All : HintSources.None, window: seed % 2 == 0 ? 64 : 1024);
        for (int run = 0; run < 3; run++)
        {
            var got = threaded.Transition(new(block.Block, block.State, NoHashes.Instance)).Seal();
            string? difference = ResultDifference.Find(expected, state.GetChanges(), got, threaded.GetChanges());
            Assert.True(difference is null, $"seed {seed} ({block.Rules.Fork}): {difference}");
        }
    }

    private static OptimisticExecutor Create(Evm.ForkRules rules, CodeCache codes, IDriver driver) =>
        new(rules, AdversarialBlock.ChainId, codes, driver, window: 64);

    private static int Read(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}
