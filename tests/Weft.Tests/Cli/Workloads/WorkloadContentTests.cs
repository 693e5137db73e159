using System.Text;
using Weft.Cli.Workloads;
using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Tests.Cli.Workloads;

/// <summary>That the contracts do what they are called after, not only that they do not revert.</summary>
public sealed class WorkloadContentTests
{
    private const int Transactions = 400;

    [Fact]
    public void Orders_are_placed_filled_and_cancelled()
    {
        var made = Workload.Create("orderbook", Transactions);

        Assert.InRange(CountLogs(made, "Placed(address,bool,uint256,uint256)"), Transactions / 10, Transactions);
        Assert.InRange(CountLogs(made, "Filled(address,address,uint256,uint256)"), Transactions / 10, Transactions);
        Assert.InRange(CountLogs(made, "Cancelled(address,bool,uint256,uint256)"), Transactions / 20, Transactions);
    }

    [Fact]
    public void An_order_book_neither_makes_nor_loses_money()
    {
        var made = Workload.Create("orderbook", Transactions);

        Assert.Equal(Money(made, made.State), Money(made, After(made)));
    }

    [Theory]
    [InlineData("swaps-1", 1)]
    [InlineData("swaps-64", 64)]
    public void The_product_of_a_pools_reserves_grows_and_the_pool_has_the_tokens(string name, int pools)
    {
        var made = Workload.Create(name, Transactions);
        var after = After(made);

        for (int i = 0; i < pools; i++)
        {
            var pool = WorkloadBuilder.AddressOf("pool", i);
            var (before0, before1) = Reserves(made.State, pool);
            var (after0, after1) = Reserves(after, pool);
            Assert.True(after0 * after1 > before0 * before1);
            Assert.Equal(after0, Balance(after, WorkloadBuilder.AddressOf("first token", i), pool));
            Assert.Equal(after1, Balance(after, WorkloadBuilder.AddressOf("second token", i), pool));
        }
        Assert.Equal(Transactions, CountLogs(made, "Swap(address,address,bool,uint256,uint256)"));
    }

    [Fact]
    public void Each_mint_has_the_next_number()
    {
        var after = After(Workload.Create("nft-mint", Transactions));
        var collection = WorkloadBuilder.AddressOf("collection", 0);

        Assert.Equal((ulong)Transactions, after.GetStorage(collection, CompiledContract.Nft.Slot("totalSupply")));
    }

    [Fact]
    public void Players_move_hit_and_win()
    {
        var made = Workload.Create("game", Transactions, contention: 0.3);

        Assert.InRange(CountLogs(made, "Moved(address,uint16,uint16)"), Transactions / 3, Transactions);
        Assert.InRange(CountLogs(made, "Hit(address,address,uint256,uint256)"), Transactions / 5, Transactions);
        Assert.InRange(CountLogs(made, "Won(address,address,uint256)"), 5, Transactions);
    }

    [Fact]
    public void Agents_post_follow_and_pay()
    {
        var made = Workload.Create("agents", Transactions);

        Assert.InRange(CountLogs(made, "Posted(address,uint256,bytes32)"), Transactions / 5, Transactions);
        Assert.InRange(CountLogs(made, "Followed(address,address)"), Transactions / 5, Transactions);
        Assert.InRange(CountLogs(made, "Paid(address,address,uint256)"), Transactions / 5, Transactions);
    }

    [Fact]
    public void A_computation_takes_375000_gas()
    {
        var made = Workload.Create("heavy", 10);

        Assert.All(made.Result.Receipts, receipt => Assert.InRange(receipt.GasUsed, 365_000ul, 385_000ul));
    }

    [Fact]
    public void An_airdrop_pays_every_recipient()
    {
        var made = Workload.Create("airdrop", 10);

        Assert.All(made.Result.Receipts, receipt => Assert.Equal(20, receipt.Logs.Count));
    }

    [Fact]
    public void A_mixture_has_the_parts_that_it_promises()
    {
        var made = Workload.Create("mixed", 2_000);

        int plain = made.Block.Transactions.Count(transaction => transaction.Data.IsEmpty);
        int senders = made.Block.Transactions.Select(transaction => transaction.Sender).Distinct().Count();
        Assert.InRange(plain, 600, 800);
        Assert.InRange(CountLogs(made, "Swap(address,address,bool,uint256,uint256)"), 300, 500);
        Assert.InRange(senders, 500, 1_900);
    }

    // ---- Reading ----

    private static InMemoryState After(WorkloadBlock made)
    {
        var after = made.State.Clone();
        after.Apply(made.Changes);
        return after;
    }

    private static int CountLogs(WorkloadBlock made, string signature)
    {
        var topic = Keccak.Hash(Encoding.ASCII.GetBytes(signature));
        return made.Result.Receipts.Sum(receipt => receipt.Logs.Count(log => log.Topics[0] == topic));
    }

    private static (UInt256, UInt256) Reserves(InMemoryState state, Address pool)
    {
        var packed = state.GetStorage(pool, CompiledContract.Pool.Slot("reserve0"));
        var mask = (UInt256.One << 112) - UInt256.One;
        return (packed & mask, (packed >> 112) & mask);
    }

    private static UInt256 Balance(InMemoryState state, Address token, Address holder) =>
        state.GetStorage(token, CompiledContract.Erc20.Entry("balanceOf", holder));

    /// <summary>What traders have and what their orders hold, of quote and of base.</summary>
    private static (UInt256 Quote, UInt256 Base) Money(WorkloadBlock made, InMemoryState state)
    {
        var (contract, book) = (CompiledContract.OrderBook, WorkloadBuilder.AddressOf("order book", 0));
        var (quote, @base) = (UInt256.Zero, UInt256.Zero);
        var traders = made.Block.Transactions.Select(transaction => transaction.Sender!.Value)
            .Append(WorkloadBuilder.AddressOf("market maker", 0));
        foreach (var trader in traders)
        {
            quote += state.GetStorage(book, contract.Entry("quoteOf", trader));
            @base += state.GetStorage(book, contract.Entry("baseOf", trader));
        }
        for (ulong level = 0; level < 256; level++)
        {
            quote += Resting(state, book, contract.Slot("_bids"), level) * (level + 1);
            @base += Resting(state, book, contract.Slot("_asks"), level);
        }
        return (quote, @base);
    }

    private static UInt256 Resting(InMemoryState state, Address book, UInt256 side, ulong level)
    {
        var lots = UInt256.Zero;
        var queue = state.GetStorage(book, CompiledContract.Entry(side + UInt256.One, level));
        for (ulong place = queue.U0; place < queue.U1; place++)
            lots += state.GetStorage(book, CompiledContract.Entry(side + 2ul, ((UInt256)level << 64) | place)) >> 160;
        return lots;
    }
}
