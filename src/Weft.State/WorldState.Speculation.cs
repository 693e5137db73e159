using System.Runtime.CompilerServices;
using Weft.Primitives;
using Weft.State.MultiVersion;
using Weft.State.Overlay;

namespace Weft.State;

/// <summary>
/// Transactions that run out of order: what each observed of its source, and what it writes. Accounts and slots stay
/// from one transaction to the next as far as multi-version memory says that nobody has written them since.
/// </summary>
public sealed partial class WorldState
{
    private const Observed Everything =
        Observed.Balance | Observed.Nonce | Observed.Code | Observed.Existence | Observed.Emptiness;

    /// <summary>The source while transactions run speculatively, otherwise null.</summary>
    private TransactionView? _view;

    // In step with the slots, while transactions run speculatively.
    private GrowingStack<Known> _knownSlots = new(64);

    /// <summary>The next transaction over the same <see cref="TransactionView"/>, which has begun it. It asks the view
    /// for everything anew.</summary>
    public void BeginSpeculation()
    {
        CloseTransaction();
        _logs.Clear();
        // The transaction before did not come to its end.
        if (_dirtyAccounts.Count != 0) ForgetWrites();
        if (_view!.ForgetsAll) Reset(_view);
        _sourceGeneration = ++_generation;
    }

    /// <summary>True when the balance covers an amount; observes no more than that.</summary>
    public bool CanPay(in Address address, in UInt256 amount)
    {
        int index = Load(address);
        if (_accounts[index].Body.Balance < amount)
        {
            Observe(index, Observed.Balance);
            return false;
        }
        _accounts[index].IsCharged = true;
        if (_view is not null) RequireBalance(index, amount);
        return true;
    }

    /// <summary>Hands what mattered of the reads, and the writes, to the record of the transaction, which has ended.
    /// </summary>
    public void Capture()
    {
        var record = _view!.Record;
        for (int i = 0; i < record.AccountReads.Count; i++)
        {
            ref AccountRead read = ref record.AccountReads[i];
            read.Observed |= _accounts[read.Entry].Observed;
        }
        foreach (ref readonly DirtyAccount dirty in _dirtyAccounts.Items)
        {
            ref AccountEntry entry = ref _accounts[dirty.Index];
            CaptureAccount(record, entry, dirty, ref record.AccountReads[entry.Read]);
            if (entry.Body.Exists && entry.DirtySlots != 0) CaptureSlots(record, entry);
        }
        ForgetWrites();
    }

    /// <summary>Takes note of what multi-version memory made of the captured writes: values that it has now are known
    /// here without asking.</summary>
    public void KeepWrites()
    {
        var writes = _view!.Record.Writes;
        for (int i = 0; i < writes.Accounts.Count; i++)
        {
            ref AccountWrite write = ref writes.Accounts[i];
            if (write.Word != Known.Nothing) _accounts[write.Entry].Known.Word = write.Word;
        }
        for (int i = 0; i < writes.Slots.Count; i++)
        {
            ref SlotWrite write = ref writes.Slots[i];
            if (write.Word != Known.Nothing) _knownSlots[write.Entry] = new(write.Location, write.Word);
        }
    }

    /// <summary>What was written is not what the source has.</summary>
    private void ForgetWrites()
    {
        foreach (ref readonly DirtyAccount dirty in _dirtyAccounts.Items)
        {
            ref AccountEntry entry = ref _accounts[dirty.Index];
            (entry.Dirty, entry.DirtySlots) = (0, 0);
            if (!IsAsBefore(entry, dirty)) entry.Known.Forget();
        }
        foreach (ref readonly DirtySlot dirty in _dirtySlots.Items)
        {
            ref SlotEntry slot = ref _slots[dirty.Index];
            slot.Dirty = 0;
            bool isAsBefore = slot.Generation == _sourceGeneration && slot.Value == dirty.Source;
            if (!isAsBefore) _knownSlots[dirty.Index].Forget();
        }
        _dirtyAccounts.Clear();
        _dirtySlots.Clear();
    }

    private void LoadFromView(ref AccountEntry entry, int index)
    {
        ref AccountRead read = ref _view!.ReadAccount(entry.Address, ref entry.Known, out bool isKnown);
        read.Entry = index;
        if (isKnown)
        {
            (read.Existed, read.Seen) = (entry.Body.Exists, entry.Body.ToAccount());
            entry.Body.Generation = _sourceGeneration;
        }
        else
        {
            var body = AccountBody.From(read.Existed, read.Seen, _sourceGeneration);
            if (entry.Body.CodeHash == body.CodeHash)
                (body.Code, body.CodeIsLoaded, body.Attachment) =
                    (entry.Body.Code, entry.Body.CodeIsLoaded, entry.Body.Attachment);
            entry.Body = body;
        }
        entry.Observed = Observed.None;
        entry.Read = _view.Record.AccountReads.Count - 1;
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

    private void CaptureAccount(
        TransactionRecord record, in AccountEntry entry, in DirtyAccount dirty, ref AccountRead read)
    {
        if (!entry.Body.Exists)
        {
            read.Observed |= dirty.Existed ? Everything : Observed.Existence | Observed.Emptiness;
            if (dirty.Existed)
                record.Next.Accounts.Push(
                    new() { Location = read.Location, Entry = dirty.Index, Effect = AccountEffect.Deleted });
            return;
        }
        var write = DifferenceOf(entry.Body, dirty, read, _sourceGeneration);
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

    private static AccountWrite DifferenceOf(
        in AccountBody body, in DirtyAccount dirty, in AccountRead read, int sourceGeneration)
    {
        bool isRenewed = body.Generation != sourceGeneration;
        var effect = AccountEffect.None;
        if (isRenewed || body.Nonce != dirty.Source.Nonce) effect |= AccountEffect.Nonce;
        if (isRenewed || body.CodeHash != dirty.Source.CodeHash) effect |= AccountEffect.Code;
        if (isRenewed && dirty.Existed) effect |= AccountEffect.StorageCleared;
        return new()
        {
            Location = read.Location, Entry = dirty.Index, Word = read.Word, Effect = effect, Nonce = body.Nonce,
            CodeHash = body.CodeHash, BalanceDifference = body.Balance - dirty.Source.Balance,
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
        bool isRenewed = entry.Body.Generation != _sourceGeneration;
        for (int dirty = entry.DirtySlots; dirty != 0; dirty = _dirtySlots[dirty - 1].Next)
        {
            int index = _dirtySlots[dirty - 1].Index;
            ref SlotEntry slot = ref _slots[index];
            if (slot.Generation != entry.Body.Generation) continue;
            if (slot.Value == (isRenewed ? UInt256.Zero : _dirtySlots[dirty - 1].Source)) continue;
            int location = isRenewed
                ? _view!.FindSlot(entry.Known.Location, slot.Key)
                : _knownSlots[index].Location;
            record.Next.Slots.Push(new() { Location = location, Entry = index, Value = slot.Value });
        }
    }
}
