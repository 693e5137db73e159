using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Xunit;

namespace Weft.Simulation;

/// <summary>An engine that does not validate is caught, and what catches it can be made small and run again.</summary>
public sealed class SeededMutants
{
    private const int SeedsToCatch = 100;

    [Fact]
    public void An_engine_without_validation_is_caught_within_the_first_hundred_seeds()
    {
        using var simulator = new Simulator(WithoutValidation);

        Assert.True(FirstFailure(simulator) < SeedsToCatch);
    }

    [Fact]
    public void A_failure_shrinks_to_few_transactions_and_switches_the_same_way_each_time()
    {
        using var simulator = new Simulator(WithoutValidation);
        var failing = SimulatedBlock.Of(FirstFailure(simulator));
        int switches = simulator.Run(failing).Switches.Count;

        var shrunk = new Shrinker(simulator).Shrink(failing);
        var again = new Shrinker(simulator).Shrink(failing);

        Assert.NotNull(simulator.Run(shrunk).Difference);
        Assert.InRange(shrunk.Transactions.Count, 2, 3);
        Assert.Equal(SimulatedBlock.WorkersMin, shrunk.Workers);
        Assert.InRange(shrunk.Schedule!.Count, 0, Math.Min(6, switches - 1));
        Assert.Equal(shrunk.Schedule, again.Schedule);
        Assert.Equal(
            shrunk.Transactions.Select(transaction => transaction.Hash),
            again.Transactions.Select(transaction => transaction.Hash));
    }

    [Fact]
    public void The_switches_of_a_run_are_a_schedule_that_repeats_it()
    {
        using var simulator = new Simulator(WithoutValidation);
        for (int seed = 0; seed < 200; seed++)
        {
            var block = SimulatedBlock.Of(seed);
            ScheduleLog? first = null, second = null;
            var seeded = simulator.Run(block, driver => first = new(driver));

            var listed = simulator.Run(
                block with { Schedule = seeded.Switches }, driver => second = new(driver));

            Assert.Equal(first!.Lines, second!.Lines);
            Assert.Equal(seeded.Difference, listed.Difference);
        }
    }

    private static int FirstFailure(Simulator simulator)
    {
        for (int seed = 0; seed < SeedsToCatch; seed++)
            if (simulator.Run(SimulatedBlock.Of(seed)).Difference is not null) return seed;
        return SeedsToCatch;
    }

    private static OptimisticExecutor WithoutValidation(Evm.ForkRules rules, CodeCache codes, IDriver driver) =>
        new(rules, AdversarialBlock.ChainId, codes, driver, null, HintSources.None, window: 64, validates: false);
}
