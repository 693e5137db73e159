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

    [Theory]
    [InlineData(Strategy.Optimistic, 10_000)]
    [InlineData(Strategy.Dag, 5_000)]
    [InlineData(Strategy.Segments, 5_000)]
    public void Any_schedule_ends_as_serial_execution_does(Strategy strategy, int seeds)
    {
        int first = Read("WEFT_FIRST_SEED", 0), count = Read("WEFT_SEEDS", seeds);
        using var simulator = new Simulator(strategy);
        int invalid = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            var result = simulator.Run(SimulatedBlock.Of(seed));
            if (!result.IsValid) invalid++;
            Assert.True(
                result.Difference is null,
                $"seed {seed}: {result.Difference}\n"
                + $"`weft replay --seed {seed} --strategy {strategy} --shrink` shows it");
        }
        Console.WriteLine($"simulation, {strategy}: {count} seeds from {first}, {invalid} of the blocks invalid");
        Assert.InRange(invalid, count / 100, count / 2);
    }

    /// <summary>More transactions than may be in flight: places in the window serve one after another.</summary>
    [Fact]
    public void Blocks_longer_than_the_window_end_as_serial_execution_does()
    {
        var codes = new CodeCache();
        // Rare switches: a worker then gets so far ahead that the window is full.
        using var simulator = new Simulator((rules, all, driver) => Create(rules, all, driver, 64), rarity: 400);
        using var threads = new WorkerThreads(WorkersMax);
        for (int seed = 0; seed < 40; seed++)
        {
            var block = new AdversarialBlock(seed, 600);
            int workers = 2 + (seed % (WorkersMax - 1));
            var result = simulator.Run(new(block.Rules, block.State, block.Block, workers, seed));
            Assert.True(result.Difference is null, $"seed {seed} ({block.Rules.Fork}): {result.Difference}");
            // Places serve nine transactions one after another, or more than have bits are in flight.
            using var threaded = Create(block.Rules, codes, threads, seed % 2 == 0 ? 64 : 1024);
            RunOnThreads(block, threaded, codes, seed);
        }
    }

    private static void RunOnThreads(AdversarialBlock block, OptimisticExecutor threaded, CodeCache codes, int seed)
    {
        var state = new WorldState(block.State);
        using var serial = new BlockProcessor(block.Rules, AdversarialBlock.ChainId, codes);
        var expected = serial.Execute(block.Block, state, NoHashes.Instance);
        for (int run = 0; run < 3; run++)
        {
            var got = threaded.Transition(new(block.Block, block.State, NoHashes.Instance)).Seal();
            string? difference = ResultDifference.Find(expected, state.GetChanges(), got, threaded.GetChanges());
            Assert.True(difference is null, $"seed {seed} ({block.Rules.Fork}): {difference}");
        }
    }

    private static OptimisticExecutor Create(Evm.ForkRules rules, CodeCache codes, IDriver driver, int window) => new(
        rules, AdversarialBlock.ChainId, codes, driver,
        hints: driver.Workers % 3 == 0 ? HintSources.All : HintSources.None, window: window);

    private static int Read(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;
}
