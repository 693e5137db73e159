using Weft.Cli.Simulation;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.State;
using Xunit;

namespace Weft.Simulation;

/// <summary>
/// Adversarial blocks of many senders and contracts, so that parts of them are independent: segments are joined all at
/// once, one by one, in part or not at all, as seeds decide. In some the gas of the block ends in the middle.
/// </summary>
public sealed class SeededSegments
{
    private const int Seeds = 3_000, SeedsToCatch = 100;

    [Fact]
    public void Any_schedule_ends_as_serial_execution_does_however_much_is_joined()
    {
        using var rig = new Rig(compares: true);
        int whole = 0, part = 0, none = 0, inVain = 0, invalid = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var (result, summary) = rig.Run(seed);
            Assert.True(result.Difference is null, $"seed {seed}: {result.Difference}");
            if (!result.IsValid) invalid++;
            if (summary.Strategy == Strategy.Serial) none++;
            else if (summary.Aborts == 0) whole++;
            else part++;
            if (summary.Aborts != 0) inVain++;
        }
        Console.WriteLine(
            $"segments: {Seeds} seeds, all of use {whole}, some {part}, none {none}; some in vain {inVain}, "
            + $"invalid {invalid}");
        Assert.All(
            (int[])[whole, part, none, inVain, invalid], count => Assert.InRange(count, Seeds / 50, Seeds));
    }

    [Fact]
    public void Segments_that_are_not_compared_are_caught_within_the_first_hundred_seeds()
    {
        using var rig = new Rig(compares: false);
        int seed = 0;
        while (seed < SeedsToCatch && rig.Run(seed).Result.Difference is null) seed++;
        Assert.True(seed < SeedsToCatch);
    }

    /// <summary>Blocks by a seed, and what becomes of them.</summary>
    private sealed class Rig : IDisposable
    {
        private readonly Simulator _simulator;
        private IBlockExecutor? _last;

        public Rig(bool compares) =>
            _simulator = new((rules, codes, driver) => new Watched(this, Create(rules, codes, driver, compares)));

        public (SimulationResult Result, ExecutionSummary Summary) Run(int seed)
        {
            var random = new Random(seed);
            int length = random.Next(2, 40);
            var made = new AdversarialBlock(seed, length, width: random.Next(3) == 0 ? 8 : 150);
            var block = made.Block;
            if (random.Next(4) == 0)
                block = block with
                {
                    Header = block.Header with { GasLimit = (ulong)random.Next(400_000, 400_000 + 50_000 * length) },
                };
            var result = _simulator.Run(new(made.Rules, made.State, block, 2 + (seed % 3), seed));
            return (result, _last!.Summary);
        }

        public void Dispose() => _simulator.Dispose();

        private static SegmentedExecutor Create(ForkRules rules, CodeCache codes, IDriver driver, bool compares) =>
            new(rules, AdversarialBlock.ChainId, codes, driver, null, compares);

        /// <summary>Says who was asked last.</summary>
        private sealed class Watched(Rig rig, IBlockExecutor executor) : IBlockExecutor
        {
            public ExecutionSummary Summary => executor.Summary;

            public ExecutedBlock Transition(BlockInput input)
            {
                rig._last = executor;
                return executor.Transition(input);
            }

            public StateChanges GetChanges() => executor.GetChanges();

            public void Dispose() => executor.Dispose();
        }
    }
}
