using System.Globalization;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Simulation;

/// <summary>
/// Small adversarial blocks under schedules that a seed decides, compared with serial execution. WEFT_SEEDS sets how
/// many; WEFT_FIRST_SEED where they begin, so that a failing one can be run alone.
/// </summary>
public sealed class SeededSchedules
{
    private const int WorkersMax = 4;

    [Fact]
    public void Any_schedule_ends_as_serial_execution_does()
    {
        int first = Read("WEFT_FIRST_SEED", 0), count = Read("WEFT_SEEDS", 10_000);
        var codes = new CodeCache();
        using var runs = new Runs(codes);
        int invalid = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            var block = new AdversarialBlock(seed);
            var state = new WorldState(block.State);
            var expected = runs.Serial(block.Rules).Execute(block.Block, state, NoHashes.Instance);
            if (expected.Error != BlockError.None) invalid++;
            var (processor, driver) = runs.Parallel(block.Rules, 2 + (seed % (WorkersMax - 1)));
            driver.Seed = seed;
            var got = processor.Transition(new(block.Block, block.State, NoHashes.Instance)).Seal();
            string? difference = ResultDifference.Find(expected, state.GetChanges(), got, processor.GetChanges());
            Assert.True(
                difference is null,
                $"seed {seed} ({block.Rules.Fork}, {driver.Workers} workers, "
                + $"{block.Block.Transactions.Count} transactions): "
                + $"{difference}\nWEFT_FIRST_SEED={seed} WEFT_SEEDS=1 runs it again");
        }
        Console.WriteLine($"simulation: {count} seeds from {first}, {invalid} of the blocks invalid");
        Assert.InRange(invalid, count / 100, count / 2);
    }

    /// <summary>More transactions than may be in flight: places in the window serve one after another.</summary>
    [Fact]
    public void Blocks_longer_than_the_window_end_as_serial_execution_does()
    {
        var codes = new CodeCache();
        // Rare switches: a worker then gets so far ahead that the window is full.
        using var runs = new Runs(codes, rarity: 400);
        using var threads = new WorkerThreads(WorkersMax);
        for (int seed = 0; seed < 40; seed++)
        {
            var block = new AdversarialBlock(seed, 600);
            var state = new WorldState(block.State);
            var expected = runs.Serial(block.Rules).Execute(block.Block, state, NoHashes.Instance);
            var (seeded, driver) = runs.Parallel(block.Rules, 2 + (seed % (WorkersMax - 1)));
            driver.Seed = seed;
            // Places serve nine transactions one after another, or more than have bits are in flight.
            using var threaded = new OptimisticExecutor(
                block.Rules, AdversarialBlock.ChainId, codes, threads, hints: Hints(seed),
                window: seed % 2 == 0 ? 64 : 1024);
            foreach (var processor in new[] { seeded, threaded, threaded, threaded })
            {
                var got = processor.Transition(new(block.Block, block.State, NoHashes.Instance)).Seal();
                string? difference = ResultDifference.Find(expected, state.GetChanges(), got, processor.GetChanges());
                Assert.True(difference is null, $"seed {seed} ({block.Rules.Fork}): {difference}");
            }
        }
    }

    private static HintSources Hints(int number) => number % 3 == 0 ? HintSources.All : HintSources.None;

    private static int Read(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value)
            ? value
            : otherwise;

    /// <summary>Processors by fork and workers.</summary>
    private sealed class Runs(CodeCache codes, int rarity = 3) : IDisposable
    {
        private readonly Dictionary<ForkRules, BlockProcessor> _serial = [];
        private readonly Dictionary<int, Interleaver> _drivers = [];
        private readonly Dictionary<(ForkRules, int), OptimisticExecutor> _parallel = [];

        public BlockProcessor Serial(ForkRules rules)
        {
            if (!_serial.TryGetValue(rules, out var processor))
                _serial.Add(rules, processor = new(rules, AdversarialBlock.ChainId, codes));
            return processor;
        }

        public (OptimisticExecutor, Interleaver) Parallel(ForkRules rules, int workers)
        {
            if (!_drivers.TryGetValue(workers, out var driver)) _drivers.Add(workers, driver = new(workers, rarity));
            if (!_parallel.TryGetValue((rules, workers), out var processor))
                _parallel.Add(
                    (rules, workers),
                    processor = new(
                        rules, AdversarialBlock.ChainId, codes, driver, hints: Hints(workers), window: 64));
            return (processor, driver);
        }

        public void Dispose()
        {
            foreach (var processor in _parallel.Values) processor.Dispose();
            foreach (var driver in _drivers.Values) driver.Dispose();
            foreach (var processor in _serial.Values) processor.Dispose();
        }
    }
}
