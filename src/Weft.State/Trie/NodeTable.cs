using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Weft.State.Trie;

/// <summary>Records by place: entries in the order in which they came, and an open-addressing index over them. Part of
/// a <see cref="NodeSet"/>; each worker fills one of its own. An entry without bytes is a node that is gone.</summary>
internal sealed unsafe class NodeTable : IDisposable
{
    private const int SmallestIndex = 64, CacheLine = 64;

    private Entry[] _entries = [];
    private int[] _index = [];
    private int _mask = -1;

    /// <summary>Where the bytes of the records lie.</summary>
    public RecordArena Arena { get; } = new();

    public int Count { get; private set; }

    /// <summary>Bytes of all records.</summary>
    public long Size { get; private set; }

    /// <summary>Bytes in the arena whose records were replaced.</summary>
    public long DeadSize { get; private set; }

    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, Count);

    /// <summary>Sets a record whose bytes lie in the arena, or null for none.</summary>
    public void Set(in NodeKey key, byte* bytes, int length)
    {
        int hash = key.GetHashCode();
        int found = Find(key, hash, out int place);
        Size += length;
        if (found >= 0)
        {
            ref var old = ref _entries[found];
            Size -= old.Length;
            DeadSize += old.Length;
            old.Bytes = bytes;
            old.Length = length;
            return;
        }
        if (Count == _entries.Length) GrowEntries();
        _entries[Count] = new() { Key = key, Hash = hash, Bytes = bytes, Length = length };
        _index[place] = ++Count;
        if (Count > _index.Length / 2) Rehash(2 * _index.Length);
    }

    public bool TryGet(in NodeKey key, out ReadOnlySpan<byte> record)
    {
        record = default;
        if (Count == 0) return false;
        int found = Find(key, key.GetHashCode(), out _);
        if (found >= 0) record = _entries[found].Record;
        return found >= 0;
    }

    /// <summary>Asks the processor for records: for all their places in the index, then for all entries, then for the
    /// bytes, so that the ways to memory overlap. Collisions are not followed.</summary>
    public void Prefetch(ReadOnlySpan<NodeKey> keys)
    {
        if (Count == 0 || !Sse.IsSupported) return;
        Span<int> hashes = stackalloc int[INodeReader.PrefetchMax], numbers = stackalloc int[INodeReader.PrefetchMax];
        // Safe: prefetching never faults; all that is read in between lies inside the arrays.
        for (int i = 0; i < keys.Length; i++)
        {
            hashes[i] = keys[i].GetHashCode();
            Sse.Prefetch0(Unsafe.AsPointer(ref _index[hashes[i] & _mask]));
        }
        for (int i = 0; i < keys.Length; i++)
        {
            numbers[i] = _index[hashes[i] & _mask] - 1;
            if (numbers[i] < 0) continue;
            byte* entry = (byte*)Unsafe.AsPointer(ref _entries[numbers[i]]);
            Sse.Prefetch0(entry);
            Sse.Prefetch0(entry + sizeof(Entry) - 1);
        }
        for (int i = 0; i < keys.Length; i++)
        {
            if (numbers[i] < 0) continue;
            ref readonly var entry = ref _entries[numbers[i]];
            if (entry.Hash != hashes[i]) continue;
            for (int at = 0; at < entry.Length; at += CacheLine) Sse.Prefetch0(entry.Bytes + at);
        }
    }

    /// <summary>Drops the entries that <paramref name="isDropped"/> names.</summary>
    public void Drop(Predicate<NodeKey> isDropped)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            ref readonly var entry = ref _entries[i];
            if (!isDropped(entry.Key))
            {
                _entries[kept++] = entry;
                continue;
            }
            Size -= entry.Length;
            DeadSize += entry.Length;
        }
        if (kept == Count) return;
        Count = kept;
        Rehash(_index.Length);
    }

    /// <summary>Copies what is alive to <paramref name="other"/>.</summary>
    public void CopyTo(NodeTable other)
    {
        foreach (ref readonly var entry in Entries)
        {
            other.Set(entry.Key, entry.Length == 0 ? null : other.Arena.Copy(entry.Record), entry.Length);
        }
    }

    /// <summary>Takes over the records of a later table, which is empty afterwards.</summary>
    public void TakeOver(NodeTable later)
    {
        Arena.TakeOver(later.Arena);
        foreach (ref readonly var entry in later.Entries) Set(entry.Key, entry.Bytes, entry.Length);
        DeadSize += later.DeadSize;
        later.Clear();
    }

    public void Clear()
    {
        Arena.Clear();
        if (Count > 0) Array.Clear(_index);
        (Count, Size, DeadSize) = (0, 0, 0);
    }

    public void Dispose()
    {
        Arena.Dispose();
        Return(_entries);
        (_entries, _index, _mask) = ([], [], -1);
        (Count, Size, DeadSize) = (0, 0, 0);
    }

    /// <summary>The entry's number or -1, and the place in the index where it is or belongs.</summary>
    private int Find(in NodeKey key, int hash, out int place)
    {
        if (_mask < 0) Rehash(SmallestIndex);
        for (place = hash & _mask; _index[place] != 0; place = (place + 1) & _mask)
        {
            ref readonly var entry = ref _entries[_index[place] - 1];
            if (entry.Hash == hash && entry.Key == key) return _index[place] - 1;
        }
        return -1;
    }

    private void Rehash(int size)
    {
        if (_index.Length == size) Array.Clear(_index);
        else _index = new int[size];
        _mask = size - 1;
        for (int i = 0; i < Count; i++)
        {
            int place = _entries[i].Hash & _mask;
            while (_index[place] != 0) place = (place + 1) & _mask;
            _index[place] = i + 1;
        }
    }

    private void GrowEntries()
    {
        var larger = ArrayPool<Entry>.Shared.Rent((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(32, 2 * Count)));
        Entries.CopyTo(larger);
        Return(_entries);
        _entries = larger;
    }

    private static void Return(Entry[] entries)
    {
        if (entries.Length > 0) ArrayPool<Entry>.Shared.Return(entries);
    }

    /// <summary>A place and its record.</summary>
    internal struct Entry
    {
        public NodeKey Key;
        public byte* Bytes;
        public int Length;
        public int Hash;

        /// <summary>Safe: the bytes lie in the arena of the table, which outlives the entry.</summary>
        public readonly ReadOnlySpan<byte> Record => new(Bytes, Length);
    }
}
