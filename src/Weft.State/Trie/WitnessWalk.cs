using System.Numerics;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>The way from the root of one trie of a witness towards a key, or a path that is the begin of one.</summary>
internal ref struct WitnessWalk(
    Dictionary<Hash256, ReadOnlyMemory<byte>> nodes, Hash256? owner, Hash256 root, Hash256 key)
{
    private int _depth;

    /// <summary>False when the key is not in the trie.</summary>
    public bool TryFindValue(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryOpenRoot(out var node)) return false;
        while (true)
        {
            if (node.Kind == TrieNodeKind.Leaf)
            {
                if (!node.HasPathOf(key.Bytes, _depth)) return false;
                value = node.Value;
                return true;
            }
            if (!TryStep(ref node)) return false;
        }
    }

    /// <summary>Writes the record at the first nibbles of the key; returns 0 where there is no branch, nor the
    /// root.</summary>
    public int ReadRecord(int length, Span<byte> destination)
    {
        if (!TryOpenRoot(out var node)) return 0;
        if (length == 0 && node.Kind != TrieNodeKind.Branch) return WriteRoot(node, destination);
        while (_depth < length || node.Kind != TrieNodeKind.Branch)
        {
            if (node.Kind == TrieNodeKind.Leaf || !TryStep(ref node)) return 0;
        }
        return _depth == length ? WriteBranch(node, destination) : 0;
    }

    public readonly InvalidDataException Malformed() =>
        new($"the witness has a malformed node or value in the {TrieName} at path '{PathText(_depth)}'");

    private readonly string TrieName => owner is { } account ? $"storage trie of {account}" : "state trie";

    private readonly string PathText(int depth) => Hex.Encode(key.Bytes)[2..(2 + depth)];

    private bool TryOpenRoot(out TrieNode node)
    {
        node = default;
        if (root == Hash256.OfEmptyTrie) return false;
        if (!nodes.TryGetValue(root, out var bytes)) throw Missing(root);
        Decode(bytes.Span, out node);
        return true;
    }

    /// <summary>From a branch or an extension to the next node; false when nothing is there.</summary>
    private bool TryStep(ref TrieNode node)
    {
        ReadOnlySpan<byte> reference;
        if (node.Kind == TrieNodeKind.Branch)
        {
            reference = node.Child(Nibbles.At(key.Bytes, _depth));
            if (reference.Length == 1) return false;
            _depth++;
        }
        else
        {
            if (!node.HasPathOf(key.Bytes, _depth)) return false;
            _depth += node.PathLength;
            reference = node.Value;
        }
        if (TrieNode.IsHash(reference))
        {
            var hash = new Hash256(reference[1..]);
            if (!nodes.TryGetValue(hash, out var bytes)) throw Missing(hash);
            reference = bytes.Span;
        }
        Decode(reference, out node);
        return true;
    }

    /// <summary>A node that can be where the walk is: no path leaves the length of a key.</summary>
    private readonly void Decode(ReadOnlySpan<byte> bytes, out TrieNode node)
    {
        if (!TrieNode.TryDecode(bytes, out node) || !Fits(node, bytes.Length, _depth)) throw Malformed();
    }

    private static bool Fits(in TrieNode node, int length, int depth) => node.Kind switch
    {
        TrieNodeKind.Branch => depth < 64,
        TrieNodeKind.Extension => depth + node.PathLength < 64,
        _ => depth + node.PathLength == 64
            && node.Value.Length <= NodeRecord.MaxValueSize && length <= NodeCodec.MaxNodeSize,
    };

    private readonly InvalidDataException Missing(in Hash256 hash) =>
        new($"the {TrieName} lacks the node at path '{PathText(_depth)}' with the hash {hash}");

    // ---- Records ----

    private readonly int WriteRoot(in TrieNode node, Span<byte> destination)
    {
        destination[0] = node.Kind == TrieNodeKind.Leaf ? NodeRecord.Leaf : NodeRecord.Extension;
        node.Rlp.CopyTo(destination[1..]);
        return 1 + node.Rlp.Length;
    }

    /// <summary>Leaves and extensions come into the record; children whose nodes are not here are marked.</summary>
    private readonly int WriteBranch(in TrieNode branch, Span<byte> destination)
    {
        Span<int> sets = stackalloc int[5];
        sets.Clear();
        Span<byte> lengths = stackalloc byte[16];
        Span<byte> tails = stackalloc byte[16 * NodeCodec.MaxNodeSize];
        int count = 0, size = 0;
        for (int nibble = 0; nibble < 16; nibble++)
        {
            var reference = branch.Child(nibble);
            if (reference.Length == 1) continue;
            int set = Classify(reference, out var child);
            sets[set] |= 1 << nibble;
            if (!TrieNode.IsHash(reference)) sets[4] |= 1 << nibble;
            if (set > 1) continue;
            child.CopyTo(tails[size..]);
            lengths[count++] = (byte)child.Length;
            size += child.Length;
        }
        // One child would not be a branch, and no trie has such a node.
        if (BitOperations.PopCount((uint)(sets[0] | sets[1] | sets[2] | sets[3])) < 2) throw Malformed();
        destination[0] = NodeRecord.Branch;
        for (int i = 0; i < 5; i++)
            (destination[1 + 2 * i], destination[2 + 2 * i]) = ((byte)sets[i], (byte)(sets[i] >> 8));
        int at = NodeRecord.MasksSize;
        lengths[..count].CopyTo(destination[at..]);
        at += count;
        tails[..size].CopyTo(destination[at..]);
        at += size;
        branch.Rlp.CopyTo(destination[at..]);
        return at + branch.Rlp.Length;
    }

    /// <summary>The set of a record to which a child belongs, and its node.</summary>
    private readonly int Classify(ReadOnlySpan<byte> reference, out ReadOnlySpan<byte> bytes)
    {
        bytes = reference;
        if (TrieNode.IsHash(reference))
        {
            if (!nodes.TryGetValue(new(reference[1..]), out var found)) return 3;
            bytes = found.Span;
        }
        if (!TrieNode.TryDecode(bytes, out var node) || !Fits(node, bytes.Length, _depth + 1)) throw Malformed();
        return node.Kind switch { TrieNodeKind.Leaf => 0, TrieNodeKind.Extension => 1, _ => 2 };
    }
}
