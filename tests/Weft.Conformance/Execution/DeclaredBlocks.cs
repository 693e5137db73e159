using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives.Blocks;
using Weft.State;
using Xunit;

namespace Weft.Conformance.Execution;

/// <summary>Real blocks by the block access lists that are built for them.</summary>
public sealed class DeclaredBlocks
{
    [Fact]
    public void Mainnet_blocks_end_by_their_lists_as_they_do_serially()
    {
        if (Fixtures.Path("mainnet/blocks.zip") is not { } path) return;
        using var folder = InputFolder.Open(path);
        var reader = new BlockFileReader(folder);
        using var runs = new Runs();
        int serial = 0, bytes = 0;
        foreach (string name in BlockFileReader.FindBlocks(folder))
        {
            var file = reader.Read(name);
            if (!file.IsComplete) continue;
            var rules = ForkSchedule.Mainnet.RulesAt(file.Block.Header.Number, file.Block.Header.Timestamp);
            var input = new BlockInput(file.Block, file.State, file.Hashes)
            {
                IsDaoForkBlock = file.Block.Header.Number == ForkSchedule.Mainnet.DaoForkNumber,
            };
            using var executor = new SerialExecutor(rules, 1, runs.Codes);
            var expected = executor.Transition(input).Seal();
            var changes = executor.GetChanges();
            var recorded = runs.Record(rules, input);
            Compare(name, expected, changes, recorded.Output.Seal(), recorded.Changes);

            byte[] encoded = AccessListBuilder.Build(recorded.Footprints).Encode();
            var list = BlockAccessList.Decode(encoded);
            Assert.Equal(encoded, list.Encode());
            bytes += encoded.Length;
            foreach (var declared in runs.Declared(rules))
            {
                var got = declared.Transition(input with { AccessList = list }).Seal();
                Compare(name, expected, changes, got, declared.GetChanges());
                if (declared.Summary.Strategy == Strategy.Serial) serial++;
            }
        }
        Console.WriteLine($"mainnet: lists of {bytes} bytes");
        Assert.Equal(0, serial);
    }

    private static void Compare(
        string name, BlockResult expected, StateChanges changes, BlockResult got, StateChanges gotChanges)
    {
        string? difference = ResultDifference.Find(expected, changes, got, gotChanges);
        Assert.True(difference is null, $"{name}: {difference}");
    }

    private sealed class Runs : IDisposable
    {
        public static readonly int[] Workers = [1, 2, 4, 8];

        private readonly Dictionary<ForkRules, (FootprintRecorder, DeclaredExecutor[])> _byRules = [];
        private readonly WorkerThreads[] _drivers = [.. Workers.Select(count => new WorkerThreads(count))];

        public CodeCache Codes { get; } = new();

        public BlockFootprints Record(ForkRules rules, BlockInput input) => Of(rules).Item1.Record(input);

        public DeclaredExecutor[] Declared(ForkRules rules) => Of(rules).Item2;

        public void Dispose()
        {
            foreach (var (recorder, executors) in _byRules.Values)
            {
                recorder.Dispose();
                foreach (var executor in executors) executor.Dispose();
            }
            foreach (var driver in _drivers) driver.Dispose();
        }

        private (FootprintRecorder, DeclaredExecutor[]) Of(ForkRules rules)
        {
            if (!_byRules.TryGetValue(rules, out var made))
                _byRules.Add(rules, made = (
                    new(rules, 1, Codes),
                    [.. _drivers.Select(driver => new DeclaredExecutor(rules, 1, Codes, driver))]));
            return made;
        }
    }
}
