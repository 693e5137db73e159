using Weft.Cli.Programs;
using Weft.Cli.Workloads;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Forecasts;
using Weft.Execution.Strategies;
using Xunit;

namespace Weft.Tests.Execution.Forecasts;

public sealed class CostMeterTests
{
    [Fact]
    public void Every_part_of_a_block_is_measured_in_every_way()
    {
        var made = Workload.Create("mixed", 100);
        using var meter = new CostMeter(made.Rules, made.ChainId, new CodeCache());

        var costs = meter.Measure(new(made.Block, made.State, NoBlockHashes.Instance), rounds: 2);

        for (int i = 1; i <= 100; i++)
        {
            Assert.True(costs.Serial[i] > 0 && costs.First[i] > 0 && costs.Speculative[i] > 0 && costs.Commit[i] > 0);
            // Sender, recipient at least, in the order in which they happen.
            Assert.True(costs.Accesses[i].Length >= 2);
            Assert.Equal(costs.Accesses[i].Order(), costs.Accesses[i]);
        }
        Assert.True(costs.Outside > 0 && costs.Next.Max() > 0 && costs.Waking.Call > 0 && costs.Leave > 0);
    }

    [Fact]
    public void Costly_transactions_are_told_from_cheap_ones()
    {
        var heavy = Workload.Create("heavy", 4);
        using var meter = new CostMeter(heavy.Rules, heavy.ChainId, new CodeCache());
        var input = new BlockInput(heavy.Block, heavy.State, NoBlockHashes.Instance);
        using var recorder = new FootprintRecorder(heavy.Rules, heavy.ChainId, new CodeCache());
        var list = AccessListBuilder.Build(recorder.Record(input).Footprints);

        // It is time that is measured: a machine with other things to do may need some attempts.
        Assert.Contains(Enumerable.Range(0, 20), _ => AreCostly(meter.Measure(input, rounds: 3)));
        Assert.Contains(Enumerable.Range(0, 20), _ => AreCostly(
            meter.MeasureDeclared(input with { AccessList = list }, rounds: 3, starts: [2])));
    }

    private static bool AreCostly(EngineCosts costs) => Enumerable.Range(1, 4).All(i =>
        costs.Serial[i] > 10 * costs.Serial[0] && costs.First[i] > costs.Serial[i] / 4
        && costs.Speculative[i] > costs.Serial[i] / 4);
}
