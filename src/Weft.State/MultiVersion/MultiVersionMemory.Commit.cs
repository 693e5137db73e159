using System.Diagnostics;
using System.Numerics;
using Weft.Primitives;
using Weft.State.Overlay;

namespace Weft.State.MultiVersion;

public sealed partial class MultiVersionMemory
{
    private PaddedInt _committed;

    /// <summary>Transactions whose effects are real: all before this index.</summary>
    public int Committed => Volatile.Read(ref _committed.Value);

    // ---- Publishing: later transactions may see the writes ----

    /// <summary>Links the writes of a finished incarnation in place of those of the one before.
    /// <paramref name="suspects"/> receives the transactions that may have read something older: see
    /// <see cref="BitWords"/>.</summary>
    public void Publish(int transaction, Span<ulong> suspects)
    {
        var record = RecordOf(transaction);
        if (record.IsLinked) Unlink(transaction, record);
        record.Published ^= 1;
        record.IsEstimate = false;
        (record.IsLinked, record.ClearsStorage) = (true, false);
        AddNewCode(record);
        for (int i = 0; i < record.Writes.Accounts.Count; i++) LinkAccount(transaction, record, i, suspects);
        for (int i = 0; i < record.Writes.Slots.Count; i++) LinkSlot(transaction, record, i, suspects);
    }

    /// <summary>What the transaction wrote counts as estimate until its next incarnation is published.</summary>
    public void Abort(int transaction)
    {
        var record = RecordOf(transaction);
        record.IsEstimate = true;
        if (!record.IsLinked) return;
        // Whoever knows what was written here has to ask again.
        for (int i = 0; i < record.Writes.Accounts.Count; i++)
        {
            ref AccountLocation location = ref _accounts[record.Writes.Accounts[i].Location];
            location.Lock.Enter();
            Touch(ref location);
            location.Lock.Exit();
        }
        for (int i = 0; i < record.Writes.Slots.Count; i++)
        {
            ref SlotLocation location = ref _slots[record.Writes.Slots[i].Location];
            location.Lock.Enter();
            Touch(ref location);
            location.Lock.Exit();
        }
    }

    private void AddNewCode(TransactionRecord record)
    {
        if (record.NewCode.Count == 0) return;
        _hasNewCode = true;
        foreach (var (hash, code) in record.NewCode) _newCode.TryAdd(hash, code);
    }

    private void LinkAccount(int transaction, TransactionRecord record, int number, Span<ulong> suspects)
    {
        _switch?.Pass();
        ref AccountWrite write = ref record.Writes.Accounts[number];
        ref AccountLocation location = ref _accounts[write.Location];
        location.Lock.Enter();
        int newer = Insert<OfAccounts>(ref location.Versions, new(transaction, record.Published, number));
        if (write.Clears)
        {
            record.ClearsStorage = true;
            location.ClearsInFlight++;
            Interlocked.Increment(ref _clears);
        }
        if (write.Effect != AccountEffect.None) location.ChangesInFlight++;
        AddSuspects(location.Readers, transaction, newer, suspects);
        bool wasKnown = location.Word == write.Word && newer == int.MaxValue;
        Touch(ref location);
        write.Word = wasKnown && (write.Effect & AccountEffect.Deleted) == 0 ? location.Word : Known.Nothing;
        location.Lock.Exit();
    }

    private void LinkSlot(int transaction, TransactionRecord record, int number, Span<ulong> suspects)
    {
        _switch?.Pass();
        ref SlotWrite write = ref record.Writes.Slots[number];
        ref SlotLocation location = ref _slots[write.Location];
        location.Lock.Enter();
        int newer = Insert<OfSlots>(ref location.Versions, new(transaction, record.Published, number));
        AddSuspects(location.Readers, transaction, newer, suspects);
        Touch(ref location);
        write.Word = newer == int.MaxValue ? location.Word : Known.Nothing;
        location.Lock.Exit();
    }

    // Under the lock of the location.
    private static void Touch(ref AccountLocation location) => Volatile.Write(
        ref location.Word, LocationWord.Next(location.Word, location.Versions.Youngest.Transaction));

    private static void Touch(ref SlotLocation location) => Volatile.Write(
        ref location.Word, LocationWord.Next(location.Word, location.Versions.Youngest.Transaction));

    private void Unlink(int transaction, TransactionRecord record)
    {
        for (int i = 0; i < record.Writes.Accounts.Count; i++)
        {
            ref AccountLocation location = ref _accounts[record.Writes.Accounts[i].Location];
            location.Lock.Enter();
            if (record.Writes.Accounts[i].Clears)
            {
                location.ClearsInFlight--;
                Interlocked.Increment(ref _clears);
            }
            if (record.Writes.Accounts[i].Effect != AccountEffect.None) location.ChangesInFlight--;
            Remove<OfAccounts>(ref location.Versions, new(transaction, record.Published, i));
            Touch(ref location);
            location.Lock.Exit();
        }
        for (int i = 0; i < record.Writes.Slots.Count; i++)
        {
            ref SlotLocation location = ref _slots[record.Writes.Slots[i].Location];
            location.Lock.Enter();
            Remove<OfSlots>(ref location.Versions, new(transaction, record.Published, i));
            Touch(ref location);
            location.Lock.Exit();
        }
        record.IsLinked = false;
    }

    /// <summary>Readers after the writer, up to the next one that writes, have seen something older. Under the lock of
    /// the location, under which a reader also registers, so none is missed.</summary>
    private void AddSuspects(in ReaderSet readers, int transaction, int newer, Span<ulong> suspects)
    {
        int last = (int)Math.Min(newer, Math.Min(_indices, (long)Committed + Window) - 1);
        for (int word = 0; word < ReaderSet.Words; word++)
        {
            for (ulong bits = readers[word]; bits != 0; bits &= bits - 1)
            {
                int bit = (word << 6) + BitOperations.TrailingZeroCount(bits);
                int reader = transaction + ((bit - transaction) & (ReaderSet.Bits - 1));
                if (reader == transaction) reader += ReaderSet.Bits;
                for (; reader <= last; reader += ReaderSet.Bits)
                    suspects[(reader & (Window - 1)) >> 6] |= 1UL << reader;
            }
        }
    }

    // ---- Commit: the one place where effects become real ----

    /// <summary>Makes the next transaction in order real, which is published and has been validated with everything
    /// before it committed. One thread at a time. From here on its versions are final; <see cref="Apply"/> follows.
    /// </summary>
    public void Commit(int transaction)
    {
        // Whoever is first of the rest must find slots that were cleared empty, and nobody validates what that one
        // reads.
        var record = RecordOf(transaction);
        if (record.ClearsStorage) Apply(transaction, record, transaction + 1);
        Volatile.Write(ref _committed.Value, transaction + 1);
    }

    /// <summary>Moves what a committed transaction has written from its versions, which then serve another one, to the
    /// committed values. Changes nothing that anybody sees, so the worker that does it holds up nobody: any order, any
    /// number of threads, once each. <paramref name="view"/>: that of the worker that does it.</summary>
    public void Apply(int transaction, TransactionView view)
    {
        var record = RecordOf(transaction);
        if (record.IsLinked) Apply(transaction, record, Committed);
        Release(transaction, record, view);
    }

    private void Apply(int transaction, TransactionRecord record, int end)
    {
        var writes = record.Writes;
        for (int i = 0; i < writes.Accounts.Count; i++) Prefetch(isSlot: false, writes.Accounts[i].Location);
        for (int i = 0; i < writes.Slots.Count; i++) Prefetch(isSlot: true, writes.Slots[i].Location);
        ForgetReads(transaction, record);
        for (int i = 0; i < writes.Accounts.Count; i++) ApplyAccount(writes.Accounts[i], transaction, end);
        for (int i = 0; i < writes.Slots.Count; i++) ApplySlot(writes.Slots[i].Location, end);
        record.IsLinked = false;
    }

    /// <summary>Commits and applies an incarnation that is not published: its writes never are versions.
    /// <paramref name="view"/>: that of the worker that ran it.</summary>
    public void CommitAtOnce(int transaction, TransactionView view, Span<ulong> suspects)
    {
        var record = RecordOf(transaction);
        if (record.IsLinked) Unlink(transaction, record);
        record.Published ^= 1;
        ForgetReads(transaction, record);
        AddNewCode(record);
        for (int i = 0; i < record.Writes.Accounts.Count; i++)
            CommitAtOnce(ref record.Writes.Accounts[i], transaction, suspects);
        for (int i = 0; i < record.Writes.Slots.Count; i++)
            CommitAtOnce(ref record.Writes.Slots[i], transaction, suspects);
        Release(transaction, record, view);
        Volatile.Write(ref _committed.Value, transaction + 1);
    }

    private void CommitAtOnce(ref AccountWrite write, int transaction, Span<ulong> suspects)
    {
        _switch?.Pass();
        ref AccountLocation location = ref _accounts[write.Location];
        location.Lock.Enter();
        Fold(ref location, transaction);
        bool isKnown = location.Word == write.Word && location.Versions.Youngest.IsEnd;
        Apply(ref location, write);
        AddSuspects(location.Readers, transaction, int.MaxValue, suspects);
        Volatile.Write(
            ref location.Word,
            LocationWord.Next(location.Word, Math.Max(transaction, location.Versions.Youngest.Transaction)));
        write.Word = isKnown && (write.Effect & AccountEffect.Deleted) == 0 ? location.Word : Known.Nothing;
        location.Lock.Exit();
        if (write.Clears) ClearSlots(ref location, transaction);
    }

    private void CommitAtOnce(ref SlotWrite write, int transaction, Span<ulong> suspects)
    {
        _switch?.Pass();
        ref SlotLocation location = ref _slots[write.Location];
        location.Lock.Enter();
        // A slot of a contract that was just created has never been read.
        if (!location.IsLoaded) Load(ref location);
        Fold(ref location, transaction);
        (location.Committed, location.IsDirty) = (write.Value, true);
        AddSuspects(location.Readers, transaction, int.MaxValue, suspects);
        Volatile.Write(
            ref location.Word,
            LocationWord.Next(location.Word, Math.Max(transaction, location.Versions.Youngest.Transaction)));
        write.Word = location.Versions.Youngest.IsEnd ? location.Word : Known.Nothing;
        location.Lock.Exit();
    }

    /// <summary>Adds to a committed balance: the fees of the transaction that is being committed.</summary>
    public void CommitFee(int transaction, in UInt256 fee, bool clearEmpty)
    {
        ref AccountLocation location = ref _accounts[_feeRecipient];
        location.Lock.Enter();
        if (!location.IsLoaded) Load(ref location);
        // What was deleted before this fee is paid must not take it along.
        Fold(ref location, transaction + 1);
        location.Committed = location.Committed with { Balance = location.Committed.Balance + fee };
        location.Exists = !clearEmpty || !location.Committed.IsEmpty;
        location.IsDirty = true;
        Volatile.Write(ref location.Word, location.Word + 1);
        location.Lock.Exit();
    }

    /// <summary>Whether the transaction's writes delete the fee recipient.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="isPublished">The incarnation that is meant is published.</param>
    public bool DeletesFeeRecipient(int transaction, bool isPublished)
    {
        var record = RecordOf(transaction);
        if (isPublished && !record.ClearsStorage) return false;
        var writes = isPublished ? record.Writes : record.Next;
        for (int i = 0; i < writes.Accounts.Count; i++)
        {
            ref AccountWrite write = ref writes.Accounts[i];
            if ((write.Effect & AccountEffect.Deleted) != 0 && write.Location == _feeRecipient) return true;
        }
        return false;
    }

    private void ApplyAccount(in AccountWrite write, int transaction, int end)
    {
        _switch?.Pass();
        ref AccountLocation location = ref _accounts[write.Location];
        location.Lock.Enter();
        Fold(ref location, end);
        location.Lock.Exit();
        if (!write.Clears) return;
        ClearSlots(ref location, transaction);
        // Only now: whoever validates ahead takes what the slots have for what they will have.
        location.Lock.Enter();
        Volatile.Write(ref location.ClearsInFlight, location.ClearsInFlight - 1);
        location.Lock.Exit();
    }

    private void ApplySlot(int number, int end)
    {
        _switch?.Pass();
        ref SlotLocation location = ref _slots[number];
        location.Lock.Enter();
        // A slot of a contract that was just created has never been read.
        if (!location.IsLoaded) Load(ref location);
        Fold(ref location, end);
        location.Lock.Exit();
    }

    /// <summary>Takes the versions of all transactions before <paramref name="end"/>, which are final, into the
    /// committed value. Under the lock of the location.</summary>
    private void Fold(ref AccountLocation location, int end)
    {
        for (var oldest = location.Versions.Oldest; !oldest.IsEnd && oldest.Transaction < end;
             oldest = location.Versions.Oldest)
        {
            ref AccountWrite write = ref WriteAt(oldest);
            if (write.Effect != AccountEffect.None) location.ChangesInFlight--;
            Apply(ref location, write);
            Remove<OfAccounts>(ref location.Versions, oldest);
        }
    }

    /// <summary>The same for a slot, which has been loaded.</summary>
    private void Fold(ref SlotLocation location, int end)
    {
        for (var oldest = location.Versions.Oldest; !oldest.IsEnd && oldest.Transaction < end;
             oldest = location.Versions.Oldest)
        {
            (location.Committed, location.IsDirty) = (SlotWriteAt(oldest).Value, true);
            Remove<OfSlots>(ref location.Versions, oldest);
        }
    }

    private static void Apply(ref AccountLocation location, in AccountWrite write)
    {
        location.IsDirty = true;
        location.StorageCleared |= write.Clears;
        location.Exists = After(write, ref location.Committed);
    }

    /// <summary>Makes of an account what a write makes of it; false where there is none any more.</summary>
    private static bool After(in AccountWrite write, ref Account account)
    {
        bool exists = (write.Effect & AccountEffect.Deleted) == 0;
        account = !exists ? Account.Empty : new(
            (write.Effect & AccountEffect.Nonce) != 0 ? write.Nonce : account.Nonce,
            account.Balance + write.BalanceDifference,
            (write.Effect & AccountEffect.Code) != 0 ? write.CodeHash : account.CodeHash);
        return exists;
    }

    /// <summary>Slots that are found later see that the storage was cleared. What was committed before but not applied
    /// yet is cleared with them.</summary>
    private void ClearSlots(ref AccountLocation location, int transaction)
    {
        // That the storage is cleared is seen by whoever joins the list from here on.
        Interlocked.MemoryBarrier();
        for (int next = location.FirstSlot; next != 0; next = _slots[next - 1].NextSlot)
        {
            ref SlotLocation slot = ref _slots[next - 1];
            slot.Lock.Enter();
            if (!slot.IsLoaded) Load(ref slot);
            Fold(ref slot, transaction);
            (slot.Committed, slot.IsDirty) = (UInt256.Zero, true);
            slot.Lock.Exit();
        }
        // Last: who has read a slot meanwhile has to look again.
        Interlocked.Increment(ref _clears);
    }

    /// <summary>The transaction reads anew or not any more.</summary>
    internal void ForgetReads(int transaction, TransactionRecord record)
    {
        foreach (ref readonly ReadMark mark in record.Marks.Items)
        {
            if (mark.Word == LocationWord.Unwritten) continue;
            if (mark.IsSlot) _slots[mark.Location].Readers.Remove(transaction);
            else _accounts[mark.Location].Readers.Remove(transaction);
        }
        record.ForgetReads();
    }

    // ---- The block's changes ----

    /// <summary>Everything committed that differs from the source, as <see cref="WorldState.GetChanges"/> gives it.
    /// </summary>
    public StateChanges GetChanges()
    {
        var changes = new StateChanges();
        Close(_numbers);
        foreach (var view in _views) Close(view.Numbers);
        for (int i = 0; i < _accounts.End; i++) CollectAccount(_accounts[i], changes);
        for (int i = 0; i < _slots.End; i++) CollectSlot(_slots[i], changes);
        return changes;
    }

    private void Close(in NewNumbers numbers)
    {
        _accounts.Close(numbers.Accounts);
        _slots.Close(numbers.Slots);
    }

    private void CollectAccount(in AccountLocation location, StateChanges changes)
    {
        if (!location.IsDirty) return;
        if (location.StorageCleared && location.ExistedOriginally && _source.HasStorage(location.Address))
            changes.ClearedStorage.Add(location.Address);
        if (!location.Exists)
        {
            if (location.ExistedOriginally) changes.Accounts.Add(location.Address, null);
            return;
        }
        var account = location.Committed;
        if (location.ExistedOriginally && account == location.Original) return;
        changes.Accounts.Add(location.Address, account);
        if (account.CodeHash != location.Original.CodeHash && account.CodeHash != Hash256.OfEmptyCode)
            changes.Code[account.CodeHash] = _newCode[account.CodeHash];
    }

    private void CollectSlot(in SlotLocation location, StateChanges changes)
    {
        if (!location.IsDirty) return;
        ref AccountLocation owner = ref _accounts[location.Account];
        var before = owner.StorageCleared ? UInt256.Zero : location.Original;
        if (location.Committed == before) return;
        if (!changes.Storage.TryGetValue(owner.Address, out var slots))
            changes.Storage.Add(owner.Address, slots = []);
        slots.Add(location.Key, location.Committed);
    }
}
