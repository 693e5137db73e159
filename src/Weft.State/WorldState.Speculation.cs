using System.Runtime.CompilerServices;
using Weft.Primitives;
using Weft.State.MultiVersion;
using Weft.State.Overlay;

namespace Weft.State;

/// <summary>One transaction that runs out of order: what it observed of its source, and what it writes.</summary>
public sealed partial class WorldState
{
    private const Observed Everything =
        Observed.Balance | Observed.Nonce | Observed.Code | Observed.Existence | Observed.Emptiness;

    /// <summary>The source while a transaction runs speculatively, otherwise null.</summary>
    private TransactionView? _view;

    /// <summary>True when the balance covers an amount; observes no more than that.</summary>
    public bool CanPay(in Address address, in UInt256 amount)
    {
        int index = Load(address);
        if (_accounts[index].Body.Balance < amount)
        {
            Observe(index, Observed.Balance);
            return false;
        }
        if (_view is not null) RequireBalance(index, amount);
        return true;
    }

    /// <summary>Hands what mattered of the reads, and the writes, to the record of the transaction, which has ended.
    /// </summary>
    public void Capture()
    {
        var record = _view!.Record;
        for (int i = 0; i < _accounts.Count; i++)
        {
            ref AccountEntry entry = ref _accounts[i];
            if (entry.IsLoaded) record.AccountReads[entry.Read].Observed |= entry.Observed;
        }
        foreach (ref readonly DirtyAccount dirty in _dirtyAccounts.Items)
        {
            ref AccountEntry entry = ref _accounts[dirty.Index];
            CaptureAccount(record, entry, dirty, ref record.AccountReads[entry.Read]);
            if (entry.Body.Exists && entry.DirtySlots != 0) CaptureSlots(record, entry);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Observe(int index, Observed observed) => _accounts[index].Observed |= observed;

    /// <summary>What the source must have so that the balance, as it is after what this transaction did, covers an
    /// amount.</summary>
    private void RequireBalance(int index, in UInt256 amount)
    {
        ref AccountEntry entry = ref _accounts[index];
        var source = entry.Dirty == 0 ? entry.Body.Balance : _dirtyAccounts[entry.Dirty - 1].Source.Balance;
        var spare = entry.Body.Balance - amount;
        if (spare >= source) return;
        ref AccountRead read = ref _view!.Record.AccountReads[entry.Read];
        if (read.BalanceAtLeast < source - spare) read.BalanceAtLeast = source - spare;
    }

    private static void CaptureAccount(
        TransactionRecord record, in AccountEntry entry, in DirtyAccount dirty, ref AccountRead read)
    {
        if (!entry.Body.Exists)
        {
            read.Observed |= dirty.Existed ? Everything : Observed.Existence | Observed.Emptiness;
            if (dirty.Existed)
                record.Next.Accounts.Push(new() { Location = read.Location, Effect = AccountEffect.Deleted });
            return;
        }
        var write = DifferenceOf(entry.Body, dirty, read.Location);
        if (write.Effect == AccountEffect.None && write.BalanceDifference.IsZero && dirty.Existed)
        {
            // Only touched: an empty account would have been deleted.
            read.Observed |= Observed.Existence | Observed.Emptiness;
            return;
        }
        ObserveWhyNotEmpty(entry.Body, dirty.Source, write.Effect, ref read);
        record.Next.Accounts.Push(write);
        if ((write.Effect & AccountEffect.Code) != 0 && write.CodeHash != Hash256.OfEmptyCode)
            record.NewCode.Add((write.CodeHash, entry.Body.Code));
    }

    private static AccountWrite DifferenceOf(in AccountBody body, in DirtyAccount dirty, int location)
    {
        bool isRenewed = body.Generation != AccountBody.SourceGeneration;
        var effect = AccountEffect.None;
        if (isRenewed || body.Nonce != dirty.Source.Nonce) effect |= AccountEffect.Nonce;
        if (isRenewed || body.CodeHash != dirty.Source.CodeHash) effect |= AccountEffect.Code;
        if (isRenewed && dirty.Existed) effect |= AccountEffect.StorageCleared;
        return new()
        {
            Location = location, Effect = effect, Nonce = body.Nonce, CodeHash = body.CodeHash,
            BalanceDifference = body.Balance - dirty.Source.Balance,
        };
    }

    /// <summary>An account that was touched and is empty is deleted (EIP-161). That this one is not may hang on what
    /// the source had.</summary>
    private static void ObserveWhyNotEmpty(
        in AccountBody body, in Account source, AccountEffect effect, ref AccountRead read)
    {
        if (body.Balance > source.Balance) return;
        if ((effect & AccountEffect.Nonce) != 0 && body.Nonce != 0) return;
        if ((effect & AccountEffect.Code) != 0 && body.CodeHash != Hash256.OfEmptyCode) return;
        read.Observed |= Observed.Nonce | Observed.Code;
        if (source.Nonce == 0 && source.CodeHash == Hash256.OfEmptyCode) read.Observed |= Observed.Balance;
    }

    private void CaptureSlots(TransactionRecord record, in AccountEntry entry)
    {
        bool isRenewed = entry.Body.Generation != AccountBody.SourceGeneration;
        for (int dirty = entry.DirtySlots; dirty != 0; dirty = _dirtySlots[dirty - 1].Next)
        {
            ref SlotEntry slot = ref _slots[_dirtySlots[dirty - 1].Index];
            if (slot.Generation != entry.Body.Generation) continue;
            if (slot.Value == (isRenewed ? UInt256.Zero : _dirtySlots[dirty - 1].Source)) continue;
            int location = isRenewed
                ? _view!.Memory.FindSlot(record.AccountReads[entry.Read].Location, slot.Key)
                : slot.Location;
            record.Next.Slots.Push(new() { Location = location, Value = slot.Value });
        }
    }
}
