using System.Collections.Immutable;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Overlay;

namespace Weft.State.AccessLists;

/// <summary>
/// Finds what a block access list says of an account or a slot at any point of the block. Built once for a block, then
/// read by any number of threads. Keep it for the next block: its tables have grown.
/// </summary>
public sealed class AccessListIndex
{
    private EntryTable<Address, ListedAccount> _accounts = new(256);
    private EntryTable<SlotKey, ListedSlot> _slots = new(1024);
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _codes = [];

    /// <summary>Changes with an index below.</summary>
    private int[] _changesBefore = [];

    private bool _codeTakesStorage;

    internal BlockAccessList List { get; private set; } = new([]);

    /// <summary>A state for one thread; it asks this index whenever it is asked itself.</summary>
    public AccessListState CreateState() => new(this);

    /// <summary>Takes in the list of another block. <paramref name="codeTakesStorage"/>: before Cancun an account that
    /// loses its code has been deleted with its storage; since then no account with storage is (EIP-6780), and what
    /// takes code away is the end of a delegation (EIP-7702).</summary>
    /// <returns>False for a list that is not in order or names an index above <paramref name="lastIndex"/>.</returns>
    public bool TryBuild(BlockAccessList list, int lastIndex, bool codeTakesStorage)
    {
        (List, _codeTakesStorage) = (list, codeTakesStorage);
        _accounts.Clear();
        _slots.Clear();
        _codes.Clear();
        if (_changesBefore.Length < lastIndex + 2) _changesBefore = new int[2 * (lastIndex + 2)];
        Array.Clear(_changesBefore);
        for (int i = 0; i < list.Accounts.Length; i++)
        {
            if (i > 0 && list.Accounts[i - 1].Address.CompareTo(list.Accounts[i].Address) >= 0) return false;
            if (!TryAdd(list.Accounts[i], lastIndex)) return false;
        }
        for (int i = 1; i < lastIndex + 2; i++) _changesBefore[i] += _changesBefore[i - 1];
        return true;
    }

    /// <summary>Changes that the list has in a stretch of the block, both ends among it.</summary>
    internal int CountChanges(int first, int last) => _changesBefore[last + 1] - _changesBefore[first];

    internal int FindAccount(in Address address) => _accounts.Find((uint)LocationHash.Of(address), address);

    internal ref readonly ListedAccount AccountAt(int number) => ref _accounts[number];

    internal bool TryGetCode(in Hash256 hash, out ReadOnlyMemory<byte> code) => _codes.TryGetValue(hash, out code);

    /// <summary>The changes of a slot; none where the list has none.</summary>
    internal ReadOnlySpan<IndexedChange<UInt256>> FindSlot(int account, in UInt256 key)
    {
        var slotKey = new SlotKey(account, in key);
        int index = _slots.Find(slotKey.Hash, slotKey);
        return index < 0 ? [] : _slots[index].Changes.AsSpan();
    }

    /// <summary>The last index below <paramref name="before"/> at which the account lost its storage, or -1.</summary>
    internal int LastClear(int account, int before)
    {
        if (!_codeTakesStorage || _accounts[account].CodeHashes.Length == 0) return -1;
        var codes = _accounts[account].Changes.CodeChanges;
        for (int i = codes.Length - 1; i >= 0; i--)
            if (codes[i].Index < before && codes[i].Value.IsEmpty) return codes[i].Index;
        return -1;
    }

    /// <summary>How many of the changes, which ascend by index, come before an index.</summary>
    internal static int CountBefore<T>(ReadOnlySpan<IndexedChange<T>> changes, int index)
    {
        int low = 0, high = changes.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (changes[middle].Index < index) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private bool TryAdd(AccountChanges account, int lastIndex)
    {
        int number = _accounts.Count;
        ref var listed = ref _accounts.Add((uint)LocationHash.Of(account.Address));
        listed = new(account);
        for (int i = 0; i < listed.CodeHashes.Length; i++)
            _codes[listed.CodeHashes[i]] = account.CodeChanges[i].Value;
        if (!TryCount(account.BalanceChanges, lastIndex) || !TryCount(account.NonceChanges, lastIndex)
            || !TryCount(account.CodeChanges, lastIndex)) return false;
        for (int i = 0; i < account.StorageChanges.Length; i++)
        {
            ref readonly var slot = ref account.StorageChanges.ItemRef(i);
            if (i > 0 && account.StorageChanges[i - 1].Slot.CompareTo(slot.Slot) >= 0) return false;
            if (!TryCount(slot.Changes, lastIndex)) return false;
            UInt256 key = slot.Slot;
            _slots.Add(new SlotKey(number, in key).Hash) = new()
            {
                Account = number, Key = key, Changes = slot.Changes,
            };
        }
        return true;
    }

    private bool TryCount<T>(ImmutableArray<IndexedChange<T>> changes, int lastIndex)
    {
        int previous = -1;
        foreach (ref readonly var change in changes.AsSpan())
        {
            if (change.Index <= previous || change.Index > lastIndex) return false;
            previous = change.Index;
            _changesBefore[change.Index + 1]++;
        }
        return true;
    }
}

/// <summary>An account of a list. What lookups mostly need lies here; hashes of new codes are computed once.</summary>
internal readonly struct ListedAccount : IKeyed<Address>
{
    public readonly Address Address;

    /// <summary>The index of the first change of balance, nonce or code.</summary>
    public readonly int FirstChange;

    public readonly AccountChanges Changes;
    public readonly Hash256[] CodeHashes;

    public ListedAccount(AccountChanges changes)
    {
        (Address, Changes) = (changes.Address, changes);
        FirstChange = Math.Min(
            Math.Min(First(changes.BalanceChanges), First(changes.NonceChanges)), First(changes.CodeChanges));
        CodeHashes = changes.CodeChanges.IsEmpty ? [] : new Hash256[changes.CodeChanges.Length];
        for (int i = 0; i < CodeHashes.Length; i++) CodeHashes[i] = Keccak.Hash(changes.CodeChanges[i].Value.Span);
    }

    public bool Has(in Address key) => Address == key;

    public uint Hash => (uint)LocationHash.Of(Address);

    private static int First<T>(ImmutableArray<IndexedChange<T>> changes) =>
        changes.IsEmpty ? int.MaxValue : changes[0].Index;
}

/// <summary>A slot of a list.</summary>
internal struct ListedSlot : IKeyed<SlotKey>
{
    public int Account;
    public UInt256 Key;
    public ImmutableArray<IndexedChange<UInt256>> Changes;

    public readonly bool Has(in SlotKey key) => key.Is(Account, in Key);

    public readonly uint Hash => new SlotKey(Account, in Key).Hash;
}
