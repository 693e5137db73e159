using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>
/// Decides which transaction of a block runs next (Block-STM's collaborative scheduler with a commit cursor). Owns no
/// thread: it answers <see cref="Next"/> and takes <see cref="Finished"/>, so that threads, a seeded interleaver and a
/// virtual clock drive the same code. Status and incarnation of a transaction travel in one atomic word. At most
/// <see cref="MultiVersionMemory.Window"/> transactions are in flight.
/// </summary>
/// <remarks>A place of the window serves one transaction after another, and a worker may act on a cursor that has moved
/// since. The word therefore also says which lap of the window it belongs to: whoever means an earlier transaction
/// finds another lap and does nothing.</remarks>
public sealed class Scheduler
{
    /// <summary>Transactions that one worker confirms in a row, and the fewest that are worth it.</summary>
    internal const int ConfirmedInRow = 8;

    private const int ConfirmedMin = 4;

    /// <summary>After so many attempts a transaction runs only when everything before it is committed.</summary>
    private const int SpeculativeAttemptsMax = 3;

    /// <summary>After so many commits it is seen how many executions were in vain.</summary>
    private const int CommitsInPeriod = 32;

    /// <summary>So many periods without waste double the span.</summary>
    private const int GoodPeriods = 4;

    private readonly int _window, _mask, _words;
    private readonly ISwitchPoint? _switch;
    private readonly Slot[] _slots;

    // One bit a place of the window.
    private readonly ulong[] _ready, _suspects;
    private CommitState _commits;
    private PaddedWord _next, _stopped;
    private PaddedWord _wasted, _span;
    private PaddedWord _nextEarly;

    // Below, one more than the last transaction that was handed out to be confirmed; above, the era.
    private PaddedWord _ahead;
    private ReadOnlyMemory<int> _predecessors;
    private IReadOnlyList<int>? _early;
    private int _first, _end;

    /// <summary><paramref name="window"/>: transactions in flight, a power of two of at least 64.</summary>
    public Scheduler(int window, ISwitchPoint? switchPoint = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 64);
        if (!int.IsPow2(window)) throw new ArgumentException("not a power of two", nameof(window));
        (_window, _mask, _words, _switch, SpanMax) = (window, window - 1, window / 64, switchPoint, window);
        _slots = new Slot[window];
        (_ready, _suspects) = (new ulong[_words], new ulong[_words]);
    }

    /// <summary>The transactions from <paramref name="first"/> to before <paramref name="end"/>.
    /// <paramref name="predecessors"/> hints for each of them at an earlier one that it had better wait for, or at
    /// something below <paramref name="first"/>. A wrong hint costs time only.</summary>
    /// <param name="first">The first transaction.</param>
    /// <param name="end">One more than the last.</param>
    /// <param name="predecessors">See above.</param>
    /// <param name="early">Transactions, ascending, that begin before others as soon as the window holds them.</param>
    public void Reset(int first, int end, ReadOnlyMemory<int> predecessors = default, IReadOnlyList<int>? early = null)
    {
        (_first, _predecessors, _early, _nextEarly.Value) = (first, predecessors, early, 0);
        (_wasted.Value, _span.Value) = (0, (ulong)SpanMax);
        // The end has a place, too: it is looked at and never begins.
        int last = Math.Min(first + _window - 1, end);
        for (int transaction = first; transaction <= last; transaction++)
            _slots[transaction & _mask] = new() { Word = WordOf(transaction, 0, Status.Idle) };
        Array.Clear(_ready);
        Array.Clear(_suspects);
        _commits = new() { Cursor = first };
        (_next.Value, _stopped.Value) = ((ulong)first, 0);
        _ahead.Value = (ulong)FirstEra << 32 | (uint)first;
        _end = end;
    }

    /// <summary>All below it are committed.</summary>
    public int Cursor => Volatile.Read(ref _commits.Cursor);

    /// <summary>The transaction runs at this moment, and the block goes on.</summary>
    public bool IsExecuting(int transaction) => !IsStopped && StatusOf(transaction) == Status.Executing;

    /// <summary>Gives the block up.</summary>
    public void Stop() => Volatile.Write(ref _stopped.Value, 1);

    public bool IsStopped => Volatile.Read(ref _stopped.Value) != 0;

    /// <summary>See <see cref="IDriver.ConfirmLead"/>.</summary>
    internal int ConfirmLead { get; set; } = ConfirmedInRow;

    /// <summary>So many transactions are in flight at most: the window, unless fewer are wanted.</summary>
    internal int SpanMax { get; set; }

    // ---- What next? ----

    public WorkItem Next()
    {
        if (IsStopped || Cursor == _end) return new(WorkKind.Done);
        _switch?.Pass();
        // In a rehearsal all is confirmed that may be.
        if (ConfirmLead == 0 && TryConfirm(out var item)) return item;
        if (TryCommit(out item) || TryConfirm(out item) || TryValidate(out item) || TryRepeat(out item)
            || TryBegin(out item)) return item;
        return new(WorkKind.Wait);
    }

    /// <summary>Whoever holds the transaction at the cursor may commit, and nobody else.</summary>
    public bool TryCommit(out WorkItem item)
    {
        int cursor = Cursor;
        _switch?.Pass();
        bool claimed = TryMove(cursor, Status.Executed, Status.Committing, out int incarnation);
        item = claimed ? new(WorkKind.Commit, cursor, incarnation, true, IsConfirmed(cursor)) : default;
        return claimed;
    }

    /// <summary>Some transactions ahead of the cursor, before which all have run. That it stays so until they are
    /// committed is what the era says: <see cref="Withdraw"/> ends it, and then nothing is handed out either that was
    /// found in the old one.</summary>
    private bool TryConfirm(out WorkItem item)
    {
        item = default;
        ulong ahead = Volatile.Read(ref _ahead.Value);
        int cursor = Cursor, next = Math.Max((int)(uint)ahead, cursor), first = Math.Max(next, cursor + ConfirmLead);
        if (next >= _end || !HasRun(next)) return false;
        while (next < first + ConfirmedInRow && next < _end && HasRun(next)) next++;
        int least = first + Math.Min(ConfirmedMin, ConfirmLead);
        if (next < least && next < _end || next <= first) return false;
        _switch?.Pass();
        if (Interlocked.CompareExchange(ref _ahead.Value, ahead & ~(ulong)uint.MaxValue | (uint)next, ahead) != ahead)
            return false;
        item = new(WorkKind.Confirm, first) { End = next, Era = EraOf(ahead) };
        return true;
    }

    /// <summary>Its writes are versions that stay unless it is aborted. Whose place in the window is another one's has
    /// not begun, or is applied, and then nobody needs to know. What is being committed does not count: who finds that
    /// it does not hold ends the era before the status, and in the new era it must not be built upon.</summary>
    private bool HasRun(int transaction)
    {
        uint word = Volatile.Read(ref _slots[transaction & _mask].Word);
        return word >> LapShift == LapOf(transaction)
            && (Status)(word & StatusMask) is Status.Executed or Status.Committed;
    }

    /// <summary>One transaction of those that are to be confirmed, unless another worker has it.</summary>
    public bool TryConfirm(in WorkItem all, int transaction, out WorkItem item)
    {
        _switch?.Pass();
        bool claimed = TryMove(transaction, Status.Executed, Status.Validating, out int incarnation);
        item = claimed ? new(WorkKind.Confirm, transaction, incarnation) { Era = all.Era } : default;
        return claimed;
    }

    /// <summary>A transaction is about to be aborted: before anybody can see that, all that was confirmed upon it is
    /// so no longer.</summary>
    public void Withdraw(int transaction)
    {
        while (true)
        {
            ulong ahead = Volatile.Read(ref _ahead.Value);
            uint next = Math.Min((uint)ahead, (uint)transaction);
            ulong after = (ulong)(EraOf(ahead) + 1) << 32 | next;
            if (Interlocked.CompareExchange(ref _ahead.Value, after, ahead) == ahead) break;
        }
        _switch?.Pass();
    }

    /// <summary>Of a transaction that is being committed.</summary>
    private bool IsConfirmed(int transaction) =>
        _slots[transaction & _mask].Era == EraOf(Volatile.Read(ref _ahead.Value));

    private static uint EraOf(ulong ahead) => (uint)(ahead >> 32);

    private bool TryValidate(out WorkItem item)
    {
        int cursor = Cursor;
        _switch?.Pass();
        int words = Math.Min(_words, (_end - cursor + 63) >> 6);
        for (int i = 0; i <= words; i++)
        {
            ref ulong word = ref _suspects[((cursor >> 6) + i) & (_words - 1)];
            for (ulong bits = Volatile.Read(ref word); bits != 0; bits &= bits - 1)
            {
                int place = (((cursor >> 6) + i) << 6 & _mask) + BitOperations.TrailingZeroCount(bits);
                int transaction = At(cursor, place);
                if (StatusOf(transaction) != Status.Executed) continue;
                ulong bit = 1UL << transaction;
                if ((Interlocked.And(ref word, ~bit) & bit) == 0) continue;
                if (!TryMove(transaction, Status.Executed, Status.Validating, out int incarnation)) continue;
                item = new(WorkKind.Validate, transaction, incarnation);
                return true;
            }
        }
        item = default;
        return false;
    }

    /// <summary>The lowest transaction that has to run again.</summary>
    private bool TryRepeat(out WorkItem item)
    {
        int cursor = Cursor;
        _switch?.Pass();
        for (int distance = 0; distance < _window && cursor + distance < _end;)
        {
            int position = (cursor + distance) & _mask;
            ref ulong word = ref _ready[position >> 6];
            ulong bits = Volatile.Read(ref word) >> (position & 63);
            if (bits == 0)
            {
                distance += 64 - (position & 63);
                continue;
            }
            distance += BitOperations.TrailingZeroCount(bits);
            int transaction = cursor + distance++;
            if (!MayRun(transaction)) continue;
            if (TryClaim(transaction, Status.Ready, out item))
            {
                Interlocked.And(ref _ready[(transaction & _mask) >> 6], ~(1UL << transaction));
                return true;
            }
        }
        item = default;
        return false;
    }

    private bool TryBegin(out WorkItem item) => TryBeginEarly(out item) || TryBeginNext(out item);

    private bool TryBeginEarly(out WorkItem item)
    {
        while (_early is { } early)
        {
            int number = (int)Volatile.Read(ref _nextEarly.Value);
            if (number >= early.Count || !IsInSpan(early[number])) break;
            if (Interlocked.CompareExchange(ref _nextEarly.Value, (ulong)number + 1, (ulong)number) != (ulong)number)
                continue;
            int transaction = early[number];
            if (!TryClaim(transaction, Status.Idle, out item)) continue;
            if (!MustWait(transaction)) return true;
            WaitFor(transaction, _predecessors.Span[transaction - _first]);
        }
        item = default;
        return false;
    }

    private bool TryBeginNext(out WorkItem item)
    {
        while (true)
        {
            int next = (int)Volatile.Read(ref _next.Value);
            if (next >= _end || !IsInSpan(next)) break;
            if (Interlocked.CompareExchange(ref _next.Value, (ulong)next + 1, (ulong)next) != (ulong)next) continue;
            // It may have begun early.
            if (!TryClaim(next, Status.Idle, out item)) continue;
            if (!MustWait(next)) return true;
            WaitFor(next, _predecessors.Span[next - _first]);
        }
        item = default;
        return false;
    }

    /// <summary>What is committed has its place in the window until it is applied.</summary>
    private bool IsInSpan(int transaction) =>
        transaction < Cursor + (int)Volatile.Read(ref _span.Value)
        && (transaction - _window < _first
            || Volatile.Read(ref _slots[transaction & _mask].Word) >> LapShift != LapOf(transaction - _window));

    private bool MustWait(int transaction)
    {
        if (_predecessors.IsEmpty) return false;
        int predecessor = _predecessors.Span[transaction - _first];
        return predecessor >= _first && predecessor < transaction
            && StatusOf(predecessor) is Status.Idle or Status.Executing or Status.Ready or Status.Waiting;
    }

    private bool TryClaim(int transaction, Status from, out WorkItem item)
    {
        bool claimed = TryMove(transaction, from, Status.Executing, out int incarnation);
        // Read after the claim: it can only have come nearer since.
        item = claimed ? new(WorkKind.Execute, transaction, incarnation, Cursor == transaction) : default;
        return claimed;
    }

    private bool MayRun(int transaction) =>
        IncarnationOf(transaction) < SpeculativeAttemptsMax || Cursor == transaction;

    // ---- This is done ----

    /// <summary>Takes what came of an item. <paramref name="suspects"/>: transactions that may have read something
    /// older than what it wrote.</summary>
    public void Finished(in WorkItem item, Outcome outcome, ReadOnlySpan<ulong> suspects = default, int blocker = -1)
    {
        switch (item.Kind, outcome)
        {
            case (_, Outcome.Stop): Stop(); break;
            case (WorkKind.Execute, Outcome.Done): FinishExecution(item.Transaction, suspects); break;
            case (WorkKind.Execute, Outcome.Blocked): WaitFor(item.Transaction, blocker); break;
            case (WorkKind.Validate, Outcome.Done):
            case (WorkKind.Confirm, Outcome.Undecided): FinishValidation(item.Transaction); break;
            case (WorkKind.Confirm, Outcome.Done):
                _slots[item.Transaction & _mask].Era = item.Era;
                FinishValidation(item.Transaction);
                break;
            case (WorkKind.Commit, Outcome.Done): FinishCommit(item.Transaction); break;
            case (WorkKind.Apply, Outcome.Done): Free(item.Transaction); break;
            case (WorkKind.Execute, Outcome.Committed):
                AddSuspects(suspects);
                ForgetSuspect(item.Transaction);
                Settle(item.Transaction, WordOf(item.Transaction + _window, 0, Status.Idle));
                Advance(item.Transaction);
                break;
            default:
                Interlocked.Increment(ref _wasted.Value);
                Repeat(item.Transaction, attempts: 1);
                break;
        }
    }

    private void FinishExecution(int transaction, ReadOnlySpan<ulong> suspects)
    {
        AddSuspects(suspects);
        _slots[transaction & _mask].Era = NoEra;
        Settle(transaction, WordOf(transaction, IncarnationOf(transaction), Status.Executed));
    }

    private void AddSuspects(ReadOnlySpan<ulong> suspects)
    {
        for (int i = 0; i < suspects.Length; i++)
            if (suspects[i] != 0) Interlocked.Or(ref _suspects[i], suspects[i]);
    }

    /// <summary>Nobody waits for what has run.</summary>
    private void FinishValidation(int transaction) => Move(transaction, Status.Executed);

    private void FinishCommit(int transaction)
    {
        Volatile.Write(ref _slots[transaction & _mask].Word, WordOf(transaction, 0, Status.Committed));
        Advance(transaction);
    }

    /// <summary>The transaction is committed, and the next one may be.</summary>
    private void Advance(int transaction)
    {
        if (++_commits.Count % CommitsInPeriod == 0) AdjustSpan();
        Volatile.Write(ref _commits.Cursor, transaction + 1);
    }

    /// <summary>The place in the window is the next one's, a window further.</summary>
    private void Free(int transaction)
    {
        ForgetSuspect(transaction);
        Volatile.Write(ref _slots[transaction & _mask].Word, WordOf(transaction + _window, 0, Status.Idle));
    }

    private void ForgetSuspect(int transaction)
    {
        ref ulong suspects = ref _suspects[(transaction & _mask) >> 6];
        if ((Volatile.Read(ref suspects) & 1UL << transaction) != 0)
            Interlocked.And(ref suspects, ~(1UL << transaction));
    }

    /// <summary>Where most of what is begun ahead is in vain, less is begun ahead: a storm of retries dies down to
    /// serial execution, from which it carefully grows again. Only who commits gets here.</summary>
    private void AdjustSpan()
    {
        ulong wasted = Interlocked.Exchange(ref _wasted.Value, 0), span = _span.Value;
        _commits.GoodPeriods = wasted < CommitsInPeriod / 4 ? _commits.GoodPeriods + 1 : 0;
        if (wasted > CommitsInPeriod / 2) span = Math.Max(1, Math.Min(span, (ulong)CommitsInPeriod) / 2);
        else if (_commits.GoodPeriods % GoodPeriods == GoodPeriods - 1) span = Math.Min((ulong)SpanMax, 2 * span);
        Volatile.Write(ref _span.Value, span);
    }

    /// <summary>The transaction has written: those that wait for it may run. Under the lock, so that nobody joins the
    /// waiting in between, and none of another lap is among them.</summary>
    private void Settle(int transaction, uint word)
    {
        ref Slot slot = ref _slots[transaction & _mask];
        slot.Lock.Enter();
        Volatile.Write(ref slot.Word, word);
        int next = slot.FirstDependant;
        slot.FirstDependant = 0;
        slot.Lock.Exit();
        _switch?.Pass();
        while (next != 0)
        {
            int dependant = next;
            next = _slots[dependant & _mask].NextDependant;
            Repeat(dependant, attempts: 0);
        }
    }

    /// <summary>The transaction may run again. Having waited is no attempt.</summary>
    private void Repeat(int transaction, int attempts)
    {
        Volatile.Write(
            ref _slots[transaction & _mask].Word,
            WordOf(transaction, Math.Min(IncarnationOf(transaction) + attempts, IncarnationMax), Status.Ready));
        Interlocked.Or(ref _ready[(transaction & _mask) >> 6], 1UL << transaction);
    }

    private void WaitFor(int transaction, int blocker)
    {
        ref Slot slot = ref _slots[blocker & _mask];
        slot.Lock.Enter();
        bool mustWait = StatusOf(blocker) is Status.Idle or Status.Executing or Status.Ready or Status.Waiting;
        if (mustWait)
        {
            Move(transaction, Status.Waiting);
            _slots[transaction & _mask].NextDependant = slot.FirstDependant;
            slot.FirstDependant = transaction;
        }
        slot.Lock.Exit();
        if (!mustWait) Repeat(transaction, attempts: 0);
    }

    // ---- Words ----

    private enum Status : byte { Idle, Executing, Executed, Validating, Ready, Waiting, Committing, Committed }

    private const int StatusBits = 3, IncarnationBits = 9, IncarnationMax = (1 << IncarnationBits) - 1;
    private const int LapShift = StatusBits + IncarnationBits;
    private const uint StatusMask = (1 << StatusBits) - 1, NoEra = 0, FirstEra = 1;

    private uint LapOf(int transaction) =>
        (uint)transaction >> BitOperations.TrailingZeroCount(_window) & (uint.MaxValue >> LapShift);

    private uint WordOf(int transaction, int incarnation, Status status) =>
        LapOf(transaction) << LapShift | (uint)incarnation << StatusBits | (uint)status;

    /// <summary>Committed when the place is a later one's already.</summary>
    private Status StatusOf(int transaction)
    {
        uint word = Volatile.Read(ref _slots[transaction & _mask].Word);
        return word >> LapShift == LapOf(transaction) ? (Status)(word & StatusMask) : Status.Committed;
    }

    private int IncarnationOf(int transaction) =>
        (int)(Volatile.Read(ref _slots[transaction & _mask].Word) >> StatusBits) & IncarnationMax;

    private bool TryMove(int transaction, Status from, Status to, out int incarnation)
    {
        ref uint word = ref _slots[transaction & _mask].Word;
        uint old = Volatile.Read(ref word);
        incarnation = (int)(old >> StatusBits) & IncarnationMax;
        return old == WordOf(transaction, incarnation, from)
            && Interlocked.CompareExchange(ref word, WordOf(transaction, incarnation, to), old) == old;
    }

    /// <summary>By the one worker that holds the transaction.</summary>
    private void Move(int transaction, Status to) => Volatile.Write(
        ref _slots[transaction & _mask].Word, WordOf(transaction, IncarnationOf(transaction), to));

    /// <summary>The transaction at a place of the window, from <paramref name="first"/> on.</summary>
    private int At(int first, int place) => first + ((place - first) & _mask);

    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        public uint Word;
        public SpinGate Lock;

        /// <summary>In which it was confirmed. Belongs to who holds the transaction.</summary>
        public uint Era;

        /// <summary>A list of transactions that wait for this one. Each waits for one only; 0, which comes before all
        /// transactions, ends the list.</summary>
        public int FirstDependant, NextDependant;
    }

    /// <summary>Written by who commits.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct CommitState
    {
        [FieldOffset(64)]
        public int Cursor;

        [FieldOffset(68)]
        public int Count;

        [FieldOffset(72)]
        public int GoodPeriods;
    }

    /// <summary>A word on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct PaddedWord
    {
        [FieldOffset(64)]
        public ulong Value;
    }
}
