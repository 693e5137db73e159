using Weft.Primitives;
using Weft.State.Trie;

namespace Weft.State.Store;

public sealed partial class StateStore
{
    // ---- Moving on ----

    /// <summary>The state moves over a block. <paramref name="changes"/> must not change afterwards.</summary>
    public void Apply(StateChanges changes)
    {
        _layers[0].Apply(changes);
        foreach (var address in changes.ClearedStorage) _storageEpochs.Forget(address, _flatCache);
        Span<byte> record = stackalloc byte[StateEncoding.AccountSizeMax];
        foreach (var (address, account) in changes.Accounts)
        {
            int size = 0;
            if (account is { } present) size = StateEncoding.WriteAccount(present, record);
            else if (!changes.ClearedStorage.Contains(address)) _storageEpochs.Forget(address, _flatCache);
            _flatCache.Set(address.Bytes, record[..size]);
        }
        Span<byte> place = stackalloc byte[SlotKeySize + CacheEpochs<Address>.Size];
        foreach (var (address, slots) in changes.Storage)
        {
            foreach (var (key, value) in slots)
            {
                WriteSlotKey(address, key, place);
                int placeSize = _storageEpochs.Append(address, place, SlotKeySize);
                _flatCache.Set(place[..placeSize], record[..StateEncoding.WriteNumber(value, record)]);
            }
        }
    }

    /// <summary>The tries move over a block; takes the records over.</summary>
    public void Apply(NodeSet nodes)
    {
        foreach (var owner in nodes.ClearedOwners) _ownerEpochs.Forget(owner, _nodeCache);
        nodes.ForEach(CacheNode);
        _nodeLayers[0].Merge(nodes);
    }

    private void CacheNode(in NodeKey key, ReadOnlySpan<byte> record)
    {
        Span<ulong> words = stackalloc ulong[NodeKey.WordsMax];
        _nodeCache.Set(PlaceOf(key, words), record);
    }

    /// <summary>What was applied since the last call, to be written with <see cref="Write"/>. The state and the tries
    /// must be at the same block.</summary>
    public PendingState Seal()
    {
        var pending = new PendingState(_layers[0], _nodeLayers[0]);
        _layers = [new(), .. _layers];
        _nodeLayers = [new(), .. _nodeLayers];
        return pending;
    }

    /// <summary>The transaction was committed: what was sealed is in the database now. Between blocks only.</summary>
    /// <exception cref="InvalidOperationException">It is not the oldest that was sealed.</exception>
    public void Committed(PendingState pending)
    {
        if (_layers.Length < 2 || _layers[^1] != pending.Changes)
            throw new InvalidOperationException("what was sealed first has to be committed first");
        _layers = _layers[..^1];
        _nodeLayers = _nodeLayers[..^1];
        pending.Nodes.Dispose();
    }

    /// <summary>Back to what the database holds. Nobody may read meanwhile.</summary>
    public void Discard()
    {
        foreach (var nodes in _nodeLayers) nodes.Dispose();
        _layers = [new()];
        _nodeLayers = [new()];
        _storageEpochs.Clear(_flatCache);
        _ownerEpochs.Clear(_nodeCache);
    }
}
