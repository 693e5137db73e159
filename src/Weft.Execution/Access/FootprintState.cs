using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Access;

/// <summary>A state with the changes of footprints on top: what the next part of a block reads. One thread at a time.
/// </summary>
internal sealed class FootprintState(IStateReader source) : IStateReader
{
    private readonly Dictionary<Address, ChangedAccount> _accounts = [];
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _codes = [];

    // ---- Reading ----

    public bool TryGetAccount(in Address address, out Account account)
    {
        if (!_accounts.TryGetValue(address, out var changed)) return source.TryGetAccount(address, out account);
        account = changed.Now.GetValueOrDefault();
        return changed.Now.HasValue;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        if (!_accounts.TryGetValue(address, out var changed)) return source.GetStorage(address, key);
        if (changed.Slots.TryGetValue(key, out var slot)) return slot.Now;
        return changed.StorageCleared ? UInt256.Zero : source.GetStorage(address, key);
    }

    /// <summary>As <see cref="WorldState"/> decides it: what the source has counts for as long as the account lives.
    /// </summary>
    public bool HasStorage(in Address address)
    {
        if (!_accounts.TryGetValue(address, out var changed)) return source.HasStorage(address);
        foreach (var slot in changed.Slots.Values)
            if (!slot.Now.IsZero) return true;
        return !changed.StorageCleared && source.HasStorage(address);
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        _codes.TryGetValue(codeHash, out var code) ? code : source.GetCode(codeHash);

    // ---- Writing ----

    public void Apply(TransactionFootprint footprint)
    {
        foreach (var access in footprint.Accounts)
        {
            if (!access.IsChanged) continue;
            var changed = Changed(access.Address, access.Before);
            changed.Now = access.After;
            if (access.StorageCleared)
            {
                changed.StorageCleared = true;
                changed.Slots.Clear();
            }
            if (!access.NewCode.IsEmpty) _codes[access.After!.Value.CodeHash] = access.NewCode;
        }
        foreach (var slot in footprint.Slots)
        {
            if (!slot.IsChanged) continue;
            // An account that has storage has been read: the code that writes it belongs to it.
            var changed = _accounts.TryGetValue(slot.Address, out var known)
                ? known
                : Changed(slot.Address, source.TryGetAccount(slot.Address, out var account) ? account : null);
            if (changed.StorageCleared && slot.After.IsZero) changed.Slots.Remove(slot.Key);
            else changed.Slots[slot.Key] = new(changed.Original(slot), slot.After);
        }
    }

    /// <summary>Everything that differs from the source, as <see cref="WorldState.GetChanges"/> gives it.</summary>
    public StateChanges GetChanges()
    {
        var changes = new StateChanges();
        foreach (var (address, changed) in _accounts)
        {
            if (changed.StorageCleared && source.HasStorage(address)) changes.ClearedStorage.Add(address);
            if (changed.Now != changed.Before) changes.Accounts.Add(address, changed.Now);
            if (changed.NewCodeHash is { } hash) changes.Code[hash] = _codes[hash];
            var slots = new Dictionary<UInt256, UInt256>();
            foreach (var (key, slot) in changed.Slots)
                if (slot.Now != (changed.StorageCleared ? UInt256.Zero : slot.Before)) slots.Add(key, slot.Now);
            if (slots.Count > 0) changes.Storage.Add(address, slots);
        }
        return changes;
    }

    private ChangedAccount Changed(in Address address, in Account? before)
    {
        if (!_accounts.TryGetValue(address, out var changed)) _accounts.Add(address, changed = new(before));
        return changed;
    }

    private readonly record struct ChangedSlot(UInt256 Before, UInt256 Now);

    private sealed class ChangedAccount(Account? before)
    {
        public readonly Account? Before = before;
        public readonly Dictionary<UInt256, ChangedSlot> Slots = [];
        public Account? Now = before;
        public bool StorageCleared;

        public Hash256? NewCodeHash =>
            Now is { } now && now.CodeHash != Hash256.OfEmptyCode && now.CodeHash != Before?.CodeHash
                ? now.CodeHash
                : null;

        public UInt256 Original(in SlotAccess slot) =>
            Slots.TryGetValue(slot.Key, out var known) ? known.Before : slot.Before;
    }
}
