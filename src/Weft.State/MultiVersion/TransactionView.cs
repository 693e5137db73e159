using Weft.Primitives;

namespace Weft.State.MultiVersion;

/// <summary>
/// The state as one transaction of a block may see it: what the transactions before it have written, as far as is known
/// now. Records every read. One worker's; used for one transaction after another.
/// </summary>
public sealed class TransactionView : IStateReader
{
    private readonly MultiVersionMemory _memory;
    private readonly IDependencyWaiter? _waiter;
    private TransactionRecord _record = null!;
    private int _transaction;
    private int _clears;
    private bool _isFirst;
    private NewNumbers _numbers;

    // Records that serve no transaction, the one used last on top: it is still in this core's cache.
    private readonly TransactionRecord?[] _free = new TransactionRecord?[FreeMax];
    private int _freeCount;

    private const int FreeMax = 32;

    internal TransactionView(MultiVersionMemory memory, IDependencyWaiter? waiter) =>
        (_memory, _waiter) = (memory, waiter);

    /// <summary>That of the last transaction that began. When that one is committed, it stays until the next one
    /// begins.</summary>
    internal TransactionRecord Record => _record;

    internal ref NewNumbers Numbers => ref _numbers;

    internal TransactionRecord TakeRecord() => _freeCount == 0 ? _memory.TakeSpare() : _free[--_freeCount]!;

    /// <summary>The worker has committed and applied what the record holds.</summary>
    internal void KeepRecord(TransactionRecord record)
    {
        // Not this one: the worker goes on to look at what it wrote.
        if (_freeCount == FreeMax) _memory.AddSpare(_free[--_freeCount]!);
        _free[_freeCount++] = record;
    }

    internal int FindSlot(int account, in UInt256 key) => _memory.FindSlot(account, key, ref _numbers);

    /// <summary>Storage has been cleared since the transaction before, so that slots are not what they were.</summary>
    internal bool ForgetsAll { get; private set; }

    internal void Begin(int transaction, TransactionRecord record, bool isFirst)
    {
        (_transaction, _record, _isFirst) = (transaction, record, isFirst);
        record.Begin(_memory.Clears);
        ForgetsAll = _clears != record.Clears;
        _clears = record.Clears;
    }

    /// <summary>Records a read of an account. <paramref name="isKnown"/>: the worker has it already, from an earlier
    /// transaction, and fills in what it is.</summary>
    internal ref AccountRead ReadAccount(in Address address, ref Known known, out bool isKnown)
    {
        if (!known.HasLocation) known = new(_memory.FindAccount(address, ref _numbers), Known.Nothing);
        isKnown = _memory.IsStillKnown(known, _transaction, _isFirst);
        if (!isKnown) return ref ReadAnew(ref known);
        ref AccountRead read = ref _record.AccountReads.Push();
        (read.Location, read.Word) = (known.Location, known.Word);
        if (!_isFirst) _record.Marks.Push(new(known.Location, isSlot: false, known.Word));
        (read.BalanceAtLeast, read.Observed, read.HadStorage) = (UInt256.Zero, Observed.None, false);
        return ref read;
    }

    /// <summary>Records a read of a slot; <paramref name="value"/> is what the worker knows, if anything.</summary>
    internal UInt256 ReadSlot(int account, in UInt256 key, in UInt256 value, ref Known known)
    {
        if (!known.HasLocation) known = new(FindSlot(account, key), Known.Nothing);
        ref SlotRead read = ref _record.SlotReads.Push();
        (read.Location, read.Word, read.Seen) = (known.Location, known.Word, value);
        if (!_memory.IsSlotStillKnown(known, _transaction, _isFirst))
        {
            while (!_memory.TryReadSlot(known.Location, _transaction, _isFirst, ref read, out int blocker))
                WaitFor(blocker);
            known.Remember(read.Word, _transaction);
        }
        if (!_isFirst) _record.Marks.Push(new(known.Location, isSlot: true, read.Word));
        return read.Seen;
    }

    public bool TryGetAccount(in Address address, out Account account)
    {
        var known = new Known(_memory.FindAccount(address, ref _numbers), Known.Nothing);
        ref AccountRead read = ref ReadAnew(ref known);
        account = read.Seen;
        return read.Existed;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        var known = default(Known);
        return ReadSlot(_memory.FindAccount(address, ref _numbers), key, UInt256.Zero, ref known);
    }

    /// <summary>Of an account that was read before.</summary>
    public bool HasStorage(in Address address)
    {
        int location = _memory.FindAccount(address, ref _numbers);
        bool hasStorage;
        while (!_memory.TryReadHasStorage(location, _transaction, out hasStorage, out int blocker)) WaitFor(blocker);
        for (int i = 0; i < _record.AccountReads.Count; i++)
        {
            ref AccountRead read = ref _record.AccountReads[i];
            if (read.Location != location) continue;
            read.Observed |= Observed.Storage;
            read.HadStorage = hasStorage;
        }
        return hasStorage;
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => _memory.GetCode(codeHash);

    private ref AccountRead ReadAnew(ref Known known)
    {
        ref AccountRead read = ref _record.AccountReads.Push();
        read = new() { Location = known.Location };
        while (!_memory.TryReadAccount(known.Location, _transaction, _isFirst, ref read, out int blocker))
            WaitFor(blocker);
        known.Remember(read.Word, _transaction);
        if (!_isFirst) _record.Marks.Push(new(known.Location, isSlot: false, read.Word));
        return ref read;
    }

    /// <summary>Returns when it is worth another try.</summary>
    /// <exception cref="DependencyException">It is not before the other transaction has run again.</exception>
    private void WaitFor(int blocker)
    {
        if (_waiter is null || !_waiter.WaitFor(blocker)) throw new DependencyException(blocker);
    }
}
