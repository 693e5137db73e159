using Weft.Primitives;
using Weft.Primitives.Rlp;

namespace Weft.State.Trie;

public enum ProofStatus : byte
{
    /// <summary>The key has the value that the result gives.</summary>
    Present,

    /// <summary>The key is not in the trie.</summary>
    Absent,

    /// <summary>The nodes prove nothing; see <see cref="ProofError"/>.</summary>
    Invalid,
}

/// <summary>Why nodes prove nothing.</summary>
public enum ProofError : byte
{
    None,

    /// <summary>A node is not the one that its parent, or the root, names.</summary>
    WrongHash,

    /// <summary>A node breaks the rules of the encoding.</summary>
    MalformedNode,

    /// <summary>The way to the key goes on, the nodes do not.</summary>
    MissingNode,

    /// <summary>Nodes follow after the end of the way.</summary>
    TrailingNode,

    /// <summary>The value is not an account, or not a slot.</summary>
    MalformedValue,
}

/// <summary>What nodes say of a key. <see cref="NodeIndex"/> is that of the node with the error.</summary>
public readonly record struct ProofResult(
    ProofStatus Status, ReadOnlyMemory<byte> Value, ProofError Error, int NodeIndex);

public readonly record struct AccountProofResult(
    ProofStatus Status, Account Account, Hash256 StorageRoot, ProofError Error);

public readonly record struct SlotProofResult(ProofStatus Status, UInt256 Value, ProofError Error);

/// <summary>
/// Proofs as eth_getProof gives them (EIP-1186): the nodes on the way from the root to a key, or to where it would be.
/// Nodes of less than 32 bytes lie in their parents and are not listed. Nothing in a proof is trusted.
/// </summary>
public static class MerkleProof
{
    /// <summary>The proof of an account, or of its absence.</summary>
    /// <exception cref="InvalidDataException"><paramref name="nodes"/> lacks a node on the way.</exception>
    public static IReadOnlyList<byte[]> CreateForAccount(INodeReader nodes, in Address address) =>
        ProofBuilder.Create(nodes, null, Keccak.Hash(address.Bytes));

    /// <summary>The proof of a slot in the storage trie of an account, or of its absence.</summary>
    /// <exception cref="InvalidDataException"><paramref name="nodes"/> lacks a node on the way.</exception>
    public static IReadOnlyList<byte[]> CreateForSlot(INodeReader nodes, in Address address, in UInt256 slot) =>
        ProofBuilder.Create(nodes, Keccak.Hash(address.Bytes), Hash(slot));

    public static AccountProofResult VerifyAccount(
        in Hash256 stateRoot, in Address address, IReadOnlyList<byte[]> proof)
    {
        var result = Verify(stateRoot, Keccak.Hash(address.Bytes), proof);
        if (result.Status != ProofStatus.Present)
            return new(result.Status, default, Hash256.OfEmptyTrie, result.Error);
        return TrieValue.TryReadAccount(result.Value.Span, out var account, out var storageRoot)
            ? new(ProofStatus.Present, account, storageRoot, ProofError.None)
            : new(ProofStatus.Invalid, default, default, ProofError.MalformedValue);
    }

    /// <summary>An absent slot has the value zero.</summary>
    public static SlotProofResult VerifySlot(in Hash256 storageRoot, in UInt256 slot, IReadOnlyList<byte[]> proof)
    {
        var result = Verify(storageRoot, Hash(slot), proof);
        if (result.Status != ProofStatus.Present) return new(result.Status, default, result.Error);
        return TrieValue.TryReadSlot(result.Value.Span, out var value)
            ? new(ProofStatus.Present, value, ProofError.None)
            : new(ProofStatus.Invalid, default, ProofError.MalformedValue);
    }

    /// <summary>What the nodes say of a key, which is a hash, in the trie with a root.</summary>
    public static ProofResult Verify(in Hash256 root, in Hash256 key, IReadOnlyList<byte[]> proof)
    {
        if (root == Hash256.OfEmptyTrie) return AtEnd(ProofStatus.Absent, default, 0, proof.Count);
        Span<byte> reference = stackalloc byte[33];
        reference[0] = 0xa0;
        root.CopyTo(reference[1..]);
        ReadOnlySpan<byte> next = reference;
        int used = 0;
        for (int depth = 0; ;)
        {
            if (TrieNode.IsHash(next))
            {
                if (used == proof.Count) return Invalid(ProofError.MissingNode, used);
                if (Keccak.Hash(proof[used]) != new Hash256(next[1..])) return Invalid(ProofError.WrongHash, used);
                next = proof[used++];
            }
            if (!TrieNode.TryDecode(next, out var node)) return Invalid(ProofError.MalformedNode, used - 1);
            if (node.Kind == TrieNodeKind.Branch)
            {
                // Deeper than the key is long there can be no branch.
                if (depth == 64) return Invalid(ProofError.MalformedNode, used - 1);
                next = node.Child(Nibbles.At(key.Bytes, depth++));
                if (next.Length == 1) return AtEnd(ProofStatus.Absent, default, used, proof.Count);
                continue;
            }
            bool isOnWay = node.HasPathOf(key.Bytes, depth);
            int end = depth + node.PathLength;
            bool isLeaf = node.Kind == TrieNodeKind.Leaf;
            if (isLeaf ? end != 64 : end >= 64) return Invalid(ProofError.MalformedNode, used - 1);
            if (!isOnWay) return AtEnd(ProofStatus.Absent, default, used, proof.Count);
            if (isLeaf) return AtEnd(ProofStatus.Present, node.Value.ToArray(), used, proof.Count);
            depth = end;
            next = node.Value;
        }
    }

    private static ProofResult AtEnd(ProofStatus status, byte[]? value, int used, int count) =>
        used == count ? new(status, value, ProofError.None, 0) : Invalid(ProofError.TrailingNode, used);

    private static ProofResult Invalid(ProofError error, int node) => new(ProofStatus.Invalid, default, error, node);

    private static Hash256 Hash(in UInt256 slot)
    {
        Span<byte> bytes = stackalloc byte[32];
        slot.WriteBigEndian(bytes);
        return Keccak.Hash(bytes);
    }
}

/// <summary>The values of the two kinds of trie (Yellow Paper 4.1).</summary>
internal static class TrieValue
{
    public static bool TryReadAccount(ReadOnlySpan<byte> value, out Account account, out Hash256 storageRoot)
    {
        var reader = new RlpReader(value);
        int list = reader.BeginList();
        ulong nonce = reader.ReadUInt64();
        var balance = reader.ReadUInt256();
        storageRoot = reader.ReadHash();
        account = new(nonce, balance, reader.ReadHash());
        reader.EndList(list);
        return reader.Finish();
    }

    public static bool TryReadSlot(ReadOnlySpan<byte> value, out UInt256 slot)
    {
        var reader = new RlpReader(value);
        slot = reader.ReadUInt256();
        return reader.Finish() && !slot.IsZero;
    }
}
