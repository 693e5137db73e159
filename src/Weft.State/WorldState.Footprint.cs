using Weft.Primitives;
using Weft.State.MultiVersion;
using Weft.State.Overlay;

namespace Weft.State;

/// <summary>What was read and changed since the last <see cref="Reset"/>, between transactions.</summary>
public sealed partial class WorldState
{
    /// <summary>Shows every account and slot that was read, changed or not, in the order of the first access. What was
    /// only marked warm is not among them.</summary>
    public void VisitAccesses<TVisitor>(ref TVisitor visitor) where TVisitor : IAccessVisitor, allows ref struct
    {
        for (int i = 0; i < _accounts.Count; i++)
        {
            ref AccountEntry entry = ref _accounts[i];
            if (entry.LoadedIn == _sourceGeneration) visitor.Account(AccessOf(entry));
        }
        for (int i = 0; i < _slots.Count; i++)
        {
            ref SlotEntry slot = ref _slots[i];
            if (slot.Generation >= _sourceGeneration) visitor.Slot(AccessOf(slot, _accounts[slot.Account]));
        }
    }

    /// <summary>Shows what was changed at some time, also where it has come back to its old value. A slot's value
    /// before is meaningful only where the account has not begun anew.</summary>
    public void VisitChanges<TVisitor>(ref TVisitor visitor) where TVisitor : IAccessVisitor, allows ref struct
    {
        foreach (ref readonly DirtyAccount dirty in _dirtyAccounts.Items)
        {
            ref AccountEntry entry = ref _accounts[dirty.Index];
            visitor.Account(AccessOf(entry));
            for (int next = entry.DirtySlots; next != 0; next = _dirtySlots[next - 1].Next)
                visitor.Slot(AccessOf(_slots[_dirtySlots[next - 1].Index], entry));
        }
    }

    private AccountAccess AccessOf(in AccountEntry entry)
    {
        Account? now = entry.Body.Exists ? entry.Body.ToAccount() : null;
        if (entry.Dirty == 0) return new(entry.Address, entry.Observed, now, now);
        ref readonly DirtyAccount dirty = ref _dirtyAccounts[entry.Dirty - 1];
        bool hasNewCode = entry.Body.Exists && entry.Body.CodeHash != dirty.Source.CodeHash;
        return new(
            entry.Address, entry.Observed | ObservedByChange(entry.Body, dirty),
            dirty.Existed ? dirty.Source : null, now)
        {
            StorageCleared = entry.Body.Generation != _sourceGeneration,
            NewCode = hasNewCode ? entry.Body.Code : default,
        };
    }

    /// <summary>What the outcome of a change hangs on beyond what was asked for: whether a touched account is deleted
    /// as empty (EIP-161).</summary>
    private static Observed ObservedByChange(in AccountBody body, in DirtyAccount dirty)
    {
        const Observed presence = Observed.Existence | Observed.Emptiness;
        if (!body.Exists)
            return presence | (dirty.Existed ? Observed.Balance | Observed.Nonce | Observed.Code : Observed.None);
        Account source = dirty.Source, now = body.ToAccount();
        if (dirty.Existed && now == source) return presence;
        if (now.Balance > source.Balance) return Observed.None;
        if (now.Nonce != source.Nonce && now.Nonce != 0) return Observed.None;
        if (now.CodeHash != source.CodeHash && now.CodeHash != Hash256.OfEmptyCode) return Observed.None;
        bool hangsOnBalance = source.Nonce == 0 && source.CodeHash == Hash256.OfEmptyCode;
        return Observed.Nonce | Observed.Code | (hangsOnBalance ? Observed.Balance : Observed.None);
    }

    /// <summary>Where a later life of the account has a slot, the source had none: an account with storage is not
    /// created again (EIP-7610), and what is deleted is so at the end of a transaction.</summary>
    private SlotAccess AccessOf(in SlotEntry slot, in AccountEntry account)
    {
        UInt256 before = slot.Generation != _sourceGeneration ? UInt256.Zero
            : slot.Dirty == 0 ? slot.Value
            : _dirtySlots[slot.Dirty - 1].Source;
        UInt256 after = slot.Generation == account.Body.Generation ? slot.Value : UInt256.Zero;
        return new(account.Address, slot.Key, before, after);
    }
}
