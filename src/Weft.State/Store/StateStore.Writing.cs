using Weft.Primitives;
using Weft.State.Trie;

namespace Weft.State.Store;

public sealed partial class StateStore
{
    /// <summary>Writes what was sealed. On any thread while others read.</summary>
    /// <remarks>Everything in the order of the tables' keys: neighbours then share pages, which the transaction copies
    /// once.</remarks>
    public void Write(PendingState pending, WriteTransaction transaction)
    {
        WriteAccounts(pending.Changes, transaction);
        WriteSlots(pending.Changes, transaction);
        foreach (var (hash, code) in pending.Changes.Code)
            transaction.Put(_tables.Codes, hash.Bytes, code.Span);
        WriteNodes(pending.Nodes, transaction);
    }

    private void WriteAccounts(ChangeLayer changes, WriteTransaction transaction)
    {
        Span<byte> record = stackalloc byte[StateEncoding.AccountSizeMax];
        foreach (var address in Sorted(changes.Accounts))
        {
            if (changes.Accounts[address] is { } account)
                transaction.Put(
                    _tables.Accounts, address.Bytes, record[..StateEncoding.WriteAccount(account, record)]);
            else transaction.Delete(_tables.Accounts, address.Bytes);
        }
    }

    private void WriteSlots(ChangeLayer changes, WriteTransaction transaction)
    {
        Span<byte> place = stackalloc byte[SlotKeySize];
        Span<byte> record = stackalloc byte[32];
        foreach (var address in Sorted(changes.Storage))
        {
            var change = changes.Storage[address];
            if (change.IsCleared) transaction.DeletePrefix(_tables.Slots, address.Bytes);
            foreach (var key in Sorted(change.Slots))
            {
                WriteSlotKey(address, key, place);
                int size = StateEncoding.WriteNumber(change.Slots[key], record);
                if (size > 0) transaction.Put(_tables.Slots, place, record[..size]);
                else if (!change.IsCleared) transaction.Delete(_tables.Slots, place);
            }
        }
    }

    private void WriteNodes(NodeSet nodes, WriteTransaction transaction)
    {
        foreach (var owner in nodes.ClearedOwners.Order())
            transaction.DeletePrefix(_tables.StorageNodes, owner.Bytes);
        nodes.ForEachSorted((in NodeKey key, ReadOnlySpan<byte> record) =>
        {
            Span<byte> place = stackalloc byte[NodeKey.MaxSize];
            place = place[..key.WriteTo(place)];
            if (!record.IsEmpty) transaction.Put(NodeTable(key), place, record);
            else transaction.Delete(NodeTable(key), place);
        });
    }

    private static TKey[] Sorted<TKey, TValue>(Dictionary<TKey, TValue> entries) where TKey : notnull
    {
        var keys = new TKey[entries.Count];
        entries.Keys.CopyTo(keys, 0);
        Array.Sort(keys);
        return keys;
    }
}
