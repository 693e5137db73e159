using System.Buffers.Binary;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>Sorts keys, which are hashes: by the first eight bytes, which compare fastest, then the few that have these
/// in common by all. Safe: every pointer has room for as many values as are asked for.</summary>
internal static unsafe class KeyOrder
{
    public static ulong PrefixOf(Hash256* key) => BinaryPrimitives.ReadUInt64BigEndian(new(key, 8));

    /// <summary>Sorts <paramref name="order"/>, whose items are indices into <paramref name="keys"/> and have the given
    /// prefixes, and copies the keys in that order.</summary>
    public static void Sort(Hash256* keys, ulong* prefixes, int* order, int count, Hash256* sorted)
    {
        var items = new Span<int>(order, count);
        new Span<ulong>(prefixes, count).Sort(items);
        for (int i = 1; i < count; i++)
        {
            if (prefixes[i] == prefixes[i - 1]) SortEqual(keys, prefixes, items, ref i);
        }
        for (int i = 0; i < count; i++) sorted[i] = keys[order[i]];
    }

    private static void SortEqual(Hash256* keys, ulong* prefixes, Span<int> order, ref int i)
    {
        int start = i - 1;
        while (i < order.Length && prefixes[i] == prefixes[start]) i++;
        order[start..i].Sort(new ByKey(keys));
    }

    private sealed class ByKey(Hash256* keys) : IComparer<int>
    {
        /// <summary>Equal keys, an account and its storage, stay in the order in which they came.</summary>
        public int Compare(int a, int b)
        {
            int order = keys[a].CompareTo(keys[b]);
            return order != 0 ? order : a.CompareTo(b);
        }
    }
}
