using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Execution.Strategies;
using Weft.State;
using Xunit;

namespace Weft.Simulation;

/// <summary>Footprints of adversarial blocks, which must not change what the blocks come to.</summary>
public sealed class SeededFootprints
{
    [Fact]
    public void Recording_ends_as_serial_execution_does()
    {
        var codes = new CodeCache();
        var runs = new Dictionary<ForkRules, (BlockProcessor Serial, FootprintRecorder Recorder)>();
        for (int seed = 0; seed < 3_000; seed++)
        {
            var block = new AdversarialBlock(seed);
            if (!runs.TryGetValue(block.Rules, out var run))
                runs.Add(block.Rules, run = (
                    new(block.Rules, AdversarialBlock.ChainId, codes),
                    new(block.Rules, AdversarialBlock.ChainId, codes)));
            var state = new WorldState(block.State);
            var expected = run.Serial.Execute(block.Block, state, NoHashes.Instance);
            var recorded = run.Recorder.Record(new(block.Block, block.State, NoHashes.Instance));
            string? difference = ResultDifference.Find(
                expected, state.GetChanges(), recorded.Output.Seal(), recorded.Changes);
            Assert.True(difference is null, $"seed {seed} ({block.Rules.Fork}): {difference}");
            if (expected.Error == BlockError.None)
                Assert.Equal(block.Block.Transactions.Count + 2, recorded.Footprints.Count);
        }
        foreach (var (serial, recorder) in runs.Values)
        {
            serial.Dispose();
            recorder.Dispose();
        }
    }
}
