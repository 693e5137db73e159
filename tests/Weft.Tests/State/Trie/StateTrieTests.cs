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

    private static SortedDictionary<string, string> Rebuilt(InMemoryState state)
    {
        using var store = new NodeSetReader();
        using var trie = new StateTrie(1);
        using var output = new NodeSet();
        Assert.Equal(state.ComputeRoot(), trie.Update(store, RandomChanges.Whole(state), output));
        return NodeSetReader.ContentOf(output);
    }
}
