using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;
using Xunit;

namespace Weft.Tests.State.Trie;

public class MerkleProofTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(60, 40)]
    [InlineData(500, 8)]
    public void Every_account_and_slot_is_proven_to_be_what_it_is_or_not_to_be(int accounts, int slots)
    {
        using var sample = new StateSample(accounts, accounts, slots);
        int absent = 0;
        for (ulong i = 0; i < (ulong)accounts + 20; i++)
        {
            var address = Address.FromNumber(i);
            var proof = MerkleProof.CreateForAccount(sample.Store, address);
            var result = MerkleProof.VerifyAccount(sample.Root, address, proof);
            bool exists = sample.State.TryGetAccount(address, out var account);
            Assert.Equal((exists ? ProofStatus.Present : ProofStatus.Absent, account), (result.Status, result.Account));
            if (!exists) absent++;
            if (!exists) continue;
            for (ulong slot = 0; slot < (ulong)slots + 3; slot++)
            {
                var slotProof = MerkleProof.CreateForSlot(sample.Store, address, slot);
                var value = sample.State.GetStorage(address, slot);
                Assert.Equal(
                    new(value.IsZero ? ProofStatus.Absent : ProofStatus.Present, value, ProofError.None),
                    MerkleProof.VerifySlot(result.StorageRoot, slot, slotProof));
            }
        }
        Assert.True(absent > 0, "absence was proven as well");
    }

    [Fact]
    public void The_empty_trie_proves_absence_without_nodes()
    {
        using var store = new NodeSetReader();
        Assert.Empty(MerkleProof.CreateForAccount(store, default));
        Assert.Equal(ProofStatus.Absent, MerkleProof.VerifyAccount(Hash256.OfEmptyTrie, default, []).Status);
        Assert.Equal(ProofError.TrailingNode, MerkleProof.VerifyAccount(Hash256.OfEmptyTrie, default, [[0x80]]).Error);
        Assert.Equal(ProofError.MissingNode, MerkleProof.VerifyAccount(Hash256.Zero, default, []).Error);
    }

    [Fact]
    public void A_proof_with_a_node_more_or_less_or_another_byte_proves_nothing()
    {
        using var sample = new StateSample(1, 300, 10);
        var random = new Random(2);
        foreach (var (address, _) in sample.State.Accounts.Take(40))
        {
            var proof = MerkleProof.CreateForAccount(sample.Store, address);
            Assert.Equal(ProofError.MissingNode, Verify([.. proof.Take(proof.Count - 1)]));
            Assert.Equal(ProofError.TrailingNode, Verify([.. proof, proof[0]]));
            for (int i = 0; i < 30; i++)
            {
                byte[][] changed = [.. proof.Select(node => (byte[])node.Clone())];
                int index = random.Next(changed.Length);
                changed[index][random.Next(changed[index].Length)] ^= (byte)random.Next(1, 256);
                Assert.Equal(ProofError.WrongHash, Verify(changed));
            }

            ProofError Verify(byte[][] nodes) => MerkleProof.VerifyAccount(sample.Root, address, nodes).Error;
        }
    }

    /// <summary>The root is that of the first node, so that what follows the hash is looked at.</summary>
    [Fact]
    public void No_bytes_crash_the_verifier()
    {
        using var sample = new StateSample(1, 300, 10);
        var random = new Random(3);
        var seeds = sample.State.Accounts.Take(60)
            .SelectMany(x => MerkleProof.CreateForAccount(sample.Store, x.Key)).ToArray();
        for (int i = 0; i < 30_000; i++)
        {
            byte[] node = [.. seeds[random.Next(seeds.Length)]];
            for (int j = random.Next(1, 4); j > 0; j--) node[random.Next(node.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) node = node[..random.Next(node.Length)];
            var key = random.Next(2) == 0 ? Keccak.Hash(node) : Hash256.Zero;
            var result = MerkleProof.Verify(Keccak.Hash(node), key, [node]);
            Assert.Equal(result.Status == ProofStatus.Invalid, result.Error != ProofError.None);
        }
    }

    [Theory]
    [InlineData("c0", ProofError.MalformedNode)]
    [InlineData("8180", ProofError.MalformedNode)]
    [InlineData("c22005", ProofError.MalformedNode)] // a leaf of no path at the root
    [InlineData("c400c22005", ProofError.MalformedNode)] // an extension of no path
    [InlineData("d1808080808080808080808080808080808001", ProofError.MalformedNode)] // trailing byte
    [InlineData("d18080808080808080808080808080808005", ProofError.MalformedNode)] // a branch with a value
    public void Malformed_nodes_are_named(string node, ProofError error)
    {
        byte[] bytes = Convert.FromHexString(node);
        Assert.Equal(error, MerkleProof.Verify(Keccak.Hash(bytes), Hash256.Zero, [bytes]).Error);
    }
}
