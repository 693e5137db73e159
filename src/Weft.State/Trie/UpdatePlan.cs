using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// The changes of an update in flat memory. Accounts come first, then once more every account whose storage changes:
/// once keys are hashed and sorted, the two lie side by side and become one (<see cref="Join"/>), which saves looking
/// one up for the other.
/// Safe: the buffers hold <see cref="Count"/> values until the next <see cref="Load"/>.
/// </summary>
internal sealed unsafe class UpdatePlan : IDisposable
{
    private const int AddressSize = 20;

    private readonly NativeBuffer<byte> _addresses = new();
    private readonly NativeBuffer<Hash256> _keys = new();
    private readonly NativeBuffer<AccountChange> _changes = new();

    public int Count { get; private set; }

    /// <summary>Hashes of the addresses, once <see cref="HashKeys"/> was called for all.</summary>
    public Hash256* Keys => _keys.Values;

    public AccountChange* Changes => _changes.Values;

    public List<StorageChange> Storages { get; } = [];

    /// <summary>Accounts and slots.</summary>
    public int Size { get; private set; }

    public void Load(StateChanges changes)
    {
        int capacity = changes.Accounts.Count + changes.Storage.Count + changes.ClearedStorage.Count;
        _addresses.Take(AddressSize * capacity);
        _keys.Take(capacity);
        _changes.Take(capacity);
        Storages.Clear();
        (Count, Size) = (0, 0);
        foreach (var (address, account) in changes.Accounts)
        {
            ref var change = ref Add(address);
            change = new() { HasAccount = account.HasValue, IsDeleted = !account.HasValue };
            if (account.HasValue) change.Account = account.GetValueOrDefault();
        }
        foreach (var (address, slots) in changes.Storage)
            AddStorage(changes, address, slots, changes.ClearedStorage.Contains(address));
        foreach (var address in changes.ClearedStorage)
        {
            if (!changes.Storage.ContainsKey(address)) AddStorage(changes, address, null, true);
        }
        Size += Count;
    }

    public void HashKeys(int from, int to) => Keccak.HashBatch(
        new(_addresses.Values + AddressSize * from, AddressSize * (to - from)), AddressSize,
        new(_keys.Values + from, to - from));

    /// <summary>Makes one change of two with the same key, in sorted order; returns how many are left.</summary>
    public int Join(Hash256* keys, int* order, int count)
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (kept > 0 && keys[i] == keys[kept - 1])
            {
                ref var account = ref Changes[order[kept - 1]];
                account.StorageRoot = Changes[order[i]].StorageRoot;
                account.HasStorageRoot = true;
                continue;
            }
            keys[kept] = keys[i];
            order[kept++] = order[i];
        }
        return kept;
    }

    public void Dispose()
    {
        _addresses.Dispose();
        _keys.Dispose();
        _changes.Dispose();
    }

    /// <summary>A deleted account's storage goes with it.</summary>
    private void AddStorage(StateChanges changes, in Address address, Dictionary<UInt256, UInt256>? slots, bool isCleared)
    {
        if (changes.Accounts.TryGetValue(address, out var account) && account is null) return;
        Storages.Add(new(Count, slots, isCleared));
        Add(address) = new() { HasStorageRoot = true };
        Size += slots?.Count ?? 0;
    }

    private ref AccountChange Add(in Address address)
    {
        address.Bytes.CopyTo(new(_addresses.Values + AddressSize * Count, AddressSize));
        return ref _changes.Values[Count++];
    }
}

/// <summary>Slots of the account with a number in the plan.</summary>
internal readonly record struct StorageChange(int Account, Dictionary<UInt256, UInt256>? Slots, bool IsCleared)
{
    public int Count => Slots?.Count ?? 0;
}
