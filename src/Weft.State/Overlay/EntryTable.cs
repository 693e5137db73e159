using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Weft.State.Overlay;

/// <summary>
/// An open-addressing hash table without deletion. Entries lie densely in the order in which they were added, so that
/// the journal names them by a small number which stays valid until <see cref="Clear"/>. A bucket is the 32-bit hash
/// above the entry number plus one (zero: free); most lookups compare one key. The hash must be mixed with a secret.
/// A mutable struct: keep it in a field that is not read-only.
/// </summary>
internal struct EntryTable<TKey, TEntry>
    where TKey : allows ref struct
    where TEntry : struct, IKeyed<TKey>
{
    /// <summary>Below this share of used buckets it is cheaper to look for them than to sweep all.</summary>
    private const int SweepShare = 64;

    private ulong[] _buckets;
    private TEntry[] _entries;

    /// <param name="capacity">Entries before the first growth: a power of two.</param>
    public EntryTable(int capacity)
    {
        Debug.Assert(int.IsPow2(capacity));
        _entries = new TEntry[capacity];
        _buckets = new ulong[2 * capacity];
    }

    public int Count { get; private set; }

    /// <summary>Valid until the next <see cref="Add"/>, which may move all entries.</summary>
    public readonly ref TEntry this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _entries[index];
    }

    /// <summary>The number of the entry, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Find(uint hash, in TKey key)
    {
        var buckets = _buckets;
        var entries = _entries;
        // At least half of the buckets are free, so the search ends.
        for (uint position = hash; ; position++)
        {
            ulong bucket = buckets[position & (buckets.Length - 1)];
            if ((uint)(bucket >> 32) == hash && bucket != 0)
            {
                int index = (int)(uint)bucket - 1;
                if (entries[index].Has(key)) return index;
            }
            else if (bucket == 0)
            {
                return -1;
            }
        }
    }

    /// <summary>Adds an entry whose key is not there yet. The caller fills it: it may hold what an earlier entry
    /// left.</summary>
    public ref TEntry Add(uint hash)
    {
        if (Count == _entries.Length) Grow();
        Place(_buckets, hash, (ulong)hash << 32 | (uint)(Count + 1));
        return ref _entries[Count++];
    }

    public void Clear()
    {
        if (Count < _buckets.Length / SweepShare) FreeBuckets();
        else Array.Clear(_buckets);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TEntry>()) Array.Clear(_entries, 0, Count);
        Count = 0;
    }

    private readonly void FreeBuckets()
    {
        uint mask = (uint)_buckets.Length - 1;
        for (int index = 0; index < Count; index++)
        {
            // All go, so the search passes over buckets that are free already.
            uint position = _entries[index].Hash;
            while ((uint)_buckets[position & mask] != index + 1) position++;
            _buckets[position & mask] = 0;
        }
    }

    private void Grow()
    {
        _entries = _entries.Doubled();
        var buckets = new ulong[2 * _entries.Length];
        foreach (ulong bucket in _buckets)
        {
            if (bucket != 0) Place(buckets, (uint)(bucket >> 32), bucket);
        }
        _buckets = buckets;
    }

    private static void Place(ulong[] buckets, uint hash, ulong bucket)
    {
        uint position = hash;
        while (buckets[position & (buckets.Length - 1)] != 0) position++;
        buckets[position & (buckets.Length - 1)] = bucket;
    }
}
