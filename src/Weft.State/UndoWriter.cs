using System.Buffers.Binary;
using Weft.Primitives;
using Weft.State.Store;

namespace Weft.State;

/// <summary>Collects what was before a block's changes and writes it as <see cref="UndoReader"/> reads it.</summary>
internal sealed class UndoWriter
{
    private readonly record struct Storage(Address Address, bool IsWhole, KeyValuePair<UInt256, UInt256>[] Slots);

    private readonly Address[] _accounts;
    private readonly List<Storage> _storages = [];
    private readonly IStateView _before;
    private int _slotCount;

    public UndoWriter(StateChanges changes, IStateView before)
    {
        _before = before;
        _accounts = [.. changes.Accounts.Keys];
        Array.Sort(_accounts);
        CollectStorage(changes);
    }

    // ---- Collecting ----

    private void CollectStorage(StateChanges changes)
    {
        var addresses = new HashSet<Address>(changes.Storage.Keys);
        addresses.UnionWith(changes.ClearedStorage);
        // A deleted account loses its storage, whether the changes say so or not.
        foreach (var (address, account) in changes.Accounts)
            if (account is null && _before.HasStorage(address)) addresses.Add(address);
        foreach (var address in addresses.Order())
        {
            bool isWhole = changes.ClearedStorage.Contains(address)
                || (changes.Accounts.TryGetValue(address, out var account) && account is null);
            var slots = isWhole ? [.. _before.GetSlots(address)] : SlotsBefore(address, changes.Storage[address]);
            Array.Sort(slots, static (a, b) => a.Key.CompareTo(b.Key));
            _storages.Add(new(address, isWhole, slots));
            _slotCount += slots.Length;
        }
    }

    private KeyValuePair<UInt256, UInt256>[] SlotsBefore(in Address address, Dictionary<UInt256, UInt256> changed)
    {
        var slots = new KeyValuePair<UInt256, UInt256>[changed.Count];
        int count = 0;
        foreach (var key in changed.Keys) slots[count++] = new(key, _before.GetStorage(address, key));
        return slots;
    }

    // ---- Writing ----

    public byte[] Write()
    {
        int accountsAt = UndoReader.HeaderSize, storagesAt = accountsAt + _accounts.Length * UndoReader.AccountSize;
        int slotsAt = storagesAt + _storages.Count * UndoReader.StorageSize;
        int valuesAt = slotsAt + _slotCount * UndoReader.SlotSize;
        var bytes = new byte[valuesAt + _accounts.Length * StateEncoding.AccountSizeMax + _slotCount * 32];
        bytes[0] = UndoReader.Format;
        WriteNumber(bytes.AsSpan(1), _accounts.Length);
        WriteNumber(bytes.AsSpan(5), _storages.Count);
        WriteNumber(bytes.AsSpan(9), _slotCount);
        int end = WriteAccounts(bytes.AsSpan(accountsAt), bytes.AsSpan(valuesAt));
        end = WriteStorages(bytes.AsSpan(storagesAt), bytes.AsSpan(slotsAt), bytes.AsSpan(valuesAt), end);
        return bytes[..(valuesAt + end)];
    }

    private int WriteAccounts(Span<byte> entries, Span<byte> values)
    {
        int end = 0;
        foreach (var address in _accounts)
        {
            if (_before.TryGetAccount(address, out var account))
                end += StateEncoding.WriteAccount(account, values[end..]);
            address.CopyTo(entries);
            WriteNumber(entries[20..], end);
            entries = entries[UndoReader.AccountSize..];
        }
        return end;
    }

    private int WriteStorages(Span<byte> entries, Span<byte> slots, Span<byte> values, int end)
    {
        int slotsEnd = 0;
        foreach (var storage in _storages)
        {
            foreach (var (key, value) in storage.Slots)
            {
                end += StateEncoding.WriteNumber(value, values[end..]);
                key.WriteBigEndian(slots);
                WriteNumber(slots[32..], end);
                slots = slots[UndoReader.SlotSize..];
            }
            slotsEnd += storage.Slots.Length;
            storage.Address.CopyTo(entries);
            entries[20] = storage.IsWhole ? (byte)1 : (byte)0;
            WriteNumber(entries[21..], slotsEnd);
            entries = entries[UndoReader.StorageSize..];
        }
        return end;
    }

    private static void WriteNumber(Span<byte> destination, int value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)value);
}
