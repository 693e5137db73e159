using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// Node records that changed: what <see cref="StateTrie.Update"/> leaves and a store takes. A record without bytes says
/// that there is no node any more; a cleared owner, that its storage trie was dropped before the records of the set.
/// Reading is safe for concurrent readers while nobody writes.
/// </summary>
public sealed class NodeSet : IDisposable
{
    /// <summary>Replaced records are thrown out when they take more than this, in bytes, and more than the
    /// others.</summary>
    private const long DeadSizeMax = 1 << 20;

    /// <summary>A place is in one of them only: workers fill one each.</summary>
    private readonly List<NodeTable> _tables = [new()];
    private readonly HashSet<Hash256> _cleared = [];

    public int Count
    {
        get
        {
            int count = 0;
            foreach (var table in _tables) count += table.Count;
            return count;
        }
    }

    /// <summary>Bytes of all records.</summary>
    public long Size
    {
        get
        {
            long size = 0;
            foreach (var table in _tables) size += table.Size;
            return size;
        }
    }

    public IReadOnlyCollection<Hash256> ClearedOwners => _cleared;

    /// <summary>False when the set does not know the place. A cleared owner's places are known, with length
    /// 0.</summary>
    public bool TryRead(in NodeKey key, Span<byte> destination, out int length)
    {
        foreach (var table in _tables)
        {
            if (!table.TryGet(key, out var record)) continue;
            record.CopyTo(destination);
            length = record.Length;
            return true;
        }
        length = 0;
        return key.IsStorage && _cleared.Contains(key.Owner);
    }

    /// <summary>Lets the processor fetch records, at most <see cref="INodeReader.PrefetchMax"/>.</summary>
    public void Prefetch(ReadOnlySpan<NodeKey> keys)
    {
        if (keys.Length > INodeReader.PrefetchMax) throw new ArgumentException($"{keys.Length} keys at once");
        foreach (var table in _tables) table.Prefetch(keys);
    }

    public void Set(in NodeKey key, ReadOnlySpan<byte> record)
    {
        if (record.Length > NodeRecord.MaxSize) throw new ArgumentException($"a record of {record.Length} bytes");
        int table = TableOf(key);
        Set(_tables[table], key, record);
        CompactIfMostlyDead(table);
    }

    /// <summary>Drops the owner's records from the set as well.</summary>
    public void ClearOwner(in Hash256 owner)
    {
        _cleared.Add(owner);
        var cleared = owner;
        foreach (var table in _tables) table.Drop(key => key.IsStorage && key.Owner == cleared);
    }

    /// <summary>Takes over the records of a later set, which is empty afterwards.</summary>
    public void Merge(NodeSet later)
    {
        if (ReferenceEquals(this, later)) throw new ArgumentException("a set cannot take itself over");
        MakeOneTable();
        var all = _tables[0];
        if (later._cleared.Count > 0)
        {
            all.Drop(key => key.IsStorage && later._cleared.Contains(key.Owner));
            _cleared.UnionWith(later._cleared);
        }
        foreach (var table in later._tables) all.TakeOver(table);
        later.Clear();
        CompactIfMostlyDead(0);
    }

    /// <summary>Every record, in the order of <see cref="NodeKey.WriteTo"/>, accounts first.</summary>
    public void ForEachSorted(NodeAction action)
    {
        var entries = new NodeTable.Entry[Count];
        int start = 0;
        foreach (var table in _tables)
        {
            table.Entries.CopyTo(entries.AsSpan(start));
            start += table.Count;
        }
        Array.Sort(entries, static (a, b) => Compare(a.Key, b.Key));
        foreach (ref readonly var entry in entries.AsSpan()) action(entry.Key, entry.Record);
    }

    /// <summary>Every record, in no particular order.</summary>
    internal void ForEach(NodeAction action)
    {
        foreach (var table in _tables)
            foreach (ref readonly var entry in table.Entries) action(entry.Key, entry.Record);
    }

    public void Clear()
    {
        foreach (var table in _tables) table.Clear();
        _cleared.Clear();
    }

    public void Dispose()
    {
        foreach (var table in _tables) table.Dispose();
        _cleared.Clear();
    }

    /// <summary>The table of a worker. Workers set disjoint places.</summary>
    internal NodeTable GetTable(int worker)
    {
        while (_tables.Count <= worker) _tables.Add(new());
        return _tables[worker];
    }

    /// <summary>Marks the owner without looking for records, of which there are none yet.</summary>
    internal void MarkCleared(in Hash256 owner) => _cleared.Add(owner);

    /// <summary>Accounts before storage, then as the bytes of the keys sort.</summary>
    internal static int Compare(NodeKey a, NodeKey b)
    {
        Span<byte> left = stackalloc byte[NodeKey.MaxSize], right = stackalloc byte[NodeKey.MaxSize];
        int order = a.IsStorage.CompareTo(b.IsStorage);
        return order != 0 ? order : left[..a.WriteTo(left)].SequenceCompareTo(right[..b.WriteTo(right)]);
    }

    // Safe: null stands for no bytes only; others are copied into the arena of the table.
    private static unsafe void Set(NodeTable table, in NodeKey key, ReadOnlySpan<byte> record) =>
        table.Set(key, record.IsEmpty ? null : table.Arena.Copy(record), record.Length);

    private int TableOf(in NodeKey key)
    {
        for (int i = _tables.Count - 1; i > 0; i--)
        {
            if (_tables[i].TryGet(key, out _)) return i;
        }
        return 0;
    }

    private void MakeOneTable()
    {
        for (int i = _tables.Count - 1; i > 0; i--)
        {
            _tables[0].TakeOver(_tables[i]);
            _tables[i].Dispose();
            _tables.RemoveAt(i);
        }
    }

    private void CompactIfMostlyDead(int number)
    {
        var table = _tables[number];
        if (table.DeadSize <= DeadSizeMax || table.DeadSize <= table.Size) return;
        _tables[number] = new();
        table.CopyTo(_tables[number]);
        table.Dispose();
    }
}

public delegate void NodeAction(in NodeKey key, ReadOnlySpan<byte> record);
