using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;
using Xunit;

namespace Weft.Tests.State.Trie;

public class WitnessTests
{
    [Fact]
    public void A_witness_of_all_nodes_reads_and_updates_as_the_state_does()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            using var sample = new StateSample(seed, 80, 40);
            var witness = new Witness(sample.Root, sample.NodesFor(RandomChanges.Whole(sample.State)), []);
            for (ulong i = 0; i < 90; i++)
            {
                var address = Address.FromNumber(i);
                Assert.Equal(
                    (sample.State.TryGetAccount(address, out var expected), expected, sample.State.HasStorage(address)),
                    (witness.TryGetAccount(address, out var account), account, witness.HasStorage(address)));
                for (ulong slot = 0; slot < 42; slot++)
                    Assert.Equal(sample.State.GetStorage(address, slot), witness.GetStorage(address, slot));
            }
            using var trie = new StateTrie(2);
            using NodeSet fromStore = new(), fromWitness = new();
            var next = sample.Changes.Next(sample.State, 60);
            Assert.Equal(trie.Update(sample.Store, next, fromStore), trie.Update(witness, next, fromWitness));
            Assert.Equal(NodeSetReader.ContentOf(fromStore), NodeSetReader.ContentOf(fromWitness));
        }
    }

    [Fact]
    public void Nodes_on_the_ways_of_a_change_give_its_root_or_the_sibling_that_is_missing()
    {
        int equal = 0, missing = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            using var sample = new StateSample(seed, 60, 30);
            var next = sample.Changes.Next(sample.State, 4);
            var nodes = sample.NodesFor(next);
            var witness = new Witness(sample.Root, nodes, []);
            using var trie = new StateTrie(1);
            using var output = new NodeSet();
            sample.Apply(next);
            try
            {
                Assert.Equal(sample.Root, trie.Update(witness, next, output));
                equal++;
            }
            catch (InvalidDataException e)
            {
                Assert.Matches("lacks the node at path '[0-9a-f]+' with the hash 0x[0-9a-f]{64}", e.Message);
                missing++;
            }
        }
        Assert.True(equal > 10 && missing > 0, $"{equal} equal, {missing} lack a sibling");
    }

    [Fact]
    public void A_node_that_is_missing_is_named_by_every_way_to_it()
    {
        using var sample = new StateSample(3, 200, 10);
        var address = sample.State.Accounts.First().Key;
        var proof = MerkleProof.CreateForAccount(sample.Store, address);
        string hash = Keccak.Hash(proof[1]).ToString();
        var all = sample.NodesFor(RandomChanges.Whole(sample.State));
        var witness = new Witness(sample.Root, all.Where(node => !node.Span.SequenceEqual(proof[1])), []);
        var change = new StateChanges();
        change.Accounts.Add(address, null);
        using var trie = new StateTrie(1);
        using var output = new NodeSet();
        Action[] ways =
        [
            () => witness.TryGetAccount(address, out _), () => trie.Update(witness, change, output),
            () => MerkleProof.CreateForAccount(witness, address),
        ];
        foreach (var way in ways)
            Assert.Contains(hash, Assert.Throws<InvalidDataException>(way).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Proofs_from_a_witness_are_those_from_the_store()
    {
        using var sample = new StateSample(4, 100, 20);
        var whole = RandomChanges.Whole(sample.State);
        var witness = new Witness(sample.Root, sample.NodesFor(whole), []);
        foreach (var (address, slots) in whole.Storage)
        {
            Assert.Equal(
                MerkleProof.CreateForAccount(sample.Store, address), MerkleProof.CreateForAccount(witness, address));
            foreach (var slot in slots.Keys)
                Assert.Equal(
                    MerkleProof.CreateForSlot(sample.Store, address, slot),
                    MerkleProof.CreateForSlot(witness, address, slot));
        }
    }

    /// <summary>The root is that of a node that was changed: all that it leads to is looked at, nothing is known to be
    /// sound.</summary>
    [Fact]
    public void No_nodes_crash_the_reader_or_an_update()
    {
        using var sample = new StateSample(5, 60, 30);
        var all = sample.NodesFor(RandomChanges.Whole(sample.State));
        var root = all.First(node => Keccak.Hash(node.Span) == sample.Root);
        var random = new Random(6);
        using var trie = new StateTrie(1);
        using var output = new NodeSet();
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] changed = [.. random.Next(2) == 0 ? root.Span : all[random.Next(all.Count)].Span];
            for (int j = random.Next(1, 4); j > 0; j--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) changed = changed[..random.Next(changed.Length)];
            var witness = new Witness(Keccak.Hash(changed), all.Append(changed), []);
            var next = sample.Changes.Next(sample.State, 20);
            try
            {
                foreach (var address in next.Accounts.Keys) witness.GetStorage(address, 1);
                trie.Update(witness, next, output);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1, 3000);
    }

    [Fact]
    public void Codes_are_found_by_their_hash()
    {
        byte[] code = [1, 2, 3];
        var witness = new Witness(Hash256.OfEmptyTrie, [], [code]);
        Assert.Equal(code, witness.GetCode(Keccak.Hash(code)).ToArray());
        Assert.True(witness.GetCode(Hash256.OfEmptyCode).IsEmpty);
        Assert.Throws<InvalidDataException>(() => witness.GetCode(Hash256.Zero));
    }
}
