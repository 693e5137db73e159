using Weft.Chain.Building;
using Weft.Chain.Storage;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Chain.Live;

/// <summary>Opens snapshots and knows those that are open, so that neither their number nor their age grows without
/// bound. Any thread.</summary>
internal sealed class SnapshotSet(Database database, ChainSpec spec, ChainStore blocks, LiveChainOptions options)
{
    private readonly LinkedList<ChainSnapshot> _open = [];
    private readonly Dictionary<ChainSnapshot, LinkedListNode<ChainSnapshot>> _places = [];
    private readonly UndoCache _undo = new(options.UndoCacheBytes);
    private readonly Lock _gate = new();

    /// <summary>Which block: that with a number, that with a hash, or the head where both are null.
    /// <paramref name="hint"/> is probably the head's header, so that it need not be read.</summary>
    public ChainSnapshot? Open(ulong? number, Hash256? hash, BlockHeader hint)
    {
        ThrowIfFull();
        var state = StateSnapshot.Open(database);
        try
        {
            if (TryOpen(state, number, hash, hint) is { } snapshot) return Add(snapshot);
            state.Dispose();
            return null;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>The state after a block that was built on the head.</summary>
    public ChainSnapshot? Open(BuiltBlock pending)
    {
        ThrowIfFull();
        var state = StateSnapshot.Open(database);
        BlockHeader header = pending.Block.Header;
        bool isOnHead = state.Read(transaction => blocks.ReadHead(transaction)) is { } head
            && head.Hash == header.ParentHash;
        if (isOnHead)
            return Add(new(
                this, state, header.Number - 1, spec, blocks, header, header.StateRoot, [], pending.Changes));
        state.Dispose();
        return null;
    }

    public void Remove(ChainSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_places.Remove(snapshot, out var place)) _open.Remove(place);
        }
    }

    /// <summary>Ends those that are too old. They are in the order in which they were opened.</summary>
    public void ExpireOld()
    {
        long oldest = Environment.TickCount64 - (long)options.SnapshotAgeMax.TotalMilliseconds;
        lock (_gate)
        {
            while (_open.First is { } first && first.Value.OpenedAt < oldest)
            {
                first.Value.Expire();
                _places.Remove(first.Value);
                _open.RemoveFirst();
            }
        }
    }

    /// <summary>The chain is closed.</summary>
    public void ExpireAll()
    {
        lock (_gate)
        {
            foreach (var snapshot in _open) snapshot.Expire();
            _open.Clear();
            _places.Clear();
        }
    }

    private void ThrowIfFull()
    {
        ExpireOld();
        lock (_gate)
        {
            if (_open.Count >= options.SnapshotsMax)
                throw new ChainBusyException($"{options.SnapshotsMax} states are being read; try again");
        }
    }

    private ChainSnapshot Add(ChainSnapshot snapshot)
    {
        lock (_gate) _places.Add(snapshot, _open.AddLast(snapshot));
        return snapshot;
    }

    private ChainSnapshot? TryOpen(StateSnapshot state, ulong? number, Hash256? hash, BlockHeader hint)
    {
        HeadRecord head = state.Read(transaction => blocks.ReadHead(transaction))
            ?? throw ChainTables.Damaged("there is no head");
        BlockHeader? header = hint;
        bool isHead = hash is { } wanted ? wanted == head.Hash : (number ?? head.Number) == head.Number;
        if (!isHead || hint.Hash != head.Hash) header = FindHeader(state, number, hash ?? (isHead ? head.Hash : null));
        if (header is null || header.Number > head.Number) return null;
        // The oldest record says whether there are all of them, before anything as long as the chain is made.
        if (!isHead && header.Number < head.Number && FindUndo(state, header.Number + 1) is null) return null;
        var undo = new List<ReadOnlyMemory<byte>>((int)(head.Number - header.Number));
        for (ulong above = header.Number + 1; above <= head.Number; above++)
        {
            if (FindUndo(state, above) is not { } record) return null;
            undo.Add(record);
            foreach (var edit in state.Read(transaction => blocks.ReadEdits(transaction, above))) undo.Add(edit.Undo);
        }
        var root = state.Read(transaction => blocks.ReadStateRoot(transaction, header));
        return new(this, state, head.Number, spec, blocks, header, root, undo, null);
    }

    /// <summary>Of a canonical block.</summary>
    private BlockHeader? FindHeader(StateSnapshot state, ulong? number, Hash256? hash) => state.Read(transaction =>
    {
        var found = hash ?? (number is { } n ? blocks.ReadCanonicalHash(transaction, n) : null);
        if (found is not { } key || blocks.ReadHeader(transaction, key)?.Header is not { } header) return null;
        return blocks.ReadCanonicalHash(transaction, header.Number) == key ? header : null;
    });

    private byte[]? FindUndo(StateSnapshot state, ulong number) => state.Read(transaction =>
    {
        if (blocks.ReadCanonicalHash(transaction, number) is not { } hash) return null;
        if (_undo.Find(hash) is { } known) return known;
        if (blocks.ReadUndo(transaction, number) is not { } record) return null;
        _undo.Add(hash, record);
        return record;
    });
}
