using System.Diagnostics;
using Weft.Primitives;
using Weft.Primitives.Rlp;

namespace Weft.State.Trie;

/// <summary>
/// Encodes the nodes of a trie from the leaves up, over sorted entries: a node is a range of entries that share a
/// prefix. The children of a node are encoded one behind the other, each level of the recursion into a buffer of its
/// own, so that siblings are hashed side by side. At most four levels for every byte of the longest key.
/// </summary>
internal readonly ref struct TrieBuilder(ReadOnlySpan<TrieEntry> entries)
{
    private readonly ReadOnlySpan<TrieEntry> _entries = entries;
    private readonly List<RlpWriter> _children = [];

    public Hash256 Build()
    {
        using var root = new RlpWriter();
        WriteNode(root, 0, _entries.Length, 0, 0);
        return root.Hash();
    }

    public void Dispose()
    {
        foreach (var writer in _children) writer.Dispose();
    }

    /// <summary>The node of a range, not empty, whose keys share the first <paramref name="depth"/> nibbles.</summary>
    private void WriteNode(RlpWriter writer, int from, int to, int depth, int level)
    {
        var first = _entries[from].Key.Span;
        // What first and last have in common, all between have.
        int common = Nibbles.CommonLength(first, _entries[to - 1].Key.Span, depth);
        int list = writer.BeginList();
        if (to - from == 1)
        {
            WritePath(writer, first, depth, 2 * first.Length, isLeaf: true);
            writer.Write(_entries[from].Value.Span);
        }
        else if (common > depth)
        {
            WritePath(writer, first, depth, common, isLeaf: false);
            WriteExtended(writer, from, to, common, level);
        }
        else
        {
            WriteBranch(writer, from, to, depth, level);
        }
        writer.EndList(list);
    }

    /// <summary>What the path of an extension leads to.</summary>
    private void WriteExtended(RlpWriter writer, int from, int to, int depth, int level)
    {
        var child = ChildrenAt(level);
        WriteNode(child, from, to, depth, level + 1);
        WriteReferences(writer, child.Written, [0, child.Length], 1, 1);
    }

    private void WriteBranch(RlpWriter writer, int from, int to, int depth, int level)
    {
        var children = ChildrenAt(level);
        Span<int> offsets = stackalloc int[17];
        int count = 0, present = 0;
        bool hasValue = 2 * _entries[from].Key.Length == depth;
        for (int start = hasValue ? from + 1 : from, end; start < to; start = end)
        {
            int nibble = Nibbles.At(_entries[start].Key.Span, depth);
            end = start + 1;
            while (end < to && Nibbles.At(_entries[end].Key.Span, depth) == nibble) end++;
            WriteNode(children, start, end, depth + 1, level + 1);
            offsets[++count] = children.Length;
            present |= 1 << nibble;
        }
        WriteReferences(writer, children.Written, offsets[..(count + 1)], present, 16);
        writer.Write(hasValue ? _entries[from].Value.Span : []);
    }

    /// <summary>For each of <paramref name="places"/> whose bit is set in <paramref name="present"/> the next node, or
    /// its hash when it has 32 bytes or more, and the empty string for the others.</summary>
    private static void WriteReferences(
        RlpWriter writer, ReadOnlySpan<byte> nodes, ReadOnlySpan<int> offsets, int present, int places)
    {
        Span<Hash256> hashes = stackalloc Hash256[16];
        hashes = hashes[..(offsets.Length - 1)];
        Keccak.HashMany(nodes, offsets, hashes);
        for (int place = 0, next = 0; place < places; place++)
        {
            if ((present >> place & 1) == 0)
            {
                writer.Write(ReadOnlySpan<byte>.Empty);
                continue;
            }
            var node = nodes[offsets[next]..offsets[next + 1]];
            if (node.Length < 32) writer.WriteRaw(node);
            else writer.Write(hashes[next]);
            next++;
        }
    }

    private static void WritePath(RlpWriter writer, ReadOnlySpan<byte> key, int from, int to, bool isLeaf)
    {
        Span<byte> nibbles = stackalloc byte[2 * TrieRoot.MaxKeySize];
        nibbles = nibbles[..(to - from)];
        Nibbles.Unpack(key, from, to, nibbles);
        Span<byte> path = stackalloc byte[TrieRoot.MaxKeySize + 1];
        writer.Write(path[..HexPrefix.Encode(nibbles, isLeaf, path)]);
    }

    private RlpWriter ChildrenAt(int level)
    {
        Debug.Assert(level <= _children.Count, "levels are entered one by one");
        if (level == _children.Count) _children.Add(new());
        _children[level].Clear();
        return _children[level];
    }
}
