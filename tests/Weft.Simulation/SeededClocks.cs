using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Forecasts;
using Weft.Execution.Strategies;
using Xunit;

namespace Weft.Simulation;

/// <summary>Adversarial blocks on virtual cores: whatever the parts cost, the result is the serial one.</summary>
public sealed class SeededClocks
{
    [Fact]
    public void Any_costs_end_as_serial_execution_does()
    {
        var codes = new CodeCache();
        for (int seed = 0; seed < 300; seed++)
        {
            var block = new AdversarialBlock(seed);
            var input = new BlockInput(block.Block, block.State, NoHashes.Instance);
            using var recorder = new FootprintRecorder(block.Rules, AdversarialBlock.ChainId, codes);
            var expected = recorder.Record(input);
            using var forecaster = new Forecaster(
                Strategy.Optimistic, 1 + (seed % 5), block.Rules, AdversarialBlock.ChainId, codes);

            var forecast = forecaster.Run(input, RandomCosts(new Random(seed), block.Block.Transactions.Count + 2));

            string? difference = ResultDifference.Find(
                expected.Output.Seal(), expected.Changes, forecast.Output.Seal(), forecast.Changes);
            Assert.True(difference is null, $"seed {seed} ({block.Rules.Fork}): {difference}");
        }
    }

    private static EngineCosts RandomCosts(Random random, int parts)
    {
        long[] Some(int below) => [.. Enumerable.Range(0, parts).Select(_ => (long)random.Next(below))];
        long[] costs = Some(1000);
        return new()
        {
            Serial = costs, First = costs, CommitAtOnce = Some(80), Speculative = Some(1200),
            CommitLate = Some(120), Publish = Some(60), Commit = Some(100), Confirm = Some(60),
            CommitConfirmed = Some(20), Apply = Some(150),
            Accesses = [.. Enumerable.Range(0, parts).Select(_ => Enumerable.Range(0, random.Next(8))
                .Select(_ => (ushort)random.Next(1 << 16)).Order().ToArray())],
            Next = [.. Enumerable.Range(0, EngineCosts.Kinds).Select(_ => (long)random.Next(20))], Outside = 0,
            GetReady = random.Next(200), Waking = new(random.Next(50), random.Next(500)), Leave = random.Next(50),
        };
    }
}
