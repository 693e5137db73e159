using System.Runtime.CompilerServices;
using Weft.Primitives;
using Weft.State.Overlay;

namespace Weft.State;

public sealed partial class WorldState
{
    /// <summary>Marks a slot warm without reading it: access lists (EIP-2930). True when cold until now.</summary>
    public bool AccessStorage(in Address address, in UInt256 key)
    {
        int index = FindOrAddSlot(IndexOf(address), key);
        return Warm(ref _slots[index], index);
    }

    /// <summary>Reads a slot and marks it warm; true when it was cold until now (EIP-2929).</summary>
    public bool GetStorage(in Address address, in UInt256 key, out UInt256 value)
    {
        int account = Load(address);
        int index = FindOrAddSlot(account, key);
        ref SlotEntry slot = ref _slots[index];
        if (slot.Generation != _accounts[account].Body.Generation) Renew(index);
        value = slot.Value;
        return Warm(ref slot, index);
    }

    /// <summary>Writes a slot and marks it warm; gives the value before this transaction and the one before this write.
    /// True when the slot was cold until now.</summary>
    public bool SetStorage(
        in Address address, in UInt256 key, in UInt256 value, out UInt256 original, out UInt256 current)
    {
        int account = Load(address);
        if (!_accounts[account].Body.Exists) Change(account);
        int index = FindOrAddSlot(account, key);
        ref SlotEntry slot = ref _slots[index];
        if (slot.Generation != _accounts[account].Body.Generation) Renew(index);
        current = slot.Value;
        original = slot.OriginalIn == _transaction ? slot.Original : current;
        bool isCold = Warm(ref slot, index);
        if (current != value) Write(ref slot, index, value);
        return isCold;
    }

    /// <summary>EIP-1153.</summary>
    public UInt256 GetTransientStorage(in Address address, in UInt256 key)
    {
        if (_transients.Count == 0) return UInt256.Zero;
        var slotKey = new SlotKey(IndexOf(address), in key);
        int index = _transients.Find(slotKey.Hash, slotKey);
        return index < 0 ? UInt256.Zero : _transients[index].Value;
    }

    /// <summary>EIP-1153.</summary>
    public void SetTransientStorage(in Address address, in UInt256 key, in UInt256 value)
    {
        var slotKey = new SlotKey(IndexOf(address), in key);
        uint hash = slotKey.Hash;
        int index = _transients.Find(hash, slotKey);
        if (index < 0)
        {
            index = _transients.Count;
            _transients.Add(hash) = new() { Account = slotKey.Account, Key = key };
        }
        ref TransientEntry entry = ref _transients[index];
        _journal.Push(Undo.TransientValue, index, entry.Value);
        entry.Value = value;
    }

    // ---- Entries ----

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindOrAddSlot(int account, in UInt256 key)
    {
        var slotKey = new SlotKey(account, in key);
        uint hash = slotKey.Hash;
        int index = _slots.Find(hash, slotKey);
        return index >= 0 ? index : AddSlot(hash, account, key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AddSlot(uint hash, int account, in UInt256 key)
    {
        int index = _slots.Count;
        _slots.Add(hash).Begin(account, key);
        if (_view is not null) _knownSlots.Push(default);
        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Warm(ref SlotEntry slot, int index)
    {
        if (slot.WarmIn == _transaction) return false;
        slot.WarmIn = _transaction;
        _journal.Push(Undo.SlotWarmth, index);
        return true;
    }

    private void Write(ref SlotEntry slot, int index, in UInt256 value)
    {
        if (slot.OriginalIn != _transaction)
        {
            slot.Original = slot.Value;
            slot.OriginalIn = _transaction;
            _journal.Push(Undo.SlotFirstValue, index);
            slot.SavedIn = _stretch;
        }
        else if (slot.SavedIn != _stretch)
        {
            _journal.Push(Undo.SlotValue, index, slot.Value);
            slot.SavedIn = _stretch;
        }
        if (slot.Dirty == 0) MarkDirty(ref slot, index);
        slot.Value = value;
    }

    private void MarkDirty(ref SlotEntry slot, int index)
    {
        ref AccountEntry account = ref _accounts[slot.Account];
        if (account.Dirty == 0) MarkDirty(slot.Account);
        _dirtySlots.Push(new() { Index = index, Next = account.DirtySlots, Source = slot.Value });
        slot.Dirty = account.DirtySlots = _dirtySlots.Count;
    }

    /// <summary>Brings a slot into the present life of its account: what the source has in the first, zero in a later
    /// one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Renew(int index)
    {
        ref SlotEntry slot = ref _slots[index];
        ref AccountEntry account = ref _accounts[slot.Account];
        int generation = account.Body.Generation;
        bool isInSource = generation == _sourceGeneration;
        UInt256 value = isInSource ? ReadSource(index, slot, account) : UInt256.Zero;
        // Back in the first life the slot comes from one that was reverted and never returns; nor does an unread slot.
        if (!isInSource && slot.Generation >= _sourceGeneration) _journal.Push(index, slot);
        if (!isInSource && _view is not null) _knownSlots[index].Forget();
        if (isInSource && slot.Dirty != 0) _dirtySlots[slot.Dirty - 1].Source = value;
        slot.Value = value;
        slot.OriginalIn = 0;
        slot.Generation = generation;
    }

    private UInt256 ReadSource(int index, in SlotEntry slot, in AccountEntry account)
    {
        if (_view is null) return _source.GetStorage(account.Address, slot.Key);
        return _view.ReadSlot(account.Known.Location, slot.Key, slot.Value, ref _knownSlots[index]);
    }

    /// <summary>Takes a slot back into the life before. That it is listed as dirty holds for good; when it was listed
    /// in the life that ends here, only now is it known what the source has.</summary>
    private void RestoreSlot(ref SlotEntry slot, in SlotEntry old)
    {
        int dirty = slot.Dirty;
        if (dirty != old.Dirty) _dirtySlots[dirty - 1].Source = old.Value;
        slot = old;
        slot.Dirty = dirty;
    }

    private bool HasStorage(int account)
    {
        ref AccountEntry entry = ref _accounts[account];
        for (int dirty = entry.DirtySlots; dirty != 0; dirty = _dirtySlots[dirty - 1].Next)
        {
            ref SlotEntry slot = ref _slots[_dirtySlots[dirty - 1].Index];
            if (slot.Generation == entry.Body.Generation && !slot.Value.IsZero) return true;
        }
        return entry.Body.Generation == _sourceGeneration && _source.HasStorage(entry.Address);
    }
}
