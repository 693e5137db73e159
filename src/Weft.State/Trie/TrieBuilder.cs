using Weft.Primitives;
using Weft.Primitives.Rlp;

namespace Weft.State.Trie;

/// <summary>
/// Encodes the nodes of a trie from the leaves up, over sorted entries: a node is a range of entries that share a
/// prefix. Every level of the recursion has its own writer, which holds the node's encoding until the parent has taken
/// it (below 32 bytes) or its hash. At most four levels for every byte of the longest key.
/// </summary>
internal ref struct TrieBuilder(ReadOnlySpan<TrieEntry> entries)
{
    private readonly ReadOnlySpan<TrieEntry> _entries = entries;
    private readonly List<RlpWriter> _writers = [];

    public readonly Hash256 Build() => Encode(0, _entries.Length, 0, 0).Hash();

    public readonly void Dispose()
    {
        foreach (var writer in _writers) writer.Dispose();
    }

    /// <summary>The node of a range, not empty, whose keys share the first <paramref name="depth"/> nibbles.</summary>
    private readonly RlpWriter Encode(int from, int to, int depth, int level)
    {
        var writer = WriterOf(level);
        var first = _entries[from].Key.Span;
        int list = writer.BeginList();
        if (to - from == 1)
        {
            WritePath(writer, first, depth, 2 * first.Length, isLeaf: true);
            writer.Write(_entries[from].Value.Span);
        }
        else
        {
            // What first and last have in common, all between have.
            int common = Nibbles.CommonLength(first, _entries[to - 1].Key.Span, depth);
            if (common > depth)
            {
                WritePath(writer, first, depth, common, isLeaf: false);
                WriteChild(writer, Encode(from, to, common, level + 1));
            }
            else
            {
                WriteBranch(writer, from, to, depth, level);
            }
        }
        writer.EndList(list);
        return writer;
    }

    private readonly void WriteBranch(RlpWriter writer, int from, int to, int depth, int level)
    {
        bool hasValue = 2 * _entries[from].Key.Length == depth;
        int start = hasValue ? from + 1 : from;
        for (int nibble = 0; nibble < 16; nibble++)
        {
            int end = start;
            while (end < to && Nibbles.At(_entries[end].Key.Span, depth) == nibble) end++;
            if (end == start) writer.Write(ReadOnlySpan<byte>.Empty);
            else WriteChild(writer, Encode(start, end, depth + 1, level + 1));
            start = end;
        }
        writer.Write(hasValue ? _entries[from].Value.Span : []);
    }

    private static void WritePath(RlpWriter writer, ReadOnlySpan<byte> key, int from, int to, bool isLeaf)
    {
        Span<byte> nibbles = stackalloc byte[2 * TrieRoot.MaxKeySize];
        nibbles = nibbles[..(to - from)];
        Nibbles.Unpack(key, from, to, nibbles);
        Span<byte> path = stackalloc byte[TrieRoot.MaxKeySize + 1];
        writer.Write(path[..HexPrefix.Encode(nibbles, isLeaf, path)]);
    }

    private static void WriteChild(RlpWriter writer, RlpWriter child)
    {
        if (child.Length < 32) writer.WriteRaw(child.Written);
        else writer.Write(child.Hash());
    }

    private readonly RlpWriter WriterOf(int level)
    {
        if (level == _writers.Count) _writers.Add(new());
        _writers[level].Clear();
        return _writers[level];
    }
}
