using Weft.Cli.Workloads;
using Weft.Evm;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Xunit;

namespace Weft.Tests.Execution.Strategies;

public sealed class BlockExecutorsTests
{
    [Theory]
    [InlineData("transfers-disjoint")]
    [InlineData("erc20-one-recipient")]
    [InlineData("swaps-1")]
    [InlineData("mixed")]
    public void Every_strategy_comes_to_the_serial_result(string workload)
    {
        var made = Workload.Create(workload, 120);
        foreach (var strategy in Enum.GetValues<Strategy>())
        {
            foreach (int threads in new[] { 1, 2, 4 })
            {
                using var executors = new BlockExecutors(strategy, threads) { RecordsAccessLists = true };
                var executor = executors.Get(made.Rules, made.ChainId);
                for (int i = 0; i < 3; i++)
                {
                    var result = executor.Transition(InputOf(made)).Seal();
                    Assert.Null(ResultDifference.Find(made.Result, made.Changes, result, executor.GetChanges()));
                    Assert.NotEqual(Strategy.Auto, executor.Summary.Strategy);
                }
            }
        }
    }

    [Fact]
    public void Executors_are_made_once_for_the_same_rules()
    {
        using var executors = new BlockExecutors(Strategy.Optimistic, 2);
        var first = executors.Get(ForkRules.Of(Fork.London), 1);
        Assert.Same(first, executors.Get(ForkRules.Of(Fork.London), 1));
        Assert.NotSame(first, executors.Get(ForkRules.Of(Fork.London), 2));
        Assert.NotSame(first, executors.Get(ForkRules.Of(Fork.Paris), 1));
        executors.Discard(first);
        Assert.NotSame(first, executors.Get(ForkRules.Of(Fork.London), 1));
    }

    [Theory]
    [InlineData(Strategy.Auto)]
    [InlineData(Strategy.Optimistic)]
    [InlineData(Strategy.Declared)]
    public void Who_asks_for_roots_between_transactions_gets_them_serially(Strategy strategy)
    {
        var made = Workload.Create("transfers-disjoint", 10);
        var header = made.Block.Header with { BaseFeePerGas = null };
        var block = made.Block with
        {
            Header = header, Withdrawals = null,
            Transactions = [.. made.Block.Transactions.Select(transaction => AsLegacy(transaction, feeCap: 1))],
        };
        using var executors = new BlockExecutors(strategy, 2);
        var executor = executors.Get(ForkRules.Of(Fork.Homestead), made.ChainId);
        var roots = new CountingRoots();
        var executed = executor.Transition(new(block, made.State, NoHashes.Instance) { Roots = roots });
        Assert.Equal(BlockError.None, executed.Seal().Error);
        Assert.Equal(10, roots.Count);
        Assert.Equal(Strategy.Serial, executor.Summary.Strategy);
    }

    [Fact]
    public void Auto_says_what_it_expected_and_what_happened()
    {
        var made = Workload.Create("erc20-disjoint", 400);
        using var executors = new BlockExecutors(Strategy.Auto, 2);
        var executor = executors.Get(made.Rules, made.ChainId);
        var reasons = new HashSet<StrategyReason>();
        for (int i = 0; i < 40; i++)
        {
            executor.Transition(InputOf(made));
            var summary = executor.Summary;
            reasons.Add(summary.Reason);
            Assert.True(summary.PredictedTime > TimeSpan.Zero && summary.ActualTime > TimeSpan.Zero);
            Assert.True(summary.PredictedSerialTime > TimeSpan.Zero);
        }
        Assert.DoesNotContain(StrategyReason.Given, reasons);
        Assert.True(reasons.Count > 1, "what was unknown becomes known");
    }

    /// <summary>The first one is found to be invalid where nothing of the block has been written yet.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    public void An_invalid_transaction_is_rejected_for_the_serial_reason_and_the_next_block_is_executed(int index)
    {
        var made = Workload.Create("erc20-disjoint", 60);
        var transactions = made.Block.Transactions.ToArray();
        transactions[index] = AsLegacy(transactions[index], feeCap: 0);
        var invalid = InputOf(made) with { Block = made.Block with { Transactions = transactions } };
        foreach (var strategy in Enum.GetValues<Strategy>())
        {
            using var executors = new BlockExecutors(strategy, 2) { RecordsAccessLists = true };
            var executor = executors.Get(made.Rules, made.ChainId);
            for (int i = 0; i < 12; i++)
            {
                var result = executor.Transition(InputOf(made)).Seal();
                Assert.Null(ResultDifference.Find(made.Result, made.Changes, result, executor.GetChanges()));
                result = executor.Transition(invalid).Seal();
                Assert.Equal(
                    (BlockError.InvalidTransaction, TransactionError.FeeCapBelowBaseFee, index),
                    (result.Error, result.TransactionError, result.TransactionIndex));
            }
        }
    }

    /// <summary>Whichever worker gets the invalid one: it has seen less than what was written before.</summary>
    [Fact]
    public void A_block_of_one_invalid_transaction_after_one_that_wrote_much_is_rejected()
    {
        var state = new InMemoryState();
        byte[] code = [.. Enumerable.Range(0, 200).SelectMany(slot => new byte[] { 0x60, 1, 0x60, (byte)slot, 0x55 })];
        state.SetAccount(Samples.Recipient, new(1, 0, state.AddCode(code)));
        state.SetAccount(Samples.Sender, new(0, Samples.Ether, Hash256.OfEmptyCode));
        using var executors = new BlockExecutors(Strategy.Optimistic, 4);
        var executor = executors.Get(ForkRules.Of(Fork.Istanbul), 1);
        var header = new BlockHeader { GasLimit = 30_000_000, Beneficiary = Samples.Coinbase };
        BlockResult Run(Transaction transaction) => executor.Transition(
            new(new(header, [transaction], [], null), state, NoHashes.Instance)).Seal();
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(BlockError.None, Run(Samples.Of(TransactionType.Legacy, gas: 10_000_000)).Error);
            var result = Run(Samples.Of(TransactionType.Legacy, gas: 40_000_000));
            Assert.Equal(TransactionError.GasLimitExceedsBlock, result.TransactionError);
        }
    }

    /// <summary>Wherever it fails: also in what only the committing worker reads.</summary>
    [Fact]
    public void What_the_source_throws_comes_out_and_the_next_block_is_executed()
    {
        var made = Workload.Create("erc20-one-recipient", 60);
        foreach (var strategy in Enum.GetValues<Strategy>())
        {
            using var executors = new BlockExecutors(strategy, 4) { RecordsAccessLists = true };
            var executor = executors.Get(made.Rules, made.ChainId);
            foreach (var address in made.Changes.Accounts.Keys.Append(made.Block.Header.Beneficiary))
            {
                var failing = InputOf(made) with { State = new FailingState(made.State, address) };
                Assert.Throws<InvalidDataException>(() => executor.Transition(failing).Seal());
                var result = executor.Transition(InputOf(made)).Seal();
                Assert.Null(ResultDifference.Find(made.Result, made.Changes, result, executor.GetChanges()));
            }
        }
    }

    private static BlockInput InputOf(WorkloadBlock made) => new(made.Block, made.State, NoHashes.Instance);

    private static Transaction AsLegacy(Transaction transaction, ulong feeCap) => new()
    {
        Type = TransactionType.Legacy, Nonce = transaction.Nonce, GasPrice = feeCap,
        GasLimit = transaction.GasLimit, To = transaction.To, Value = transaction.Value, Data = transaction.Data,
        Sender = transaction.Sender,
    };

    private sealed class FailingState(IStateReader state, Address unknown) : IStateReader
    {
        public bool TryGetAccount(in Address address, out Account account) => address == unknown
            ? throw new InvalidDataException($"the account {address} is not there")
            : state.TryGetAccount(address, out account);

        public UInt256 GetStorage(in Address address, in UInt256 key) => state.GetStorage(address, key);

        public bool HasStorage(in Address address) => state.HasStorage(address);

        public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => state.GetCode(codeHash);
    }

    private sealed class CountingRoots : IStateRoots
    {
        public int Count { get; private set; }

        public Hash256 ComputeRoot(WorldState state)
        {
            Count++;
            return Hash256.FromWord((ulong)Count);
        }
    }

    private sealed class NoHashes : IBlockHashes
    {
        public static readonly NoHashes Instance = new();

        public Hash256 GetBlockHash(ulong number) => Hash256.FromWord(number);
    }
}
