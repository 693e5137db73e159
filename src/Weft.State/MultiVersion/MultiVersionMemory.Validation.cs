using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Weft.Primitives;

namespace Weft.State.MultiVersion;

public sealed partial class MultiVersionMemory
{
    // ---- Validation by value ----

    /// <summary>Whether a finished transaction would see today what it saw. <paramref name="isFirst"/>: everything
    /// before it is committed, so that it is for good.</summary>
    public bool Validate(int transaction, bool isFirst) =>
        Judge(transaction, isFirst, isAhead: false) == Verdict.Holds;

    /// <summary>The same for a transaction before which all have run, though not all are committed: what it says stands
    /// as long as none of those is aborted.</summary>
    public Verdict Confirm(int transaction) => Judge(transaction, isFirst: false, isAhead: true);

    private Verdict Judge(int transaction, bool isFirst, bool isAhead)
    {
        _switch?.Pass();
        var record = RecordOf(transaction);
        var marks = record.Marks.Items;
        foreach (ref readonly ReadMark mark in marks) Prefetch(mark.IsSlot, mark.Location);
        // Words tell nothing of slots that were cleared with all others of their account.
        bool wordsSuffice = record.Clears == Clears;
        int accounts = 0, slots = 0;
        foreach (ref readonly ReadMark mark in marks)
        {
            var verdict = Verdict.Holds;
            if (mark.IsSlot)
            {
                ref SlotRead read = ref record.SlotReads[slots++];
                if (wordsSuffice && mark.Word == Volatile.Read(ref _slots[mark.Location].Word)) continue;
                verdict = isAhead ? JudgeAhead(read, transaction) : JudgeNow(read, transaction, isFirst);
            }
            else
            {
                ref AccountRead read = ref record.AccountReads[accounts++];
                bool isPaid = isAhead && mark.Location == _feeRecipient;
                if (isPaid && (read.Observed & ChangedByFees) != 0) return Verdict.Undecided;
                if (mark.Word == Volatile.Read(ref _accounts[mark.Location].Word)) continue;
                verdict = isAhead ? JudgeAhead(read, transaction) : JudgeNow(read, transaction, isFirst);
                // Fees that are to come may make up for what the balance lacks.
                if (isPaid && verdict == Verdict.Fails) return Verdict.Undecided;
            }
            if (verdict != Verdict.Holds) return verdict;
        }
        return Verdict.Holds;
    }

    /// <summary>Of the fee recipient, who is paid when transactions commit. Fees only add, so that a balance that
    /// suffices without them does with them.</summary>
    private const Observed ChangedByFees = Observed.Balance | Observed.Existence | Observed.Emptiness;

    /// <summary>Locations that another core used last take a while to come: all at once rather than one by
    /// one.</summary>
    private void Prefetch(bool isSlot, int location)
    {
        if (!Sse.IsSupported) return;
        // Safe: a prefetch reads nothing and cannot fault, whatever becomes of the address.
        unsafe
        {
            if (isSlot) Sse.Prefetch0(Unsafe.AsPointer(ref _slots[location].Word));
            else Sse.Prefetch0(Unsafe.AsPointer(ref _accounts[location].Word));
        }
    }

    private Verdict JudgeNow(in SlotRead read, int transaction, bool isFirst) =>
        Holds(read, transaction, isFirst) ? Verdict.Holds : Verdict.Fails;

    private Verdict JudgeNow(in AccountRead read, int transaction, bool isFirst) =>
        Holds(read, transaction, isFirst) ? Verdict.Holds : Verdict.Fails;

    private bool Holds(in SlotRead read, int transaction, bool isFirst)
    {
        ref SlotLocation location = ref _slots[read.Location];
        location.Lock.Enter();
        int blocker = Resolve(ref location, transaction, isFirst, out var value);
        location.Lock.Exit();
        return blocker < 0 && value == read.Seen;
    }

    private bool Holds(in AccountRead read, int transaction, bool isFirst)
    {
        if (read.Observed == Observed.None && read.BalanceAtLeast.IsZero) return true;
        ref AccountLocation location = ref _accounts[read.Location];
        location.Lock.Enter();
        int blocker = Resolve(
            ref location, transaction, isFirst, out bool exists, out var account, out bool isCleared);
        location.Lock.Exit();
        return blocker < 0 && Holds(read, location.Address, exists, account, isCleared);
    }

    private bool Holds(in AccountRead read, in Address address, bool exists, in Account account, bool isCleared)
    {
        var seen = read.Observed;
        if ((seen & Observed.Existence) != 0 && exists != read.Existed) return false;
        if ((seen & Observed.Balance) != 0 && account.Balance != read.Seen.Balance) return false;
        if ((seen & Observed.Nonce) != 0 && account.Nonce != read.Seen.Nonce) return false;
        if ((seen & Observed.Code) != 0 && account.CodeHash != read.Seen.CodeHash) return false;
        if ((seen & Observed.Emptiness) != 0 && account.IsEmpty != read.Seen.IsEmpty) return false;
        if ((seen & Observed.Storage) != 0
            && (!isCleared && _source.HasStorage(address)) != read.HadStorage) return false;
        return account.Balance >= read.BalanceAtLeast;
    }

    // ---- Ahead: versions before the transaction are final, so they are taken as a commit would take them ----

    private Verdict JudgeAhead(in SlotRead read, int transaction)
    {
        ref SlotLocation location = ref _slots[read.Location];
        location.Lock.Enter();
        // Storage that is cleared changes slot by slot. Who has run before was counted before; and who is not counted
        // any more has cleared this one.
        bool isClearing = Volatile.Read(ref _accounts[location.Account].ClearsInFlight) != 0;
        var (value, next, steps) = (location.Committed, location.Versions.Oldest, 0);
        for (; !next.IsEnd && next.Transaction < transaction && steps < StepsMax; steps++)
        {
            ref SlotWrite write = ref SlotWriteAt(next);
            (value, next) = (write.Value, write.Node.Newer);
        }
        location.Lock.Exit();
        if (isClearing || steps == StepsMax) return Verdict.Undecided;
        return value == read.Seen ? Verdict.Holds : Verdict.Fails;
    }

    private Verdict JudgeAhead(in AccountRead read, int transaction)
    {
        if (read.Observed == Observed.None && read.BalanceAtLeast.IsZero) return Verdict.Holds;
        ref AccountLocation location = ref _accounts[read.Location];
        location.Lock.Enter();
        var (account, exists, isCleared) = (location.Committed, location.Exists, location.StorageCleared);
        // Payments leave alone what most look at of an account that is paid often.
        bool arePayments = location.ChangesInFlight == 0;
        var (next, steps) = (location.Versions.Oldest, 0);
        if (arePayments && (read.Observed & ~LeftByPayments) == 0 && read.BalanceAtLeast.IsZero) next = default;
        for (; !next.IsEnd && next.Transaction < transaction && steps < StepsMax; steps++)
        {
            ref AccountWrite write = ref WriteAt(next);
            isCleared |= write.Clears;
            exists = After(write, ref account);
            next = write.Node.Newer;
        }
        location.Lock.Exit();
        if (steps == StepsMax) return Verdict.Undecided;
        return Holds(read, location.Address, exists, account, isCleared) ? Verdict.Holds : Verdict.Fails;
    }

    private const Observed LeftByPayments = Observed.Nonce | Observed.Code;

    /// <summary>Versions that are walked over: where there are more, the commit is quicker.</summary>
    private const int StepsMax = 32;
}

/// <summary>What validation says of a transaction that has run.</summary>
public enum Verdict : byte
{
    /// <summary>It would see today what it saw.</summary>
    Holds,

    Fails,

    /// <summary>That depends on what only its commit can know.</summary>
    Undecided,
}
