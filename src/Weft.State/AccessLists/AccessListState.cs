using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.State.AccessLists;

/// <summary>
/// The state in the middle of a block, as its block access list says it is: the state before the block with the last
/// values that the list has below an index. Nothing is applied; every question is looked up. What the list says is
/// taken as it is: <see cref="Agrees"/> finds out whether execution comes to the same. One thread at a time.
/// At index 0, which is before all changes, reading does not ask the list, which may not be there yet.
/// </summary>
public sealed class AccessListState : IStateReader
{
    private readonly AccessListIndex _index;
    private IStateReader _before = new InMemoryState();
    private int _at;

    internal AccessListState(AccessListIndex index) => _index = index;

    /// <summary>Begins a stretch of the block over the state before the block: what was written below the index is
    /// seen.</summary>
    public void MoveTo(IStateReader before, int index) => (_before, _at) = (before, index);

    // ---- Reading ----

    public bool TryGetAccount(in Address address, out Account account) => _at == 0
        ? _before.TryGetAccount(address, out account)
        : TryGetAccount(_index.FindAccount(address), address, _at, out account);

    public UInt256 GetStorage(in Address address, in UInt256 key) => _at == 0
        ? _before.GetStorage(address, key)
        : GetStorage(_index.FindAccount(address), address, key, _at);

    /// <summary>As <see cref="WorldState"/> decides it: what the state before has counts for as long as the account
    /// lives.</summary>
    public bool HasStorage(in Address address)
    {
        int number = _at == 0 ? -1 : _index.FindAccount(address);
        if (number < 0) return _before.HasStorage(address);
        foreach (ref readonly var slot in _index.AccountAt(number).Changes.StorageChanges.AsSpan())
            if (!GetStorage(number, address, slot.Slot, _at).IsZero) return true;
        return _index.LastClear(number, _at) < 0 && _before.HasStorage(address);
    }

    /// <summary>New code is among that of the list, whenever it was set.</summary>
    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        _at != 0 && _index.TryGetCode(codeHash, out var code) ? code : _before.GetCode(codeHash);

    // ---- Checking ----

    /// <summary>
    /// Whether a world state that began here and has executed up to <paramref name="last"/> has made exactly the
    /// changes of the list in this stretch: it ends with the values that the list has there, and there are no others.
    /// Where this holds for stretches that make up the block, every one of them began with the true state.
    /// </summary>
    public bool Agrees(WorldState state, int last)
    {
        var check = new Comparison(this, last);
        state.VisitChanges(ref check);
        return check.Holds && check.Found == _index.CountChanges(_at, last);
    }

    /// <summary>All that the list changes below the index where this is.</summary>
    public StateChanges GetChanges()
    {
        var changes = new StateChanges();
        for (int number = 0; number < _index.List.Accounts.Length; number++) Collect(number, changes);
        return changes;
    }

    private void Collect(int number, StateChanges changes)
    {
        var listed = _index.AccountAt(number).Changes;
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
        bool isCleared = _index.LastClear(number, _at) >= 0;
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
        ref readonly ListedAccount listed = ref _index.AccountAt(number);
        if (listed.FirstChange >= at) return exists;
        if (!exists) account = Account.Empty;
        var changes = listed.Changes;
        int balances = AccessListIndex.CountBefore(changes.BalanceChanges.AsSpan(), at);
        int nonces = AccessListIndex.CountBefore(changes.NonceChanges.AsSpan(), at);
        int codes = AccessListIndex.CountBefore(changes.CodeChanges.AsSpan(), at);
        account = new(
            nonces > 0 ? changes.NonceChanges[nonces - 1].Value : account.Nonce,
            balances > 0 ? changes.BalanceChanges[balances - 1].Value : account.Balance,
            codes > 0 ? listed.CodeHashes[codes - 1] : account.CodeHash);
        if (!account.IsEmpty) return true;
        return nonces > 0 && changes.NonceChanges[nonces - 1].Value == 0
            && (codes == 0 || changes.CodeChanges[codes - 1].Index < changes.NonceChanges[nonces - 1].Index);
    }

    private UInt256 GetStorage(int number, in Address address, in UInt256 key, int at)
    {
        if (number < 0) return _before.GetStorage(address, key);
        var changes = _index.FindSlot(number, key);
        int count = AccessListIndex.CountBefore(changes, at);
        int changed = count > 0 ? changes[count - 1].Index : -1, cleared = _index.LastClear(number, at);
        if (cleared >= changed && cleared >= 0) return UInt256.Zero;
        return count > 0 ? changes[count - 1].Value : _before.GetStorage(address, key);
    }

    private ref struct Comparison(AccessListState list, int last) : IAccessVisitor
    {
        private readonly AccessListIndex _index = list._index;
        private readonly int _first = list._at;

        public bool Holds { get; private set; } = true;

        /// <summary>Changes of the list in this stretch whose locations were changed.</summary>
        public int Found { get; private set; }

        /// <summary>The value at the end of the stretch is the last one that the list has in it, or else the one that
        /// the stretch began with.</summary>
        public void Account(in AccountAccess access)
        {
            int number = _index.FindAccount(access.Address);
            if (number < 0)
            {
                Holds &= access.After == access.Before && ClearsAgree(number, access);
                return;
            }
            ref readonly ListedAccount listed = ref _index.AccountAt(number);
            var before = access.Before ?? State.Account.Empty;
            int found = Found;
            var expected = new Account(
                Last(listed.Changes.NonceChanges.AsSpan(), before.Nonce),
                Last(listed.Changes.BalanceChanges.AsSpan(), before.Balance),
                LastCodeHash(listed, before.CodeHash));
            bool exists = Found == found ? access.Before.HasValue
                : !expected.IsEmpty || list.TryGetAccount(number, access.Address, last + 1, out _);
            Holds &= access.After == (exists ? expected : null) && ClearsAgree(number, access);
        }

        public void Slot(in SlotAccess access)
        {
            int number = _index.FindAccount(access.Address), found = Found;
            var changes = number < 0 ? [] : _index.FindSlot(number, access.Key);
            var expected = Last(changes, access.Before);
            int cleared = number < 0 ? -1 : _index.LastClear(number, last + 1);
            if (cleared >= _first && (Found == found || LastIndex(changes) <= cleared)) expected = UInt256.Zero;
            Holds &= access.After == expected;
        }

        /// <summary>A new account has no storage that could be lost.</summary>
        private readonly bool ClearsAgree(int number, in AccountAccess access)
        {
            bool isListed = number >= 0 && _index.LastClear(number, last + 1) >= _first;
            return isListed ? access.StorageCleared : !access.StorageCleared || !list.HasStorage(access.Address);
        }

        private T Last<T>(ReadOnlySpan<IndexedChange<T>> changes, T before)
        {
            if (changes.IsEmpty) return before;
            int end = AccessListIndex.CountBefore(changes, last + 1);
            int count = end - AccessListIndex.CountBefore(changes[..end], _first);
            Found += count;
            return count > 0 ? changes[end - 1].Value : before;
        }

        private Hash256 LastCodeHash(in ListedAccount listed, in Hash256 before)
        {
            var changes = listed.Changes.CodeChanges.AsSpan();
            int found = Found;
            Last(changes, default);
            return Found > found ? listed.CodeHashes[AccessListIndex.CountBefore(changes, last + 1) - 1] : before;
        }

        private readonly int LastIndex(ReadOnlySpan<IndexedChange<UInt256>> changes) =>
            changes[AccessListIndex.CountBefore(changes, last + 1) - 1].Index;
    }
}
