using System.Buffers.Binary;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>The changes of an update in flat arrays, keys hashed and sorted.</summary>
internal sealed class UpdatePlan
{
    public AccountChange[] Accounts { get; }
    public Hash256[] AccountKeysByIndex { get; }

    /// <summary>Sorted; the order says which change each is.</summary>
    public Hash256[] AccountKeys { get; }
    public int[] AccountOrder { get; }

    public UInt256[] SlotValues { get; }
    public Hash256[] SlotKeys { get; }
    public int[] SlotOrder { get; }
    public List<StorageRange> Storages { get; } = [];

    public UpdatePlan(StateChanges changes)
    {
        var index = new Dictionary<Address, int>();
        foreach (var address in changes.Accounts.Keys) index.TryAdd(address, index.Count);
        foreach (var address in changes.Storage.Keys) index.TryAdd(address, index.Count);
        foreach (var address in changes.ClearedStorage) index.TryAdd(address, index.Count);
        Accounts = new AccountChange[index.Count];
        AccountKeysByIndex = new Hash256[index.Count];
        foreach (var (address, i) in index) AccountKeysByIndex[i] = Keccak.Hash(address.Bytes);
        foreach (var (address, account) in changes.Accounts)
        {
            ref var change = ref Accounts[index[address]];
            (change.HasAccount, change.IsDeleted) = (account.HasValue, !account.HasValue);
            change.Account = account ?? default;
        }
        int slots = 0;
        foreach (var values in changes.Storage.Values) slots += values.Count;
        SlotValues = new UInt256[slots];
        SlotKeys = new Hash256[slots];
        SlotOrder = new int[slots];
        int at = 0;
        Span<byte> bytes = stackalloc byte[32];
        foreach (var (address, i) in index)
        {
            bool isCleared = changes.ClearedStorage.Contains(address);
            changes.Storage.TryGetValue(address, out var values);
            if ((values is null && !isCleared) || Accounts[i].IsDeleted) continue;
            int from = at;
            foreach (var (key, value) in values ?? [])
            {
                key.WriteBigEndian(bytes);
                SlotKeys[at] = Keccak.Hash(bytes);
                SlotOrder[at] = at;
                SlotValues[at++] = value;
            }
            Sort(SlotKeys.AsSpan(from..at), SlotOrder.AsSpan(from..at));
            Accounts[i].HasStorageRoot = true;
            Storages.Add(new(i, from, at - from, isCleared));
        }
        AccountKeys = AccountKeysByIndex.AsSpan().ToArray();
        AccountOrder = new int[AccountKeys.Length];
        for (int i = 0; i < AccountOrder.Length; i++) AccountOrder[i] = i;
        Sort(AccountKeys, AccountOrder);
    }

    private static void Sort(Span<Hash256> keys, Span<int> order) => keys.Sort(order);
}

/// <summary>The slots of an account among all that change.</summary>
internal readonly record struct StorageRange(int Account, int From, int Count, bool IsCleared);
