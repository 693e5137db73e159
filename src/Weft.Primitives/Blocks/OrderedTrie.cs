using System.Diagnostics;
using System.Numerics;
using Weft.Primitives.Rlp;

namespace Weft.Primitives.Blocks;

/// <summary>A list whose items can write themselves.</summary>
internal interface IOrderedItems
{
    int Count { get; }

    void Write(int index, RlpWriter writer);
}

/// <summary>
/// The Merkle Patricia trie (Yellow Paper, appendix D) over the keys rlp(0), rlp(1), …; only its root is wanted.
/// The keys are known, so their sorted order is too, and every subtrie is a range of it: the trie is walked once, depth
/// first, and never exists in memory. All nodes on the way down share one writer: a finished node stands at its end and
/// is replaced there by the reference that its parent holds. No key is the prefix of another, so no branch has a value.
/// </summary>
internal static class OrderedTrie
{
    /// <summary>rlp(index) is at most 5 bytes.</summary>
    private const int MaxNibbles = 10;

    internal static Hash256 Root<TItems>(TItems items) where TItems : struct, IOrderedItems
    {
        if (items.Count == 0) return Hash256.OfEmptyTrie;
        using var writer = new RlpWriter(4096);
        WriteNode(items, 0, items.Count, 0, writer);
        return writer.Hash();
    }

    /// <summary>Writes the node above the keys with sorted ranks from <paramref name="first"/> to before
    /// <paramref name="end"/>, which agree in their first <paramref name="depth"/> nibbles.</summary>
    private static void WriteNode<TItems>(TItems items, int first, int end, int depth, RlpWriter writer)
        where TItems : struct, IOrderedItems
    {
        Debug.Assert(first < end, "a node holds something");
        int index = IndexOf(first, items.Count);
        ulong key = Key(index, out int nibbles);
        int node = writer.BeginList();
        if (end - first == 1)
        {
            WritePath(key, depth, nibbles, isLeaf: true, writer);
            int value = writer.BeginString();
            items.Write(index, writer);
            writer.EndString(value);
        }
        else
        {
            // Sorted, so what the first and the last key share is shared by all.
            ulong last = Key(IndexOf(end - 1, items.Count), out _);
            int shared = BitOperations.LeadingZeroCount(key ^ last) / 4;
            if (shared > depth)
            {
                WritePath(key, depth, shared, isLeaf: false, writer);
                WriteReference(items, first, end, shared, writer);
            }
            else
            {
                WriteChildren(items, first, end, depth, writer);
            }
        }
        writer.EndList(node);
    }

    private static void WriteChildren<TItems>(TItems items, int first, int end, int depth, RlpWriter writer)
        where TItems : struct, IOrderedItems
    {
        for (int nibble = 0; nibble < 16; nibble++)
        {
            int next = first;
            while (next < end && Nibble(Key(IndexOf(next, items.Count), out _), depth) == nibble) next++;
            if (next == first) writer.Write(0);
            else WriteReference(items, first, next, depth + 1, writer);
            first = next;
        }
        Debug.Assert(first == end, "every key has its child");
        writer.Write(0);
    }

    private static void WriteReference<TItems>(TItems items, int first, int end, int depth, RlpWriter writer)
        where TItems : struct, IOrderedItems
    {
        int start = writer.Length;
        WriteNode(items, first, end, depth, writer);
        writer.FoldNode(start);
    }

    private static void WritePath(ulong key, int from, int to, bool isLeaf, RlpWriter writer)
    {
        Span<byte> nibbles = stackalloc byte[MaxNibbles], path = stackalloc byte[MaxNibbles / 2 + 1];
        for (int i = from; i < to; i++) nibbles[i - from] = (byte)Nibble(key, i);
        int length = HexPrefix.Encode(nibbles[..(to - from)], isLeaf, path);
        writer.Write(path[..length]);
    }

    /// <summary>The index whose key has this rank: rlp(0) is 0x80 and sorts after 1 to 127, which are single bytes, and
    /// before all others, which are longer as they are larger.</summary>
    private static int IndexOf(int rank, int count)
    {
        int rankOfZero = Math.Min(count, 128) - 1;
        return rank < rankOfZero ? rank + 1 : rank == rankOfZero ? 0 : rank;
    }

    /// <summary>rlp(index) in the high bytes of a word, and how many nibbles it has.</summary>
    private static ulong Key(int index, out int nibbles)
    {
        nibbles = 2;
        if (index == 0) return 0x80ul << 56;
        if (index < 0x80) return (ulong)index << 56;
        int size = (39 - BitOperations.LeadingZeroCount((uint)index)) / 8;
        nibbles += 2 * size;
        return (0x80ul + (uint)size) << 56 | (ulong)index << (56 - 8 * size);
    }

    private static int Nibble(ulong key, int position) => (int)(key >> (60 - 4 * position)) & 15;
}
