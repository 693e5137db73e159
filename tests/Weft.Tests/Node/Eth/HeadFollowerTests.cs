using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Node.Eth;
using Weft.Primitives.Blocks;
using Weft.Tests.Chain.Live;
using Xunit;

namespace Weft.Tests.Node.Eth;

public sealed class HeadFollowerTests
{
    [Fact]
    public void Slow_subscriber_hears_of_every_block_all_the_same()
    {
        using var dev = new DevChain(options: new() { ChangesQueuedMax = 2 });
        using var reader = new ChainReader(dev.Chain, dev.Builder);
        using var gate = new ManualResetEventSlim();
        using var heard = new System.Collections.Concurrent.BlockingCollection<ulong>();
        using var follower = new HeadFollower(reader, change =>
        {
            gate.Wait(TimeSpan.FromMinutes(2));
            Assert.False(change.HasGap);
            foreach (ChainBlock block in change.Added) heard.Add(block.Block.Header.Number);
        });
        for (int i = 0; i < 20; i++) Mine(dev);
        gate.Set();
        for (ulong number = 1; number <= 20; number++)
        {
            Assert.True(heard.TryTake(out ulong next, TimeSpan.FromSeconds(60)));
            Assert.Equal(number, next);
        }
    }

    [Fact]
    public void Between_two_branches_are_the_blocks_that_were_removed_and_those_that_were_added()
    {
        using var dev = new DevChain();
        using var reader = new ChainReader(dev.Chain, dev.Builder);
        for (int i = 0; i < 3; i++) Mine(dev);
        BlockHeader old = dev.Chain.Head, ancestor = dev.Chain.Blocks.GetCanonicalHeader(1)!;
        dev.Chain.SetHead(ancestor.Hash);
        for (int i = 0; i < 4; i++) Mine(dev, extraSeconds: 1);
        HeadChange change = HeadFollower.Between(reader, old, dev.Chain.Head);
        Assert.False(change.HasGap);
        Assert.Equal(dev.Chain.Head, change.Head);
        Assert.Equal([3UL, 2], change.Removed.Select(block => block.Block.Header.Number));
        Assert.Equal([2UL, 3, 4, 5], change.Added.Select(block => block.Block.Header.Number));
        Assert.Empty(HeadFollower.Between(reader, old, old).Added);
        HeadChange unknown = HeadFollower.Between(reader, old with { ParentHash = old.Hash }, dev.Chain.Head);
        Assert.True(unknown.HasGap);
    }

    private static void Mine(DevChain dev, ulong extraSeconds = 0)
    {
        PayloadAttributes attributes = dev.Attributes();
        using BuiltBlock built = dev.Builder.Mine(
            attributes with { Timestamp = attributes.Timestamp + extraSeconds })!;
    }
}
