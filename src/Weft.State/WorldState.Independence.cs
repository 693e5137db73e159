using Weft.Primitives;
using Weft.State.MultiVersion;
using Weft.State.Overlay;

namespace Weft.State;

/// <summary>
/// States over one source that ran different transactions of a block, as if the others did not matter. Where nothing
/// that one has read was changed by another, it did not: together their changes are those of serial execution.
/// </summary>
public sealed partial class WorldState
{
    /// <summary>What was changed, for others to look up; null where nobody ever did.</summary>
    private LocationMarks? _marks;

    // How many of the dirty accounts and slots are marked.
    private int _markedAccounts, _markedSlots;

    // An account, and the hash of its address.
    private int _hashedAccount = -1;
    private ulong _accountHash;

    /// <summary>Marks what was changed since it was called last: afterwards others can compare, as long as nothing runs
    /// on the state. While it runs, see <see cref="IsMarkedAsChanged"/>.</summary>
    public void MarkChanges()
    {
        var marks = _marks ??= new();
        for (; _markedAccounts < _dirtyAccounts.Count; _markedAccounts++)
            marks.Add(LocationHash.WideOf(_accounts[_dirtyAccounts[_markedAccounts].Index].Address), isCertain: false);
        for (; _markedSlots < _dirtySlots.Count; _markedSlots++)
        {
            ref DirtySlot dirty = ref _dirtySlots[_markedSlots];
            ref SlotEntry slot = ref _slots[dirty.Index];
            // One that has its old value again, as locks do, may be changed later: it is marked all the same.
            marks.Add(SlotHash(HashOfAccount(slot.Account), slot.Key), isCertain: slot.Value != dirty.Source);
        }
    }

    /// <summary>What marks of a slot are asked for by.</summary>
    public static ulong SlotHash(in Address address, in UInt256 key) => SlotHash(LocationHash.WideOf(address), key);

    private static ulong SlotHash(ulong accountHash, in UInt256 key) =>
        LocationHash.WideOf(key) ^ accountHash * 0x9E3779B97F4A7C15;

    /// <summary>Whether a slot is marked, and had another value than the source when it was: while transactions run
    /// here that is an early answer, which may be wrong. Any thread, after changes were marked for the first time.
    /// </summary>
    public bool IsMarkedAsChanged(ulong slotHash) => _marks!.ContainsCertain(slotHash);

    /// <summary>Whether one of these slots is marked. Safe while others compare, too.</summary>
    public bool HasMarked(ReadOnlySpan<ulong> slotHashes)
    {
        var marks = _marks!;
        foreach (ulong hash in slotHashes)
            if (marks.Contains(hash)) return true;
        return false;
    }

    /// <summary>Whether no account that this state read was changed by the other one, whose changes are all marked, in
    /// a way that matters. Safe while others compare, too.</summary>
    public bool HasAccountsUndisturbedBy(WorldState other)
    {
        var marks = other._marks!;
        for (int i = 0; i < _accounts.Count; i++)
        {
            ref AccountEntry entry = ref _accounts[i];
            if (entry.LoadedIn == 0 || !marks.Contains(LocationHash.WideOf(entry.Address))) continue;
            if (other.Disturbs(entry)) return false;
        }
        return true;
    }

    /// <summary>Whether no slot that this state read was changed by the other one, whose changes are all marked. Safe
    /// while others compare, too.</summary>
    public bool HasSlotsUndisturbedBy(WorldState other)
    {
        var marks = other._marks!;
        for (int i = 0; i < _slots.Count; i++)
        {
            ref SlotEntry slot = ref _slots[i];
            if (slot.Generation == SlotEntry.NotLoaded || !marks.Contains(HashOf(slot))) continue;
            if (other.HasChangedSlot(_accounts[slot.Account].Address, slot.Key, out _)) return false;
        }
        return true;
    }

    /// <summary>Whether an account that the source has lost its storage, by whatever way: what another one has written
    /// to that would be lost, too, though nobody read it.</summary>
    public bool ClearsStorage()
    {
        if (_generation == _sourceGeneration) return false;
        foreach (ref readonly DirtyAccount dirty in _dirtyAccounts.Items)
            if (dirty.Existed && _accounts[dirty.Index].Body.Generation != _sourceGeneration) return true;
        return false;
    }

    /// <summary>Whether the account was read at all.</summary>
    public bool HasRead(in Address address)
    {
        int index = _accounts.Find((uint)LocationHash.Of(address), address);
        return index >= 0 && _accounts[index].LoadedIn != 0;
    }

    /// <summary>Carries on an account with what this state made of it; others may have added to its balance.</summary>
    public void ApplyTo(in Address address, ref bool exists, ref Account account)
    {
        int index = _accounts.Find((uint)LocationHash.Of(address), address);
        if (index < 0 || _accounts[index].Dirty == 0) return;
        ref AccountEntry entry = ref _accounts[index];
        ref readonly DirtyAccount dirty = ref _dirtyAccounts[entry.Dirty - 1];
        if (IsAsBefore(entry, dirty)) return;
        exists = entry.Body.Exists;
        account = !exists ? Account.Empty : IsBalanceOnly(entry, dirty)
            ? account with { Balance = account.Balance + entry.Body.Balance - dirty.Source.Balance }
            : entry.Body.ToAccount() with { Balance = account.Balance + entry.Body.Balance - dirty.Source.Balance };
    }

    /// <summary>Whether this state has another value of a slot than the source.</summary>
    public bool HasChangedSlot(in Address address, in UInt256 key, out UInt256 value)
    {
        value = default;
        int account = _accounts.Find((uint)LocationHash.Of(address), address);
        if (account < 0) return false;
        var slotKey = new SlotKey(account, in key);
        int index = _slots.Find(slotKey.Hash, slotKey);
        if (index < 0 || _slots[index].Dirty == 0) return false;
        ref SlotEntry slot = ref _slots[index];
        value = slot.Generation == _accounts[account].Body.Generation ? slot.Value : UInt256.Zero;
        return value != _dirtySlots[slot.Dirty - 1].Source;
    }

    /// <summary>Whether this state began the account's storage anew.</summary>
    public bool HasClearedStorage(in Address address)
    {
        int index = _accounts.Find((uint)LocationHash.Of(address), address);
        return index >= 0 && _accounts[index].Dirty != 0 && _accounts[index].Body.Generation != _sourceGeneration;
    }

    /// <summary>Code that this state has and the source may not.</summary>
    public bool TryGetNewCode(in Hash256 codeHash, out ReadOnlyMemory<byte> code)
    {
        foreach (ref readonly DirtyAccount dirty in _dirtyAccounts.Items)
        {
            ref AccountBody body = ref _accounts[dirty.Index].Body;
            code = body.Code;
            if (body.CodeHash == codeHash && dirty.Source.CodeHash != codeHash) return true;
        }
        code = default;
        return false;
    }

    /// <summary>The changes of states that did not disturb each other, over their source.</summary>
    public static StateChanges Join(ReadOnlySpan<WorldState> states, IStateReader source)
    {
        var joined = states[0].GetChanges();
        foreach (var state in states[1..])
        {
            var changes = state.GetChanges();
            foreach (var (address, account) in changes.Accounts)
                if (!joined.Accounts.TryAdd(address, account)) joined.Accounts[address] = Join(address, states, source);
            foreach (var (address, slots) in changes.Storage)
                if (!joined.Storage.TryAdd(address, slots))
                    foreach (var (key, value) in slots) joined.Storage[address].Add(key, value);
            joined.ClearedStorage.UnionWith(changes.ClearedStorage);
            foreach (var (hash, code) in changes.Code) joined.Code[hash] = code;
        }
        foreach (var (address, account) in joined.Accounts)
            if (source.TryGetAccount(address, out var before) && account == before) joined.Accounts.Remove(address);
        return joined;
    }

    /// <summary>An account that several have changed.</summary>
    private static Account? Join(in Address address, ReadOnlySpan<WorldState> states, IStateReader source)
    {
        bool exists = source.TryGetAccount(address, out var account);
        if (!exists) account = Account.Empty;
        foreach (var state in states) state.ApplyTo(address, ref exists, ref account);
        return exists ? account : null;
    }

    /// <summary>Whether what this state made of an account matters to one that did not know of it.</summary>
    private bool Disturbs(in AccountEntry reader)
    {
        int index = _accounts.Find((uint)LocationHash.Of(reader.Address), reader.Address);
        if (index < 0 || _accounts[index].Dirty == 0) return false;
        ref AccountEntry entry = ref _accounts[index];
        ref readonly DirtyAccount dirty = ref _dirtyAccounts[entry.Dirty - 1];
        if (IsAsBefore(entry, dirty)) return false;
        if (!IsBalanceOnly(entry, dirty) || (reader.Observed & Observed.Balance) != 0) return true;
        bool wasThere = dirty.Existed && !dirty.Source.IsEmpty;
        if (!wasThere || entry.Body.IsEmpty)
        {
            // Now it is there, or not any more: all the same only to those who add to it without a look.
            bool isAdded = reader.Dirty != 0 && reader.Body.Exists && reader.Body.Balance > dirty.Source.Balance
                && reader.Body.Nonce == dirty.Source.Nonce && reader.Body.CodeHash == dirty.Source.CodeHash;
            if (!isAdded || (reader.Observed & (Observed.Existence | Observed.Emptiness)) != 0) return true;
        }
        if (reader.Dirty != 0 && (!reader.Body.Exists || reader.Body.IsEmpty)) return true;
        return reader.IsCharged && entry.Body.Balance < dirty.Source.Balance;
    }

    private bool IsAsBefore(in AccountEntry entry, in DirtyAccount dirty) =>
        entry.Body.Generation == _sourceGeneration
        && entry.Body.Exists == dirty.Existed && entry.Body.ToAccount() == dirty.Source;

    private bool IsBalanceOnly(in AccountEntry entry, in DirtyAccount dirty) =>
        entry.Body.Exists && entry.Body.Generation == _sourceGeneration
        && entry.Body.Nonce == dirty.Source.Nonce && entry.Body.CodeHash == dirty.Source.CodeHash;

    private ulong HashOf(in SlotEntry slot) => SlotHash(_accounts[slot.Account].Address, slot.Key);

    /// <summary>For the thread that the state runs on: slots of one account mostly follow each other.</summary>
    private ulong HashOfAccount(int account)
    {
        if (account != _hashedAccount)
            (_hashedAccount, _accountHash) = (account, LocationHash.WideOf(_accounts[account].Address));
        return _accountHash;
    }
}
