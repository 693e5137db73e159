using Weft.State.Overlay;

namespace Weft.State;

public sealed partial class WorldState
{
    /// <summary>Makes the changes of a state over the same source to those of this one, which did not disturb it
    /// (<see cref="IsUndisturbedBy"/>): as if its transactions had run here.</summary>
    public void Absorb(WorldState part)
    {
        BeginTransaction();
        foreach (ref readonly DirtyAccount dirty in part._dirtyAccounts.Items)
        {
            ref AccountEntry entry = ref part._accounts[dirty.Index];
            if (!part.IsAsBefore(entry, dirty)) AbsorbAccount(entry, dirty, part._sourceGeneration);
            if (entry.Body.Exists && entry.DirtySlots != 0) AbsorbSlots(part, entry);
        }
        // What was empty was cleared where it ran.
        EndTransaction(clearEmpty: false);
    }

    private void AbsorbAccount(in AccountEntry entry, in DirtyAccount dirty, int sourceGeneration)
    {
        ref readonly var address = ref entry.Address;
        ref readonly var body = ref entry.Body;
        int index = Load(address);
        if (!body.Exists)
        {
            if (_accounts[index].Dirty == 0) MarkDirty(index);
            MarkDestroyed(index);
            return;
        }
        bool isRenewed = body.Generation != sourceGeneration;
        if (isRenewed) CreateAccount(address);
        if (isRenewed || body.CodeHash != dirty.Source.CodeHash) SetCode(address, body.Code);
        if (isRenewed || body.Nonce != dirty.Source.Nonce) SetNonce(address, body.Nonce);
        // Others may have added to the balance. An addition of nothing makes the account exist.
        if (body.Balance < dirty.Source.Balance) SubtractBalance(address, dirty.Source.Balance - body.Balance);
        else AddBalance(address, body.Balance - dirty.Source.Balance);
    }

    private void AbsorbSlots(WorldState part, in AccountEntry entry)
    {
        bool isRenewed = entry.Body.Generation != part._sourceGeneration;
        for (int number = entry.DirtySlots; number != 0; number = part._dirtySlots[number - 1].Next)
        {
            ref DirtySlot dirty = ref part._dirtySlots[number - 1];
            ref SlotEntry slot = ref part._slots[dirty.Index];
            if (slot.Generation != entry.Body.Generation || (!isRenewed && slot.Value == dirty.Source)) continue;
            SetStorage(entry.Address, slot.Key, slot.Value, out _, out _);
        }
    }
}
