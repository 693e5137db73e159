using System.Buffers;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Weft.State.Trie;

/// <summary>Records by place: entries in the order in which they came, and an open-addressing index over them, made
/// when somebody asks for a place. Part of a <see cref="NodeSet"/>; each worker fills one of its own. An entry without
/// bytes is a node that is gone.</summary>
internal sealed unsafe class NodeTable : IDisposable
{
    private const int SmallestIndex = 64, CacheLine = 64;

    private Entry[] _entries = [];
    private int[] _index = [];
    private int _mask = -1;

    /// <summary>Entries that the index knows: the first so many.</summary>
    private volatile int _indexed;
    private readonly Lock _indexing = new();

    /// <summary>Where the bytes of the records lie.</summary>
    public RecordArena Arena { get; } = new();

    public int Count { get; private set; }

    /// <summary>Bytes of all records.</summary>
    public long Size { get; private set; }

    /// <summary>Bytes in the arena whose records were replaced.</summary>
    public long DeadSize { get; private set; }

    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, Count);

    /// <summary>Adds a record at a place that the table does not have yet; the bytes lie in the arena, or are null for
    /// none. Touches no index, of which every line would have to come from memory. Returns where its key
    /// goes.</summary>
    public ref NodeKey Append(byte* bytes, int length)
    {
        if (Count == _entries.Length) GrowEntries();
        ref var entry = ref _entries[Count++];
        entry.Bytes = bytes;
        entry.Length = length;
        Size += length;
        return ref entry.Key;
    }

    /// <summary>Sets a record whose bytes lie in the arena, or null for none.</summary>
    public void Set(in NodeKey key, byte* bytes, int length)
    {
        EnsureIndex();
        int hash = key.GetHashCode(), found = Find(key, hash, out int place);
        if (found < 0)
        {
            Append(bytes, length) = key;
            _entries[Count - 1].Hash = hash;
            _index[place] = Count;
            _indexed = Count;
            if (Count > _index.Length / 2) Rehash();
            return;
        }
        ref var old = ref _entries[found];
        Size += length - old.Length;
        DeadSize += old.Length;
        old.Bytes = bytes;
        old.Length = length;
    }

    public bool TryGet(in NodeKey key, out ReadOnlySpan<byte> record)
    {
        record = default;
        if (Count == 0) return false;
        EnsureIndex();
        int found = Find(key, key.GetHashCode(), out _);
        if (found >= 0) record = _entries[found].Record;
        return found >= 0;
    }

    /// <summary>Asks the processor for records: for all their places in the index, then for all entries, then for the
    /// bytes, so that the ways to memory overlap. Collisions are not followed.</summary>
    public void Prefetch(ReadOnlySpan<NodeKey> keys)
    {
        if (Count == 0 || !Sse.IsSupported) return;
        EnsureIndex();
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
        Forget();
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
        (Count, Size, DeadSize) = (0, 0, 0);
        Forget();
    }

    public void Dispose()
    {
        Arena.Dispose();
        Return(_entries);
        (_entries, _index, _mask, _indexed) = ([], [], -1, 0);
        (Count, Size, DeadSize) = (0, 0, 0);
    }

    /// <summary>The entry's number or -1, and the place in the index where it is or belongs.</summary>
    private int Find(in NodeKey key, int hash, out int place)
    {
        for (place = hash & _mask; _index[place] != 0; place = (place + 1) & _mask)
        {
            ref readonly var entry = ref _entries[_index[place] - 1];
            if (entry.Hash == hash && entry.Key == key) return _index[place] - 1;
        }
        return -1;
    }

    /// <summary>Many may read, and each of them be the first.</summary>
    private void EnsureIndex()
    {
        if (_mask >= 0 && _indexed == Count) return;
        lock (_indexing)
        {
            if (_mask >= 0 && _indexed == Count) return;
            foreach (ref var entry in _entries.AsSpan(_indexed, Count - _indexed)) entry.Hash = entry.Key.GetHashCode();
            Rehash();
            Debug.Assert(HasPlacesOnce(), "an update visits a place once");
        }
    }

    private bool HasPlacesOnce()
    {
        for (int i = 0; i < Count; i++)
        {
            if (Find(_entries[i].Key, _entries[i].Hash, out _) != i) return false;
        }
        return true;
    }

    /// <summary>An index of all entries, at most half full.</summary>
    private void Rehash()
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(SmallestIndex, 2 * Count + 1));
        var index = _index;
        if (index.Length < size) index = new int[size];
        else Array.Clear(index);
        _index = index;
        int mask = index.Length - 1;
        for (int i = 0; i < Count; i++)
        {
            int place = _entries[i].Hash & mask;
            while (index[place] != 0) place = (place + 1) & mask;
            index[place] = i + 1;
        }
        _mask = mask;
        // Last: who sees this number sees the index.
        _indexed = Count;
    }

    /// <summary>The entries are others now.</summary>
    private void Forget() => (_mask, _indexed) = (-1, 0);

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
