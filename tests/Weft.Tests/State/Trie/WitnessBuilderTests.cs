using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;
using Xunit;

namespace Weft.Tests.State.Trie;

public sealed class WitnessBuilderTests
{
    /// <summary>Few keys and many deletions, so that branches fall together at every depth.</summary>
    [Fact]
    public void Nodes_for_changes_give_the_root_after_them()
    {
        int more = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            using var sample = new StateSample(seed, accounts: 4 + seed % 60, slots: 3 + seed % 30);
            var next = sample.Changes.Next(sample.State, 1 + seed % 12);
            var builder = new WitnessBuilder(sample.Store);
            builder.AddChanges(next);
            var witness = new Witness(sample.Root, builder.Nodes, []);
            if (builder.Nodes.Count > sample.NodesFor(next).DistinctBy(node => Convert.ToHexString(node.Span)).Count())
                more++;
            using var trie = new StateTrie(1);
            using var output = new NodeSet();
            var before = sample.Root;
            sample.Apply(next);

            Assert.Equal(sample.Root, trie.Update(witness, next, output));
            Assert.Equal(before, witness.StateRoot);
        }
        Assert.True(more > 20, $"only {more} changes needed a sibling");
    }

    /// <summary>As other clients compute roots: deletions one after another, in any order.</summary>
    [Fact]
    public void Nodes_for_changes_suffice_when_the_changes_are_made_one_by_one()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            using var sample = new StateSample(seed, accounts: 4 + seed % 60, slots: 3 + seed % 30);
            var next = sample.Changes.Next(sample.State, 1 + seed % 8);
            var builder = new WitnessBuilder(sample.Store);
            builder.AddChanges(next);
            using var trie = new StateTrie(1);
            using var output = new NodeSet();
            using var known = new NodeSetReader();
            IReadOnlyList<ReadOnlyMemory<byte>> nodes = [.. builder.Nodes];
            var store = new WitnessBelow(new Witness(sample.Root, nodes, []), known.Nodes);
            var root = sample.Root;
            foreach (var change in Split(next, new Random(seed)))
            {
                root = trie.Update(store, change, output);
                known.Nodes.Merge(output);
            }
            sample.Apply(next);
            Assert.Equal(sample.Root, root);
        }
    }

    [Fact]
    public void What_was_read_is_found_and_what_was_not_is_missed()
    {
        using var sample = new StateSample(5, accounts: 80, slots: 40);
        var addresses = sample.State.Accounts.Select(account => account.Key).Order().ToArray();
        var builder = new WitnessBuilder(sample.Store);
        builder.AddAccount(addresses[3]);
        var witness = new Witness(sample.Root, builder.Nodes, []);

        Assert.True(witness.TryGetAccount(addresses[3], out var account));
        Assert.True(sample.State.TryGetAccount(addresses[3], out var expected));
        Assert.Equal(expected, account);
        Assert.Contains(addresses, address => Lacks(() => witness.TryGetAccount(address, out _)));
    }

    /// <summary>One change each; storage that is lost goes at once, and an account comes before its slots.</summary>
    private static IEnumerable<StateChanges> Split(StateChanges changes, Random random)
    {
        var addresses = changes.Accounts.Keys.Union(changes.Storage.Keys).Union(changes.ClearedStorage).ToArray();
        random.Shuffle(addresses);
        foreach (var address in addresses)
        {
            var first = new StateChanges();
            if (changes.Accounts.TryGetValue(address, out var account)) first.Accounts.Add(address, account);
            var slots = changes.Storage.GetValueOrDefault(address) ?? [];
            bool isCleared = changes.ClearedStorage.Contains(address);
            if (isCleared) first.ClearedStorage.Add(address);
            if (isCleared && slots.Count > 0) first.Storage.Add(address, slots);
            yield return first;
            if (isCleared) continue;
            var keys = slots.Keys.ToArray();
            random.Shuffle(keys);
            foreach (var key in keys)
            {
                var one = new StateChanges();
                one.Storage.Add(address, new() { [key] = slots[key] });
                yield return one;
            }
        }
    }

    private static bool Lacks(Action read) => Record.Exception(read) is InvalidDataException;

    /// <summary>Records that changed over those of a witness.</summary>
    private sealed class WitnessBelow(Witness witness, NodeSet changed) : INodeReader
    {
        public int ReadNode(in NodeKey key, Span<byte> destination) =>
            changed.TryRead(key, destination, out int length) ? length
            : key.IsStorage && changed.ClearedOwners.Contains(key.Owner) ? 0
            : witness.ReadNode(key, destination);
    }
}
