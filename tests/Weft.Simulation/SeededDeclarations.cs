using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Xunit;

namespace Weft.Simulation;

/// <summary>Adversarial blocks by their block access lists, right and wrong ones, under schedules that a seed decides.
/// </summary>
public sealed class SeededDeclarations
{
    private const int Seeds = 3_000;

    [Fact]
    public void Blocks_end_by_their_lists_as_they_do_serially()
    {
        using var runs = new Runs();
        int declared = 0, valid = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var block = new AdversarialBlock(seed);
            var (recorded, list) = runs.Record(block);
            var executor = runs.Check(block, recorded, list, seed);
            if (recorded.Output.Seal().Error == BlockError.None) valid++;
            if (executor.Summary.Strategy == Strategy.Declared) declared++;
        }
        Console.WriteLine($"declared: {declared} of {valid} valid blocks in lanes");
        // An account that comes to be as an empty one, is paid and destroys itself before it has code is too much.
        Assert.InRange(declared, valid * 99 / 100, valid);
    }

    [Fact]
    public void Wrong_lists_change_nothing()
    {
        using var runs = new Runs();
        int declared = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var block = new AdversarialBlock(seed);
            var (recorded, list) = runs.Record(block);
            if (list.Accounts.IsEmpty) continue;
            var executor = runs.Check(block, recorded, Corruption.Of(list, new Random(seed)), seed);
            if (executor.Summary.Strategy == Strategy.Declared) declared++;
        }
        // A read too many, or a value that only its own lane sees, does no harm.
        Assert.InRange(declared, 1, Seeds / 2);
    }

    [Fact]
    public void Where_the_list_belongs_to_the_block_only_the_exact_one_is_valid()
    {
        using var runs = new Runs();
        for (int seed = 0; seed < Seeds; seed++)
        {
            var block = new AdversarialBlock(seed);
            var (recorded, list) = runs.Record(block);
            var expected = recorded.Output.Seal();
            if (list.Accounts.IsEmpty) continue;
            var executor = runs.Check(block, recorded, list, seed, isStrict: true);
            if (expected.Error == BlockError.None) Assert.Equal(Strategy.Declared, executor.Summary.Strategy);

            var corrupted = Corruption.Of(list, new Random(seed));
            var got = runs.Execute(block, corrupted, seed, isStrict: true).Seal();
            var error = expected.Error == BlockError.None ? BlockError.AccessListMismatch : expected.Error;
            Assert.Equal((seed, error), (seed, got.Error));
        }
    }

    [Fact]
    public void A_list_with_more_items_than_gas_can_pay_is_refused()
    {
        using var runs = new Runs();
        var block = new AdversarialBlock(3);
        var (_, list) = runs.Record(block);
        var reads = Enumerable.Range(1 << 20, 15_000).Select(slot => (UInt256)(ulong)slot);
        list = new([list.Accounts[0] with { StorageReads = [.. reads] }, .. list.Accounts.Skip(1)]);

        Assert.Equal(BlockError.AccessListTooLarge, runs.Execute(block, list, 0, isStrict: true).Seal().Error);
    }

    /// <summary>Executors by fork and workers.</summary>
    private sealed class Runs : IDisposable
    {
        private const int WorkersMax = 4;

        private readonly CodeCache _codes = new();
        private readonly Dictionary<ForkRules, FootprintRecorder> _recorders = [];
        private readonly Dictionary<int, Interleaver> _drivers = [];
        private readonly Dictionary<(ForkRules, int), DeclaredExecutor> _executors = [];

        public (BlockFootprints, BlockAccessList) Record(AdversarialBlock block)
        {
            if (!_recorders.TryGetValue(block.Rules, out var recorder))
                _recorders.Add(block.Rules, recorder = new(block.Rules, AdversarialBlock.ChainId, _codes));
            var recorded = recorder.Record(new(block.Block, block.State, NoHashes.Instance));
            return (recorded, AccessListBuilder.Build(recorded.Footprints));
        }

        public DeclaredExecutor Check(
            AdversarialBlock block, BlockFootprints recorded, BlockAccessList list, int seed, bool isStrict = false)
        {
            var executor = ExecutorOf(block, seed);
            string? difference = ResultDifference.Find(
                recorded.Output.Seal(), recorded.Changes, Execute(block, list, seed, isStrict).Seal(),
                executor.GetChanges());
            Assert.True(difference is null, $"seed {seed} ({block.Rules.Fork}): {difference}");
            return executor;
        }

        public ExecutedBlock Execute(AdversarialBlock block, BlockAccessList list, int seed, bool isStrict) =>
            ExecutorOf(block, seed).Transition(new(block.Block, block.State, NoHashes.Instance)
            {
                AccessList = list, StrictAccessList = isStrict,
            });

        private DeclaredExecutor ExecutorOf(AdversarialBlock block, int seed)
        {
            int workers = 1 + (seed % WorkersMax);
            if (!_drivers.TryGetValue(workers, out var driver)) _drivers.Add(workers, driver = new(workers, 2));
            if (!_executors.TryGetValue((block.Rules, workers), out var executor))
                _executors.Add(
                    (block.Rules, workers), executor = new(block.Rules, AdversarialBlock.ChainId, _codes, driver));
            driver.Seed = seed;
            return executor;
        }

        public void Dispose()
        {
            foreach (var executor in _executors.Values) executor.Dispose();
            foreach (var driver in _drivers.Values) driver.Dispose();
            foreach (var recorder in _recorders.Values) recorder.Dispose();
        }
    }
}
