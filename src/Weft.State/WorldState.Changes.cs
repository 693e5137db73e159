using Weft.Primitives;
using Weft.State.Overlay;

namespace Weft.State;

public sealed partial class WorldState
{
    /// <summary>Everything that differs from the source, for <see cref="InMemoryState.Apply"/> and roots. What came
    /// back to its old value is not among it.</summary>
    public StateChanges GetChanges()
    {
        var changes = new StateChanges();
        foreach (ref readonly DirtyAccount dirty in _dirtyAccounts.Items)
        {
            ref AccountEntry entry = ref _accounts[dirty.Index];
            CollectAccount(changes, dirty, entry);
            CollectStorage(changes, entry);
        }
        return changes;
    }

    private static void CollectAccount(StateChanges changes, in DirtyAccount dirty, in AccountEntry entry)
    {
        if (!entry.Body.Exists)
        {
            if (dirty.Existed) changes.Accounts.Add(entry.Address, null);
            return;
        }
        var account = entry.Body.ToAccount();
        if (dirty.Existed && account == dirty.Source) return;
        changes.Accounts.Add(entry.Address, account);
        if (account.CodeHash != dirty.Source.CodeHash && account.CodeHash != Hash256.OfEmptyCode)
            changes.Code[account.CodeHash] = entry.Body.Code;
    }

    private void CollectStorage(StateChanges changes, in AccountEntry entry)
    {
        bool isCleared = entry.Body.Generation != _sourceGeneration;
        if (isCleared && _source.HasStorage(entry.Address)) changes.ClearedStorage.Add(entry.Address);
        if (entry.DirtySlots == 0) return;
        var slots = new Dictionary<UInt256, UInt256>(CountDirtySlots(entry));
        for (int dirty = entry.DirtySlots; dirty != 0; dirty = _dirtySlots[dirty - 1].Next)
        {
            ref SlotEntry slot = ref _slots[_dirtySlots[dirty - 1].Index];
            UInt256 before = isCleared ? UInt256.Zero : _dirtySlots[dirty - 1].Source;
            if (slot.Generation == entry.Body.Generation && slot.Value != before) slots.Add(slot.Key, slot.Value);
        }
        if (slots.Count != 0) changes.Storage.Add(entry.Address, slots);
    }

    private int CountDirtySlots(in AccountEntry entry)
    {
        int count = 0;
        for (int dirty = entry.DirtySlots; dirty != 0; dirty = _dirtySlots[dirty - 1].Next) count++;
        return count;
    }
}
