using Xunit;
using Weft.Chain;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Evm;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State.Store;
using Weft.Tests.Chain.Live;

namespace Weft.Tests.Chain.Building;

public sealed class BlockBuilderTests
{
    /// <summary>Adds one to slot 0 and stores the caller at the old value.</summary>
    private static readonly byte[] Counter = Convert.FromHexString("600054" + "80" + "600101" + "600055" + "33905500");

    private static readonly Address CounterAddress = Address.FromNumber(0xc0);

    [Fact]
    public void Built_block_is_what_another_node_executes()
    {
        foreach (var strategy in new[] { Strategy.Serial, Strategy.Dag, Strategy.Segments, Strategy.Auto })
        {
            using var dev = new DevChain(
                genesis: state => DevChain.AddContract(state, CounterAddress, Counter), strategy: strategy);
            for (int round = 0; round < 3; round++)
            {
                for (int sender = 0; sender < dev.Accounts.Length; sender++)
                    for (ulong n = 0; n < 5; n++)
                    {
                        ulong nonce = (ulong)round * 5 + n;
                        var transaction = n % 2 == 0
                            ? dev.Sign(sender, nonce, CounterAddress, value: 0, gas: 100_000)
                            : dev.Sign(sender, nonce);
                        Assert.Null(dev.Pool.Add(transaction).Message);
                    }
                using var built = dev.Builder.Mine(dev.Attributes());
                Assert.Equal(40, built!.Block.Transactions.Count);
                Assert.Equal(built.Block.Header.Hash, dev.Chain.Head.Hash);
                Assert.Equal(0, dev.Pool.PendingCount + dev.Pool.QueuedCount);
            }
            ReplayElsewhere(dev);
        }
    }

    [Fact]
    public void Invalid_transactions_are_left_out_and_the_rest_stays_a_valid_block()
    {
        foreach (var strategy in new[] { Strategy.Serial, Strategy.Optimistic, Strategy.Segments, Strategy.Declared })
        {
            using var dev = new DevChain(
                genesis: state => DevChain.AddContract(state, CounterAddress, Counter), strategy: strategy);
            Transaction[] transactions =
            [
                dev.Sign(0, 0, CounterAddress, value: 0, gas: 100_000), dev.Sign(1, 7), dev.Sign(1, 0),
                dev.Sign(2, 0, gas: 20_000), dev.Sign(0, 0), dev.Sign(0, 1, CounterAddress, value: 0, gas: 100_000),
                dev.Sign(3, 0, feeCap: 5, tip: 1), dev.Sign(4, 0, chainId: 5), dev.Sign(3, 0),
            ];
            using var built = dev.Builder.Build(dev.Attributes(), transactions);
            Assert.Equal(
                [
                    TransactionError.NonceTooHigh, TransactionError.IntrinsicGasTooLow, TransactionError.NonceTooLow,
                    TransactionError.FeeCapBelowBaseFee, TransactionError.WrongChainId,
                ], built.Dropped.Select(d => d.Error));
            Assert.Equal(4, built.Block.Transactions.Count);
            Assert.Equal(4, built.Result.Receipts.Count);
            Assert.Equal(4, built.Result.Transactions.Count);
            Assert.Equal(ImportStatus.Extended, dev.Chain.Import(built).Status);
            ReplayElsewhere(dev);
        }
    }

    [Fact]
    public void Block_takes_what_pays_most_and_fits()
    {
        using var dev = new DevChain(gasLimit: 105_000);
        for (int i = 0; i < 8; i++)
            Assert.True(dev.Pool.Add(dev.Sign(i, 0, tip: 1_000_000_000 + (ulong)(i % 4))).IsAdded);
        using var built = dev.Builder.Build(dev.Attributes());
        Assert.Equal(5, built.Block.Transactions.Count);
        Assert.Equal(
            [3, 3, 2, 2, 1], built.Block.Transactions.Select(t => (int)(t.MaxPriorityFeePerGas.U0 % 1_000_000_000)));
        Assert.Equal((UInt256)(21_000ul * (5_000_000_000 + 11)), built.Value);
    }

    [Fact]
    public void Block_that_comes_back_from_outside_is_not_executed_again()
    {
        using var dev = new DevChain();
        dev.Pool.Add(dev.Sign(0, 0));
        var built = dev.Builder.BuildPayload(dev.Chain.Head, dev.Attributes());
        var result = dev.Chain.Import(DevChain.Reread(built.Block));
        Assert.Equal(ImportStatus.Extended, result.Status);
        Assert.Same(built.Result, result.Result);
        Assert.Equal(dev.Chain.Head, dev.Chain.Blocks.GetHead());
    }

    [Fact]
    public void Payload_that_is_accepted_first_and_made_the_head_later_is_not_executed_again()
    {
        using var dev = new DevChain();
        dev.Pool.Add(dev.Sign(0, 0));
        var built = dev.Builder.BuildPayload(dev.Chain.Head, dev.Attributes());
        Hash256 genesis = dev.Chain.Head.Hash, hash = built.Block.Header.Hash;
        Assert.Equal(ImportStatus.SideChain, dev.Chain.Accept(DevChain.Reread(built.Block)).Status);
        Assert.Equal(genesis, dev.Chain.Head.Hash);
        Assert.Same(built.Result, dev.Chain.SetHead(hash).Result);
        Assert.Equal(hash, dev.Chain.Head.Hash);
        dev.Chain.Rewind(0);
        Assert.Null(dev.Chain.Blocks.GetBlock(hash));
    }

    [Fact]
    public void Conflicts_are_spread_and_nonces_stay_in_order()
    {
        using var dev = new DevChain(
            genesis: state => DevChain.AddContract(state, CounterAddress, Counter), accounts: 30);
        for (int sender = 0; sender < 10; sender++)
            for (ulong n = 0; n < 2; n++)
                dev.Pool.Add(dev.Sign(sender, n, CounterAddress, value: 0, gas: 100_000, tip: 2_000_000_000));
        for (int sender = 10; sender < 30; sender++)
            dev.Pool.Add(dev.Sign(sender, 0, Address.FromNumber((ulong)sender)));
        using var built = dev.Builder.Build(dev.Attributes());
        Assert.Equal(40, built.Block.Transactions.Count);
        Assert.True(built.Report.Moved > 10);
        var places = built.Block.Transactions.Select((t, i) => (t, i)).Where(e => e.t.To == CounterAddress)
            .Select(e => e.i).ToArray();
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 3));
        Assert.Equal(ImportStatus.Extended, dev.Chain.Import(built).Status);
        ReplayElsewhere(dev);
    }

    [Fact]
    public void Pending_block_is_kept_while_nothing_changes_and_its_state_can_be_read()
    {
        using var dev = new DevChain();
        dev.Pool.Add(dev.Sign(0, 0, Address.FromNumber(0x77), value: 5));
        var pending = dev.Builder.GetPending();
        Assert.Same(pending, dev.Builder.GetPending());
        using (var state = dev.Chain.OpenSnapshot(pending)!)
        {
            Assert.True(state.TryGetAccount(Address.FromNumber(0x77), out var account));
            Assert.Equal((UInt256)5ul, account.Balance);
            Assert.Equal(1ul, state.Header.Number);
        }
        using (dev.Builder.Mine(dev.Attributes())) { }
        Assert.NotSame(pending, dev.Builder.GetPending());
        Assert.Null(dev.Chain.OpenSnapshot(pending));
    }

    [Fact]
    public void Gas_limit_moves_towards_its_target_within_the_rules()
    {
        using var dev = new DevChain();
        for (int i = 0; i < 3; i++)
        {
            using var built = dev.Builder.Mine(dev.Attributes() with { GasLimitTarget = 60_000_000 });
        }
        Assert.True(dev.Chain.Head.GasLimit > 30_000_000);
        ReplayElsewhere(dev);
    }

    /// <summary>Every block of the chain is valid for a chain that executes it serially, and ends at the same state.
    /// </summary>
    private static void ReplayElsewhere(DevChain dev)
    {
        using var database = DevChain.CreateDatabase();
        using var other = Blockchain.Open(
            database, dev.Spec, new() { Threads = 1, Strategy = Strategy.Serial, CacheBytes = 1 << 20 });
        for (ulong n = 1; n <= dev.Chain.Head.Number; n++)
        {
            var block = dev.Chain.Blocks.GetBlock(dev.Chain.Blocks.GetCanonicalHash(n)!.Value)!;
            var result = other.Import(block);
            Assert.True(result.Status == ImportStatus.Extended, result.Result.Detail);
            Assert.Equal(
                result.Result.Receipts.Select(r => r.GasUsed),
                dev.Chain.Blocks.GetReceipts(block.Header.Hash)!.Select(r => r.GasUsed));
        }
        Assert.Equal(other.Head, dev.Chain.Head);
    }
}
