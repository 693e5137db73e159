using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;
using Xunit;

namespace Weft.Tests.State.Trie;

public class StateTrieTests
{
    [Theory]
    [InlineData(3, 2, 4)]
    [InlineData(40, 30, 10)]
    [InlineData(400, 60, 60)]
    [InlineData(5, 2000, 5)]
    public void Roots_and_records_after_any_history_are_those_of_the_state(int accounts, int slots, int changes)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new RandomChanges(new(seed), accounts, slots);
            var state = new InMemoryState();
            using var store = new NodeSetReader();
            using var trie = new StateTrie(1);
            using var output = new NodeSet();
            for (int step = 0; step < 25; step++)
            {
                var next = random.Next(state, changes);
                state.Apply(next);
                Assert.True(state.ComputeRoot() == trie.Update(store, next, output), $"seed {seed}, step {step}");
                store.Nodes.Merge(output);
            }
            Assert.Equal(Rebuilt(state), store.Content());
        }
    }

    [Fact]
    public void Undoing_changes_gives_back_root_and_records()
    {
        for (int seed = 0; seed < 25; seed++)
        {
            var random = new RandomChanges(new(seed), 30, 50);
            var state = new InMemoryState();
            using var store = new NodeSetReader();
            using var trie = new StateTrie(1);
            using var output = new NodeSet();
            for (int step = 0; step < 15; step++)
            {
                var next = random.Next(state, 20);
                var back = RandomChanges.Reverse(next, state);
                var root = state.ComputeRoot();
                var content = store.Content();
                trie.Update(store, next, output);
                store.Nodes.Merge(output);
                Assert.True(root == trie.Update(store, back, output), $"seed {seed}, step {step}");
                store.Nodes.Merge(output);
                Assert.Equal(content, store.Content());
                state.Apply(next);
                Assert.Equal(state.ComputeRoot(), trie.Update(store, next, output));
                store.Nodes.Merge(output);
            }
        }
    }

    [Fact]
    public void Nothing_changes_the_empty_trie_or_any_other()
    {
        using var store = new NodeSetReader();
        using var trie = new StateTrie(1);
        using var output = new NodeSet();
        Assert.Equal(Hash256.OfEmptyTrie, trie.Update(store, new(), output));
        for (int accounts = 1; accounts < 40; accounts += 6)
        {
            var state = new InMemoryState();
            for (int i = 0; i < accounts; i++) state.SetAccount(Address.FromNumber((ulong)i), Account.Empty);
            Assert.Equal(state.ComputeRoot(), trie.Update(store, RandomChanges.Whole(state), output));
            store.Nodes.Merge(output);
            Assert.Equal(state.ComputeRoot(), trie.Update(store, new(), output));
            Assert.Equal(0, output.Count);
            // The same once more is no change either.
            Assert.Equal(state.ComputeRoot(), trie.Update(store, RandomChanges.Whole(state), output));
            Assert.Equal(0, output.Count);
        }
    }

    [Fact]
    public void Slots_of_an_account_that_does_not_exist_leave_nothing()
    {
        using var store = new NodeSetReader();
        using var trie = new StateTrie(1);
        using var output = new NodeSet();
        var changes = new StateChanges();
        changes.Storage.Add(Address.FromNumber(1), Enumerable.Range(1, 50).ToDictionary(i => (UInt256)(ulong)i, _ => (UInt256)7));
        Assert.Equal(Hash256.OfEmptyTrie, trie.Update(store, changes, output));
        Assert.Equal(0, output.Count);
    }

    [Fact]
    public void A_lost_record_is_named()
    {
        var state = new InMemoryState();
        for (int i = 0; i < 500; i++) state.SetAccount(Address.FromNumber((ulong)i), Account.Empty);
        using var store = new NodeSetReader();
        using var trie = new StateTrie(1);
        using var output = new NodeSet();
        trie.Update(store, RandomChanges.Whole(state), store.Nodes);
        var key = Keccak.Hash(Address.FromNumber(7).Bytes);
        store.Nodes.Set(NodeKey.OfAccounts(key, 1), []);
        var changes = new StateChanges();
        changes.Accounts.Add(Address.FromNumber(7), null);
        var error = Assert.Throws<InvalidDataException>(() => trie.Update(store, changes, output));
        Assert.Contains($"path '{Hex.Encode(key.Bytes)[2]}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(600, 20, 700)]
    [InlineData(3, 6000, 3)]
    [InlineData(2000, 10, 3000)]
    public void Any_number_of_threads_gives_the_same_root_and_the_same_records(int accounts, int slots, int changes)
    {
        int[] counts = [1, 2, 4, 8];
        var tries = counts.Select(count => new StateTrie(count)).ToArray();
        var outputs = counts.Select(_ => new NodeSet()).ToArray();
        for (int seed = 0; seed < 2; seed++)
        {
            var random = new RandomChanges(new(seed), accounts, slots, slotsAtOnce: slots > 1000 ? 3000 : 8);
            var state = new InMemoryState();
            using var store = new NodeSetReader();
            for (int step = 0; step < 6; step++)
            {
                var next = random.Next(state, changes);
                state.Apply(next);
                for (int i = 0; i < counts.Length; i++)
                {
                    Assert.True(state.ComputeRoot() == tries[i].Update(store, next, outputs[i]), $"{counts[i]} threads");
                    Assert.Equal(outputs[0].Count, outputs[i].Count);
                    Assert.Equal(outputs[0].ClearedOwners.Order(), outputs[i].ClearedOwners.Order());
                    if (i > 0) Assert.Equal(NodeSetReader.ContentOf(outputs[0]), NodeSetReader.ContentOf(outputs[i]));
                }
                store.Nodes.Merge(outputs[3]);
            }
            Assert.Equal(Rebuilt(state), store.Content());
        }
        foreach (var trie in tries) trie.Dispose();
        foreach (var output in outputs) output.Dispose();
    }

    [Fact]
    public void What_a_worker_throws_reaches_the_caller_and_the_next_update_is_right()
    {
        var state = new InMemoryState();
        for (int i = 0; i < 5000; i++) state.SetAccount(Address.FromNumber((ulong)i), Account.Empty);
        var all = RandomChanges.Whole(state);
        using var store = new NodeSetReader();
        using var trie = new StateTrie(4);
        using var output = new NodeSet();
        trie.Update(store, all, store.Nodes);
        var change = new StateChanges();
        foreach (var address in all.Accounts.Keys) change.Accounts.Add(address, Account.Empty with { Nonce = 1 });
        for (int i = 0; i < 20; i++)
        {
            Assert.Throws<InvalidDataException>(() => trie.Update(new Failing(store), change, output));
            Assert.Equal(state.ComputeRoot(), trie.Update(store, all, output));
        }
    }

    private sealed class Failing(INodeReader below) : INodeReader
    {
        public int ReadNode(in NodeKey key, Span<byte> destination) => key.Length < 3
            ? below.ReadNode(key, destination) : throw new InvalidDataException("no more");
    }

    private static SortedDictionary<string, string> Rebuilt(InMemoryState state)
    {
        using var store = new NodeSetReader();
        using var trie = new StateTrie(1);
        using var output = new NodeSet();
        Assert.Equal(state.ComputeRoot(), trie.Update(store, RandomChanges.Whole(state), output));
        return NodeSetReader.ContentOf(output);
    }
}
