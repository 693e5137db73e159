using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// Collects the nodes that a <see cref="Witness"/> needs: the ways to what was read, and what else it takes to compute
/// the root after changes. That is more than the ways to what changed: where all but one of the children of a branch
/// are deleted the last one moves up, and its node must be known. One thread.
/// </summary>
public sealed class WitnessBuilder(INodeReader nodes)
{
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _nodes = [];

    /// <summary>Each once, in no particular order.</summary>
    public IReadOnlyCollection<ReadOnlyMemory<byte>> Nodes => _nodes.Values;

    /// <summary>The way to an account, or to where it would be.</summary>
    /// <exception cref="InvalidDataException">The source lacks a node.</exception>
    public void AddAccount(in Address address) => AddWay(null, Keccak.Hash(address.Bytes));

    /// <summary>The way to a slot, or to where it would be; that to the account is not part of it.</summary>
    /// <exception cref="InvalidDataException">The source lacks a node.</exception>
    public void AddSlot(in Address address, in UInt256 slot) => AddWay(Keccak.Hash(address.Bytes), HashOf(slot));

    /// <summary>All that computing the root after these changes asks for, in whatever order they are made.</summary>
    /// <exception cref="InvalidDataException">The source lacks a node.</exception>
    public void AddChanges(StateChanges changes)
    {
        var accounts = new ChangedKeys();
        foreach (var (address, account) in changes.Accounts)
            accounts.Add(Keccak.Hash(address.Bytes), isDeleted: account is null);
        foreach (var (address, slots) in changes.Storage)
        {
            Hash256 owner = Keccak.Hash(address.Bytes);
            accounts.Add(owner, isDeleted: false);
            // Storage that was lost as a whole begins anew from nothing.
            if (changes.ClearedStorage.Contains(address)) continue;
            var keys = new ChangedKeys();
            foreach (var (slot, value) in slots) keys.Add(HashOf(slot), value.IsZero);
            AddTrie(owner, keys);
        }
        foreach (Address address in changes.ClearedStorage) accounts.Add(Keccak.Hash(address.Bytes), isDeleted: false);
        AddTrie(null, accounts);
    }

    private void AddTrie(Hash256? owner, ChangedKeys keys)
    {
        keys.Sort();
        foreach (Hash256 key in keys.All)
        {
            var way = ProofBuilder.Create(nodes, owner, key);
            foreach (byte[] node in way) Add(node);
            if (keys.IsDeleted(key)) AddSiblings(owner, key, way, keys);
        }
    }

    /// <summary>For each branch above a key that is deleted: the child that no change touches, where there is exactly
    /// one, since the others may all go.</summary>
    private void AddSiblings(Hash256? owner, in Hash256 key, List<byte[]> way, ChangedKeys keys)
    {
        int depth = 0;
        foreach (byte[] rlp in way)
        {
            for (ReadOnlySpan<byte> item = rlp; TrieNode.TryDecode(item, out TrieNode node);)
            {
                if (node.Kind == TrieNodeKind.Leaf) return;
                if (node.Kind == TrieNodeKind.Extension)
                {
                    depth += node.PathLength;
                    item = node.Value;
                }
                else
                {
                    if (FindOnlyUntouched(node, key, depth, keys) is { } sibling) AddWay(owner, sibling);
                    item = node.Child(Nibbles.At(key.Bytes, depth++));
                }
                // What is hashed comes next on the way; smaller nodes lie within this one.
                if (item.Length is 1 or 33) break;
            }
        }
    }

    /// <summary>A key below the only child without a change, or null where none or several have none.</summary>
    private static Hash256? FindOnlyUntouched(in TrieNode branch, in Hash256 key, int depth, ChangedKeys keys)
    {
        Hash256? only = null;
        for (int nibble = 0; nibble < 16; nibble++)
        {
            if (branch.Child(nibble).Length == 1) continue;
            Hash256 below = WithNibble(key, depth, nibble);
            if (keys.Touches(below, depth + 1)) continue;
            if (only is not null) return null;
            only = below;
        }
        return only;
    }

    /// <summary>The key up to a depth, then the nibble, then zeros.</summary>
    private static Hash256 WithNibble(in Hash256 key, int depth, int nibble)
    {
        Span<byte> bytes = stackalloc byte[32];
        key.Bytes[..((depth + 1) / 2)].CopyTo(bytes);
        int high = depth % 2 == 0 ? nibble << 4 : (bytes[depth / 2] & 0xf0) | nibble;
        bytes[depth / 2] = (byte)high;
        return new(bytes);
    }

    private void AddWay(Hash256? owner, in Hash256 key)
    {
        foreach (byte[] node in ProofBuilder.Create(nodes, owner, key)) Add(node);
    }

    private void Add(byte[] node) => _nodes.TryAdd(Keccak.Hash(node), node);

    private static Hash256 HashOf(in UInt256 slot)
    {
        Span<byte> bytes = stackalloc byte[32];
        slot.WriteBigEndian(bytes);
        return Keccak.Hash(bytes);
    }

    /// <summary>Keys of one trie that change.</summary>
    private sealed class ChangedKeys
    {
        private readonly Dictionary<Hash256, bool> _isDeleted = [];
        private Hash256[] _sorted = [];

        public IReadOnlyList<Hash256> All => _sorted;

        public void Add(in Hash256 key, bool isDeleted) => _isDeleted.TryAdd(key, isDeleted);

        public void Sort() => _sorted = [.. _isDeleted.Keys.Order()];

        public bool IsDeleted(in Hash256 key) => _isDeleted[key];

        /// <summary>Whether a key begins with the first nibbles of another, which is zero behind them.</summary>
        public bool Touches(in Hash256 begin, int length)
        {
            int index = Array.BinarySearch(_sorted, begin);
            if (index >= 0) return true;
            index = ~index;
            return index < _sorted.Length
                && Nibbles.CommonLength(begin.Bytes, _sorted[index].Bytes, 0) >= length;
        }
    }
}
