using Weft.Primitives;

namespace Weft.State;

/// <summary>The reverse of a block's changes, as bytes that a store keeps. Everything is sorted, so that one account or
/// slot is found without decoding the others (<see cref="UndoReader"/> has the layout).</summary>
public static class UndoRecord
{
    /// <summary>What leads from the state after <paramref name="changes"/> back to <paramref name="before"/>.</summary>
    public static byte[] Encode(StateChanges changes, IStateView before) => new UndoWriter(changes, before).Write();

    /// <summary>One record that undoes what several do, which are given in the order in which it was done.
    /// <paramref name="after"/> is the state behind all of it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no records.</exception>
    public static byte[] Merge(IReadOnlyList<ReadOnlyMemory<byte>> records, IStateView after)
    {
        var places = new StateChanges();
        foreach (var record in records)
        {
            StateChanges undone = Decode(record.Span);
            foreach (var address in undone.Accounts.Keys) places.Accounts.TryAdd(address, default(Account));
            places.ClearedStorage.UnionWith(undone.ClearedStorage);
            foreach (var (address, slots) in undone.Storage)
            {
                if (!places.Storage.TryGetValue(address, out var all)) places.Storage.Add(address, all = []);
                foreach (var key in slots.Keys) all[key] = UInt256.Zero;
            }
        }
        return Encode(places, new HistoricalState(after, records));
    }

    /// <summary>The changes to apply. Code is not among them: it is never deleted.</summary>
    /// <exception cref="InvalidDataException">The bytes are no record.</exception>
    public static StateChanges Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new UndoReader(bytes);
        var changes = new StateChanges();
        for (int i = 0; i < reader.AccountCount; i++)
        {
            if (!changes.Accounts.TryAdd(reader.AccountAddress(i), reader.ReadAccount(i)))
                throw UndoReader.Damaged();
        }
        for (int i = 0; i < reader.StorageCount; i++)
        {
            var address = reader.StorageAddress(i);
            if (reader.IsWhole(i)) changes.ClearedStorage.Add(address);
            var (first, end) = reader.SlotsOf(i);
            if (first == end) continue;
            var slots = new Dictionary<UInt256, UInt256>(end - first);
            for (int slot = first; slot < end; slot++) slots[reader.SlotKey(slot)] = reader.ReadSlot(slot);
            if (!changes.Storage.TryAdd(address, slots)) throw UndoReader.Damaged();
        }
        return changes;
    }

    /// <summary>False when the block did not change the account; null when there was none before the block.</summary>
    /// <exception cref="InvalidDataException">The bytes are no record.</exception>
    public static bool TryFindAccount(ReadOnlySpan<byte> bytes, in Address address, out Account? before)
    {
        var reader = new UndoReader(bytes);
        int index = reader.FindAccount(address);
        before = index >= 0 ? reader.ReadAccount(index) : null;
        return index >= 0;
    }

    /// <summary>False when the block did not change the slot.</summary>
    /// <exception cref="InvalidDataException">The bytes are no record.</exception>
    public static bool TryFindSlot(ReadOnlySpan<byte> bytes, in Address address, in UInt256 key, out UInt256 before)
    {
        before = UInt256.Zero;
        var reader = new UndoReader(bytes);
        int storage = reader.FindStorage(address);
        if (storage < 0) return false;
        int slot = reader.FindSlot(storage, key);
        if (slot < 0) return reader.IsWhole(storage);
        before = reader.ReadSlot(slot);
        return true;
    }

    /// <summary>Takes an account's slots over the block, backwards: <paramref name="slots"/> are those after it, and
    /// may hold zeros afterwards.</summary>
    /// <exception cref="InvalidDataException">The bytes are no record.</exception>
    internal static void UndoSlots(ReadOnlySpan<byte> bytes, in Address address, Dictionary<UInt256, UInt256> slots)
    {
        var reader = new UndoReader(bytes);
        int storage = reader.FindStorage(address);
        if (storage < 0) return;
        if (reader.IsWhole(storage)) slots.Clear();
        var (first, end) = reader.SlotsOf(storage);
        for (int slot = first; slot < end; slot++) slots[reader.SlotKey(slot)] = reader.ReadSlot(slot);
    }
}
