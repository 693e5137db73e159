using Weft.Chain;
using Weft.Chain.Live;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;
using Weft.Tests.Chain;
using Xunit;

namespace Weft.Tests.Chain.Live;

public sealed class LiveChainTests
{
    [Fact]
    public void Snapshot_stays_as_it_is_while_the_chain_moves()
    {
        using var dev = new DevChain();
        var states = new List<(ChainSnapshot Snapshot, UInt256 Balance)>();
        var watched = Address.FromNumber(0x77);
        for (ulong n = 0; n < 6; n++)
        {
            dev.Pool.Add(dev.Sign(0, n, watched, value: 10));
            using (dev.Builder.Mine(dev.Attributes())) { }
            states.Add((dev.Chain.OpenSnapshot(), 10 * (n + 1)));
        }
        dev.Chain.Rewind(2);
        foreach (var (snapshot, balance) in states)
        {
            Assert.True(snapshot.TryGetAccount(watched, out var account));
            Assert.Equal(balance, account.Balance);
            AssertProven(snapshot, watched);
            snapshot.Dispose();
        }
    }

    [Fact]
    public void Snapshots_of_earlier_blocks_are_the_states_that_these_had()
    {
        using var dev = new DevChain();
        var watched = Address.FromNumber(0x77);
        for (ulong n = 0; n < 6; n++)
        {
            dev.Pool.Add(dev.Sign(0, n, watched, value: 10));
            using (dev.Builder.Mine(dev.Attributes())) { }
        }
        for (ulong n = 0; n <= 6; n++)
        {
            using var snapshot = dev.Chain.OpenSnapshot(n)!;
            Assert.Equal(n, snapshot.Header.Number);
            Assert.Equal(n > 0, snapshot.TryGetAccount(watched, out var account));
            Assert.Equal(n * 10, account.Balance);
            AssertProven(snapshot, watched);
            for (ulong b = 0; b <= n; b++) Assert.Equal(dev.Chain.Blocks.GetCanonicalHash(b), snapshot.GetBlockHash(b));
            Assert.Equal(default, snapshot.GetBlockHash(n + 1));
        }
        Assert.Null(dev.Chain.OpenSnapshot(7));
        Assert.Null(dev.Chain.OpenSnapshot(Keccak.Hash("nothing"u8)));
    }

    [Fact]
    public async Task Readers_see_whole_blocks_while_one_thread_writes()
    {
        using var dev = new DevChain();
        Address a = Address.FromNumber(0x77), b = Address.FromNumber(0x78);
        using var done = new CancellationTokenSource();
        long reads = 0;
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                using var snapshot = dev.Chain.OpenSnapshot();
                snapshot.TryGetAccount(a, out var first);
                snapshot.TryGetAccount(b, out var second);
                // Each block pays both the same.
                Assert.Equal(first.Balance, second.Balance);
                Assert.Equal((UInt256)snapshot.Header.Number, first.Balance);
                Interlocked.Increment(ref reads);
            }
        })).ToArray();
        for (ulong n = 0; n < 60 || Volatile.Read(ref reads) < 100; n++)
        {
            dev.Pool.Add(dev.Sign(0, 2 * n, a));
            dev.Pool.Add(dev.Sign(0, 2 * n + 1, b));
            using (dev.Builder.Mine(dev.Attributes())) { }
        }
        await done.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public void Old_snapshots_expire_and_their_number_is_bounded()
    {
        using var bounded = new DevChain(options: new() { SnapshotsMax = 3 });
        var held = new[] { bounded.Chain.OpenSnapshot(), bounded.Chain.OpenSnapshot(), bounded.Chain.OpenSnapshot() };
        Assert.Throws<ChainBusyException>(bounded.Chain.OpenSnapshot);
        foreach (var snapshot in held) snapshot.Dispose();

        using var aging = new DevChain(
            options: new() { SnapshotsMax = 1, SnapshotAgeMax = TimeSpan.FromMilliseconds(50) });
        using var old = aging.Chain.OpenSnapshot();
        Thread.Sleep(80);
        using (aging.Chain.OpenSnapshot())
        {
            Assert.Throws<SnapshotExpiredException>(() => old.TryGetAccount(aging.Accounts[0], out _));
        }
    }

    [Fact]
    public void Blocks_wait_for_their_parents()
    {
        using var source = new TestChain(Fork.Shanghai);
        using var database = DevChain.CreateDatabase();
        using var chain = Open(database, source);
        var first = source.Extend(source.Genesis, [source.Call(source.Genesis, 0, 0, 1, 2)]);
        var second = source.Extend(first.Header, []);
        var third = source.Extend(second.Header, [source.Call(second.Header, 1, 0, 3, 2)]);
        Assert.Equal(ImportStatus.UnknownParent, chain.Import(third).Status);
        Assert.Equal(ImportStatus.UnknownParent, chain.Import(second).Status);
        Assert.True(chain.IsWaiting(second.Header.Hash));
        Assert.Equal(ImportStatus.Extended, chain.Import(first).Status);
        Assert.Equal(third.Header, chain.Head);
        Assert.False(chain.IsWaiting(second.Header.Hash));
    }

    [Fact]
    public void Invalid_blocks_are_remembered_with_what_builds_on_them()
    {
        using var source = new TestChain(Fork.Shanghai);
        using var database = DevChain.CreateDatabase();
        using var chain = Open(database, source);
        var good = source.Extend(source.Genesis, []);
        var bad = good with { Header = good.Header with { StateRoot = Hash256.Zero } };
        var child = new Block(bad.Header with { ParentHash = bad.Header.Hash, Number = 2 }, [], [], []);
        Assert.Equal(ImportStatus.Invalid, chain.Import(bad).Status);
        Assert.Equal(ImportStatus.Invalid, chain.Import(child).Status);
        Assert.Equal(BlockError.StateRootMismatch, chain.FindInvalid(bad.Header.Hash)!.Result.Error);
        Assert.Equal(source.Genesis.Hash, chain.FindInvalid(child.Header.Hash)!.LatestValid);
        Assert.Equal([child.Header, bad.Header], chain.InvalidBlocks.Select(block => block.Header));
        Assert.Equal(ImportStatus.Extended, chain.Import(good).Status);
    }

    [Fact]
    public void Subscribers_are_told_of_removed_and_added_blocks_in_order()
    {
        using var source = new TestChain(Fork.Shanghai);
        using var database = DevChain.CreateDatabase();
        using var chain = Open(database, source);
        using var changes = new System.Collections.Concurrent.BlockingCollection<HeadChange>();
        using var subscription = chain.Subscribe(changes.Add);
        var one = source.Extend(source.Genesis, [source.Call(source.Genesis, 0, 0, 1, 2)]);
        var two = source.Extend(one.Header, []);
        var other = source.Extend(source.Genesis, [source.Call(source.Genesis, 1, 0, 1, 3)], seconds: 13);
        chain.Import(one);
        chain.Import(two);
        Assert.Equal(ImportStatus.SideChain, chain.Import(other).Status);
        Assert.Equal(ImportStatus.Reorganised, chain.SetHead(other.Header.Hash).Status);
        Assert.Equal(one.Header, changes.Take().Head);
        Assert.Equal(two.Header, changes.Take().Head);
        var change = changes.Take();
        Assert.Equal(other.Header, change.Head);
        Assert.Equal([two.Header, one.Header], change.Removed.Select(block => block.Block.Header));
        Assert.Equal([other.Header], change.Added.Select(block => block.Block.Header));
        Assert.Single(change.Removed[1].Receipts);
        Assert.Single(change.Added[0].Receipts[0].Logs);
    }

    [Fact]
    public void Slow_subscriber_is_told_of_the_gap()
    {
        using var dev = new DevChain(options: new() { ChangesQueuedMax = 2 });
        using var gate = new ManualResetEventSlim();
        using var changes = new System.Collections.Concurrent.BlockingCollection<HeadChange>();
        using var subscription = dev.Chain.Subscribe(change =>
        {
            gate.Wait(TimeSpan.FromMinutes(2));
            changes.Add(change);
        });
        for (int i = 0; i < 10; i++)
        {
            using (dev.Builder.Mine(dev.Attributes())) { }
        }
        gate.Set();
        HeadChange last;
        bool hadGap = false;
        do
        {
            last = changes.Take();
            hadGap |= last.HasGap;
        }
        while (last.Head.Number < 10);
        Assert.True(hadGap);
    }

    [Fact]
    public void Handler_is_not_running_any_more_when_its_subscription_is_gone()
    {
        using var dev = new DevChain();
        using var begun = new ManualResetEventSlim();
        bool isRunning = false;
        var subscription = dev.Chain.Subscribe(_ =>
        {
            Volatile.Write(ref isRunning, true);
            begun.Set();
            // Time in which whoever does not wait goes on.
            Thread.Sleep(50);
            Volatile.Write(ref isRunning, false);
        });
        using (dev.Builder.Mine(dev.Attributes())) { }
        Assert.True(begun.Wait(TimeSpan.FromMinutes(1)));
        subscription.Dispose();
        Assert.False(Volatile.Read(ref isRunning));
    }

    [Fact]
    public void Safe_and_final_blocks_must_be_canonical()
    {
        using var dev = new DevChain();
        for (int i = 0; i < 3; i++)
        {
            using (dev.Builder.Mine(dev.Attributes())) { }
        }
        Hash256 second = dev.Chain.Blocks.GetCanonicalHash(2)!.Value;
        Assert.True(dev.Chain.SetFinality(second, default));
        Assert.Equal(2ul, dev.Chain.Safe!.Number);
        Assert.Null(dev.Chain.Finalized);
        Assert.False(dev.Chain.SetFinality(default, Keccak.Hash("nothing"u8)));
        Assert.True(dev.Chain.SetFinality(default, second));
        Assert.Equal(2ul, dev.Chain.Finalized!.Number);
    }

    private static LiveChain Open(Database database, TestChain source) => LiveChain.Open(
        database, source.Spec, new() { Chain = new() { Threads = 1, CacheBytes = 1 << 20 } });

    /// <summary>The tries of the snapshot are those of its header and hold what its state says.</summary>
    private static void AssertProven(ChainSnapshot snapshot, in Address address)
    {
        var proof = MerkleProof.CreateForAccount(snapshot.Nodes, address);
        var result = MerkleProof.VerifyAccount(snapshot.Header.StateRoot, address, proof);
        bool exists = snapshot.TryGetAccount(address, out var account);
        Assert.Equal(exists ? ProofStatus.Present : ProofStatus.Absent, result.Status);
        if (exists) Assert.Equal(account, result.Account);
    }
}
