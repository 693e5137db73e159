using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.State;
using Xunit;

namespace Weft.Conformance.Execution;

/// <summary>Real blocks on several threads: serial execution is the truth.</summary>
public sealed class ParallelBlocks
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Mainnet_blocks_end_as_they_do_serially(int threads)
    {
        if (Fixtures.Path("mainnet/blocks.zip") is not { } path) return;
        using var folder = InputFolder.Open(path);
        var reader = new BlockFileReader(folder);
        var codes = new CodeCache();
        using var driver = new WorkerThreads(threads);
        var processors = new Dictionary<ForkRules, (BlockProcessor Serial, OptimisticExecutor Parallel)>();
        foreach (string name in BlockFileReader.FindBlocks(folder))
        {
            var file = reader.Read(name);
            if (!file.IsComplete) continue;
            var header = file.Block.Header;
            var rules = ForkSchedule.Mainnet.RulesAt(header.Number, header.Timestamp);
            if (!processors.TryGetValue(rules, out var pair))
                processors.Add(rules, pair = (new(rules, 1, codes), new(rules, 1, codes, driver)));
            bool isDao = header.Number == ForkSchedule.Mainnet.DaoForkNumber;
            var state = new WorldState(file.State);
            var serial = pair.Serial.Execute(file.Block, state, file.Hashes, isDao);
            var parallel = pair.Parallel.Transition(
                new(file.Block, file.State, file.Hashes) { IsDaoForkBlock = isDao }).Seal();
            var changes = pair.Parallel.GetChanges();

            string? difference = ResultDifference.Find(serial, state.GetChanges(), parallel, changes);
            Assert.True(difference is null, $"{name}: {difference}");
        }
        foreach (var (serial, parallel) in processors.Values)
        {
            serial.Dispose();
            parallel.Dispose();
        }
    }
}
