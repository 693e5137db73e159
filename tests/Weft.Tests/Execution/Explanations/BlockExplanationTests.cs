using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.Primitives;
using Weft.State;
using Weft.State.MultiVersion;
using Xunit;

namespace Weft.Tests.Execution.Explanations;

public sealed class BlockExplanationTests
{
    private static readonly Address Pool = Address.FromNumber(0xa), Token = Address.FromNumber(0xb);

    /// <summary>1, 2 and 4 go through slot 1 of the pool, 3 and 4 through slots of the token; 5 is alone.</summary>
    private static readonly DependencyGraph Graph = DependencyGraph.Of(
    [
        Footprint(0), Footprint(1, Write(Pool, 1)), Footprint(2, Write(Pool, 1)),
        Footprint(3, Write(Token, 7), Write(Token, 8)), Footprint(4, Write(Pool, 1), Write(Token, 7), Write(Token, 8)),
        Footprint(5), Footprint(6),
    ]);

    private static readonly long[] Costs = [0, 10, 20, 25, 40, 5, 0];

    [Fact]
    public void The_longest_chain_is_told_with_what_links_it()
    {
        var why = BlockExplanation.Of(Graph, Costs, spots: 5);

        Assert.Equal(new[] { 1, 2, 4 }, why.Chain.Nodes);
        Assert.Equal(100, why.Work);
        Assert.Equal(100 / 70.0, why.Parallelism, 9);
        Assert.Equal(1, why.LimitOn(1));
        Assert.Equal(why.Parallelism, why.LimitOn(64));
        Assert.Equal([(1, 2, 20L), (2, 4, 40L)], why.Links.Select(link => (link.From, link.To, link.Ticks)));
        Assert.All(why.Links, link => Assert.Equal([AccessLocation.OfSlot(Pool, 1)], link.Locations));
    }

    [Fact]
    public void Hot_spots_say_who_waits_and_what_it_would_be_without_them()
    {
        var why = BlockExplanation.Of(Graph, Costs, spots: 5);

        Assert.Equal([Pool, Token], why.HotSpots.Select(spot => spot.Address));
        var (pool, token) = (why.HotSpots[0], why.HotSpots[1]);
        Assert.Equal((2, 60, 60), (pool.Dependents, pool.Ticks, pool.ChainTicks));
        Assert.Equal(100 / 65.0, pool.ParallelismWithout, 9);
        Assert.Equal((1, 40, 0), (token.Dependents, token.Ticks, token.ChainTicks));
        Assert.Equal(why.Parallelism, token.ParallelismWithout);
        Assert.Equal(2, token.Locations.Count);
        Assert.Equal(100 / 40.0, why.ParallelismWithout(_ => true), 9);
        Assert.Single(BlockExplanation.Of(Graph, Costs, spots: 1).HotSpots);
    }

    [Fact]
    public void A_block_without_transactions_has_nothing_to_explain()
    {
        var why = BlockExplanation.Of(DependencyGraph.Of([Footprint(0), Footprint(1)]), [0, 0], spots: 3);

        Assert.Equal(1, why.Parallelism);
        Assert.Empty(why.Links);
        Assert.Empty(why.HotSpots);
    }

    private static SlotAccess Write(in Address address, ulong slot) => new(address, slot, 1, 2);

    private static TransactionFootprint Footprint(int index, params SlotAccess[] slots) =>
        new(index, [], [.. slots], 0, UInt256.Zero);
}
