using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.State.AccessLists;

/// <summary>
/// The state in the middle of a block, as its block access list says it is: the state before the block with the last
/// values that the list has below an index. Nothing is applied and nothing prepared: the list is in order, so every
/// question is a search in it. What it says is taken as it is: <see cref="Agrees"/> finds out whether execution comes
/// to the same. One thread at a time. At index 0, which is before all changes, reading does not ask the list.
/// </summary>
public sealed class AccessListState : IStateReader
{
    private readonly bool _codeTakesStorage;

    /// <summary>Codes of the list that accounts were found to have, by their hashes.</summary>
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _codes = [];

    /// <summary>Their hashes, by the number of the account and of its change.</summary>
    private readonly Dictionary<(int Account, int Change), Hash256> _codeHashes = [];

    private BlockAccessList _list = new([]);
    private IStateReader _before = new InMemoryState();
    private int _at;

    // What was looked up last: slots of one account mostly come together. Holds nothing where there is no list.
    private Address _lastAddress;
    private int _last = -1;

    /// <summary><paramref name="codeTakesStorage"/>: before Cancun an account that loses its code has been deleted with
    /// its storage; since then no account with storage is (EIP-6780), and what takes code away is the end of a
    /// delegation (EIP-7702).</summary>
    public AccessListState(bool codeTakesStorage) => _codeTakesStorage = codeTakesStorage;

    /// <summary>Begins a stretch of the block over the state before the block: what was written below the index is
    /// seen.</summary>
    public void MoveTo(IStateReader before, BlockAccessList list, int index)
    {
        (_before, _at) = (before, index);
        if (_list == list) return;
        (_list, _lastAddress) = (list, Address.Zero);
        _last = list.Find(Address.Zero);
        _codes.Clear();
        _codeHashes.Clear();
    }

    // ---- Reading ----

    public bool TryGetAccount(in Address address, out Account account) => _at == 0
        ? _before.TryGetAccount(address, out account)
        : TryGetAccount(Find(address), address, _at, out account);

    public UInt256 GetStorage(in Address address, in UInt256 key) => _at == 0
        ? _before.GetStorage(address, key)
        : GetStorage(Find(address), address, key, _at);

    /// <summary>As <see cref="WorldState"/> decides it: what the state before has counts for as long as the account
    /// lives.</summary>
    public bool HasStorage(in Address address)
    {
        int number = _at == 0 ? -1 : Find(address);
        if (number < 0) return _before.HasStorage(address);
        foreach (ref readonly var slot in _list.Accounts[number].StorageChanges.AsSpan())
            if (!GetStorage(number, address, slot.Slot, _at).IsZero) return true;
        return LastClear(number, _at) < 0 && _before.HasStorage(address);
    }

    /// <summary>Who asks has found the hash in an account.</summary>
    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        _codes.Count != 0 && _codes.TryGetValue(codeHash, out var code) ? code : _before.GetCode(codeHash);

    // ---- Checking ----

    /// <summary>
    /// Whether a world state that began here and has executed up to <paramref name="last"/> ends with the values that
    /// the list has there. <paramref name="found"/>: how many changes of the list in this stretch are of what was
    /// changed. Where stretches make up the block, all agree, and together have found as many changes as the list has,
    /// every one of them began with the true state.
    /// </summary>
    public bool Agrees(WorldState state, int last, out int found)
    {
        var check = new Comparison(this, last);
        state.VisitChanges(ref check);
        found = check.Found;
        return check.Holds;
    }

    /// <summary>All that the list changes below the index where this is.</summary>
    public StateChanges GetChanges()
    {
        var changes = new StateChanges();
        for (int number = 0; number < _list.Accounts.Length; number++) Collect(number, changes);
        return changes;
    }

    private void Collect(int number, StateChanges changes)
    {
        var listed = _list.Accounts[number];
        var address = listed.Address;
        if (listed.BalanceChanges.Length + listed.NonceChanges.Length + listed.CodeChanges.Length > 0)
        {
            Account? before = _before.TryGetAccount(address, out var known) ? known : null;
            Account? after = TryGetAccount(number, address, _at, out var account) ? account : null;
            if (before != after) changes.Accounts.Add(address, after);
            if (after is { } present && present.CodeHash != Hash256.OfEmptyCode
                && present.CodeHash != before?.CodeHash)
                changes.Code[present.CodeHash] = GetCode(present.CodeHash);
        }
        bool isCleared = LastClear(number, _at) >= 0;
        if (isCleared && _before.HasStorage(address)) changes.ClearedStorage.Add(address);
        if (listed.StorageChanges.IsEmpty) return;
        var slots = new Dictionary<UInt256, UInt256>(listed.StorageChanges.Length);
        foreach (ref readonly var slot in listed.StorageChanges.AsSpan())
        {
            var after = GetStorage(number, address, slot.Slot, _at);
            if (after != (isCleared ? UInt256.Zero : _before.GetStorage(address, slot.Slot)))
                slots.Add(slot.Slot, after);
        }
        if (slots.Count != 0) changes.Storage.Add(address, slots);
    }

    /// <summary>An account that changed and is empty is not there any more, unless a nonce of zero, without the loss of
    /// code, says that it came to be as an empty one.</summary>
    private bool TryGetAccount(int number, in Address address, int at, out Account account)
    {
        bool exists = _before.TryGetAccount(address, out account);
        if (number < 0) return exists;
        var listed = _list.Accounts[number];
        int balances = CountBefore(listed.BalanceChanges.AsSpan(), at);
        int nonces = CountBefore(listed.NonceChanges.AsSpan(), at);
        int codes = CountBefore(listed.CodeChanges.AsSpan(), at);
        if ((balances | nonces | codes) == 0) return exists;
        if (!exists) account = Account.Empty;
        account = new(
            nonces > 0 ? listed.NonceChanges[nonces - 1].Value : account.Nonce,
            balances > 0 ? listed.BalanceChanges[balances - 1].Value : account.Balance,
            codes > 0 ? HashOfCode(number, codes - 1) : account.CodeHash);
        if (!account.IsEmpty) return true;
        return nonces > 0 && listed.NonceChanges[nonces - 1].Value == 0
            && (codes == 0 || listed.CodeChanges[codes - 1].Index < listed.NonceChanges[nonces - 1].Index);
    }

    private UInt256 GetStorage(int number, in Address address, in UInt256 key, int at)
    {
        if (number < 0) return _before.GetStorage(address, key);
        var changes = _list.Accounts[number].FindSlot(key);
        int count = CountBefore(changes, at);
        int changed = count > 0 ? changes[count - 1].Index : -1, cleared = LastClear(number, at);
        if (cleared >= changed && cleared >= 0) return UInt256.Zero;
        return count > 0 ? changes[count - 1].Value : _before.GetStorage(address, key);
    }

    // ---- Searching ----

    private int Find(in Address address)
    {
        if (_lastAddress == address) return _last;
        _lastAddress = address;
        return _last = _list.Find(address);
    }

    /// <summary>The last index below <paramref name="before"/> at which the account lost its storage, or -1.</summary>
    private int LastClear(int account, int before)
    {
        if (!_codeTakesStorage) return -1;
        var codes = _list.Accounts[account].CodeChanges.AsSpan();
        for (int i = codes.Length - 1; i >= 0; i--)
            if (codes[i].Index < before && codes[i].Value.IsEmpty) return codes[i].Index;
        return -1;
    }

    /// <summary>Remembers the code, which is asked for by its hash.</summary>
    private Hash256 HashOfCode(int account, int change)
    {
        if (_codeHashes.TryGetValue((account, change), out var hash)) return hash;
        var code = _list.Accounts[account].CodeChanges[change].Value;
        hash = code.IsEmpty ? Hash256.OfEmptyCode : Keccak.Hash(code.Span);
        _codes[hash] = code;
        _codeHashes.Add((account, change), hash);
        return hash;
    }

    /// <summary>How many of the changes, which ascend by index, come before an index.</summary>
    private static int CountBefore<T>(ReadOnlySpan<IndexedChange<T>> changes, int index)
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

    private ref struct Comparison(AccessListState list, int last) : IAccessVisitor
    {
        private readonly int _first = list._at;

        public bool Holds { get; private set; } = true;

        /// <summary>Changes of the list in this stretch whose locations were changed.</summary>
        public int Found { get; private set; }

        /// <summary>The value at the end of the stretch is the last one that the list has in it, or else the one that
        /// the stretch began with.</summary>
        public void Account(in AccountAccess access)
        {
            int number = list.Find(access.Address);
            if (number < 0)
            {
                Holds &= access.After == access.Before && ClearsAgree(number, access);
                return;
            }
            var listed = list._list.Accounts[number];
            var before = access.Before ?? State.Account.Empty;
            int found = Found;
            var expected = new Account(
                Last(listed.NonceChanges.AsSpan(), before.Nonce), Last(listed.BalanceChanges.AsSpan(), before.Balance),
                LastCodeHash(number, access));
            bool exists = Found == found ? access.Before.HasValue
                : !expected.IsEmpty || list.TryGetAccount(number, access.Address, last + 1, out _);
            Holds &= access.After == (exists ? expected : null) && ClearsAgree(number, access);
        }

        public void Slot(in SlotAccess access)
        {
            int number = list.Find(access.Address), found = Found;
            var changes = number < 0 ? [] : list._list.Accounts[number].FindSlot(access.Key);
            var expected = Last(changes, access.Before);
            int cleared = number < 0 ? -1 : list.LastClear(number, last + 1);
            if (cleared >= _first && (Found == found || LastIndex(changes) <= cleared)) expected = UInt256.Zero;
            Holds &= access.After == expected;
        }

        /// <summary>A new account has no storage that could be lost.</summary>
        private readonly bool ClearsAgree(int number, in AccountAccess access)
        {
            bool isListed = number >= 0 && list.LastClear(number, last + 1) >= _first;
            return isListed ? access.StorageCleared : !access.StorageCleared || !list.HasStorage(access.Address);
        }

        private T Last<T>(ReadOnlySpan<IndexedChange<T>> changes, T before)
        {
            if (changes.IsEmpty) return before;
            int end = CountBefore(changes, last + 1);
            int count = end - CountBefore(changes[..end], _first);
            Found += count;
            return count > 0 ? changes[end - 1].Value : before;
        }

        /// <summary>Code that is what the list says needs no hash to tell.</summary>
        private Hash256 LastCodeHash(int number, in AccountAccess access)
        {
            var changes = list._list.Accounts[number].CodeChanges.AsSpan();
            int found = Found;
            var code = Last(changes, default);
            if (Found == found) return access.Before?.CodeHash ?? Hash256.OfEmptyCode;
            return access.After is { } after && !code.IsEmpty && access.NewCode.Span.SequenceEqual(code.Span)
                ? after.CodeHash
                : list.HashOfCode(number, CountBefore(changes, last + 1) - 1);
        }

        private readonly int LastIndex(ReadOnlySpan<IndexedChange<UInt256>> changes) =>
            changes[CountBefore(changes, last + 1) - 1].Index;
    }
}
