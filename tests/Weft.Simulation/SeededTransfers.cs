using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Xunit;

namespace Weft.Simulation;

/// <summary>Blocks of plain transfers, which need no list, under schedules that a seed decides.</summary>
public sealed class SeededTransfers
{
    private const int Seeds = 4_000, WorkersMax = 4;

    [Fact]
    public void Transfers_end_as_they_do_serially()
    {
        var codes = new CodeCache();
        var drivers = Enumerable.Range(1, WorkersMax).Select(workers => new Interleaver(workers, 2)).ToArray();
        var executors = new Dictionary<(ForkRules, int), (SerialExecutor Serial, DeclaredExecutor Declared)>();
        int valid = 0, declared = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var block = new TransferBlocks(seed);
            var driver = drivers[seed % WorkersMax];
            if (!executors.TryGetValue((block.Rules, driver.Workers), out var pair))
                executors.Add((block.Rules, driver.Workers), pair = (
                    new(block.Rules, 1, codes), new(block.Rules, 1, codes, driver)));
            driver.Seed = seed;
            var input = new BlockInput(block.Block, block.State, NoHashes.Instance);
            var expected = pair.Serial.Transition(input).Seal();
            var got = pair.Declared.Transition(input).Seal();
            string? difference = ResultDifference.Find(
                expected, pair.Serial.GetChanges(), got, pair.Declared.GetChanges());
            Assert.True(difference is null, $"seed {seed} ({block.Rules.Fork}): {difference}");
            if (expected.Error == BlockError.None) valid++;
            if (pair.Declared.Summary.Strategy == Strategy.Declared) declared++;
        }
        Console.WriteLine($"transfers: {declared} of {valid} valid blocks without speculation");
        Assert.InRange(declared, Seeds / 3, valid);
        Assert.InRange(valid, declared, Seeds - (Seeds / 20));
        foreach (var (serial, executor) in executors.Values)
        {
            serial.Dispose();
            executor.Dispose();
        }
        foreach (var driver in drivers) driver.Dispose();
    }
}
