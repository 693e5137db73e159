using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Weft.Primitives;
using Weft.State.Overlay;

namespace Weft.State.MultiVersion;

/// <summary>
/// The state of a block while its transactions run out of order (Block-STM, Gelashvili et al. 2022): per location the
/// committed value and the versions of transactions in flight. Reads by <see cref="TransactionView"/>; a finished
/// transaction is published, validated by value and committed in the order of the block, or aborted. At most
/// <see cref="Window"/> transactions are in flight, so that every list and set is bounded.
/// </summary>
public sealed partial class MultiVersionMemory
{
    private readonly LocationTable<Address, AccountLocation> _accounts = new();
    private readonly LocationTable<SlotKey, SlotLocation> _slots = new();
    private readonly ConcurrentDictionary<Hash256, ReadOnlyMemory<byte>> _newCode = new();

    /// <summary>Of transactions in flight, by index modulo the window. A place is written by who begins the transaction
    /// and by who applies it.</summary>
    private readonly TransactionRecord?[] _records;

    private readonly List<TransactionView> _views = [];

    /// <summary>Records of which some worker had too many.</summary>
    private readonly Stack<TransactionRecord> _spare = [];

    private readonly ISwitchPoint? _switch;
    private IStateReader _source = null!;
    private int _clears;

    /// <summary>Set by whoever adds the first; false again with the next block.</summary>
    private volatile bool _hasNewCode;

    private int _indices;

    /// <summary>The number of the location.</summary>
    private int _feeRecipient;

    /// <summary>For what is added between blocks.</summary>
    private NewNumbers _numbers;

    /// <summary><paramref name="window"/>: transactions beyond the last committed one that may run, a power of two of
    /// at least 64. <paramref name="switchPoint"/> is asked before every shared access, for simulations.</summary>
    public MultiVersionMemory(int window, ISwitchPoint? switchPoint = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 64);
        if (!int.IsPow2(window)) throw new ArgumentException("not a power of two", nameof(window));
        (Window, _switch) = (window, switchPoint);
        _records = new TransactionRecord?[window];
    }

    /// <summary>Transactions beyond the last committed one that may run.</summary>
    public int Window { get; }

    /// <summary>Words that hold a bit for each transaction of this block, by index modulo <see cref="Window"/>.
    /// </summary>
    public int BitWords => (Math.Min(Window, _indices) + 63) / 64;

    /// <summary>Forgets the block before. Nobody else may use the memory meanwhile. </summary>
    /// <param name="source">The state before the block.</param>
    /// <param name="feeRecipient">Who is paid by <see cref="CommitFee"/>.</param>
    /// <param name="indices">One more than the highest that will begin.</param>
    public void Reset(IStateReader source, in Address feeRecipient, int indices)
    {
        _source = source;
        _accounts.Clear();
        _slots.Clear();
        // Takes all of its locks, whether there is anything or not.
        if (_hasNewCode) _newCode.Clear();
        _hasNewCode = false;
        // Goes on counting, so that whoever remembers slots of the block before forgets them.
        _clears++;
        if (Committed < _indices) ReleaseAll();
        (_committed.Value, _indices) = (0, indices);
        _feeRecipient = FindAccount(feeRecipient, ref _numbers);
    }

    /// <summary>A view for a worker.</summary>
    public TransactionView CreateView(IDependencyWaiter? waiter = null)
    {
        var view = new TransactionView(this, waiter);
        _views.Add(view);
        return view;
    }

    /// <summary>Grows whenever storage is cleared or that is taken back, which changes slots without writing them.
    /// </summary>
    internal int Clears => Volatile.Read(ref _clears);

    /// <summary>An incarnation begins to run. <paramref name="isFirst"/>: everything before it is committed, so that
    /// nothing can change what it reads.</summary>
    public void Begin(int transaction, TransactionView view, bool isFirst)
    {
        var record = _records[transaction & (Window - 1)] ??= view.TakeRecord();
        ForgetReads(transaction, record);
        view.Begin(transaction, record, isFirst);
    }

    // ---- Records ----

    /// <summary>Of a transaction that has begun and is not applied.</summary>
    internal TransactionRecord RecordOf(int transaction) => _records[transaction & (Window - 1)]!;

    internal TransactionRecord TakeSpare()
    {
        lock (_spare) return _spare.TryPop(out var record) ? record : new();
    }

    internal void AddSpare(TransactionRecord record)
    {
        lock (_spare) _spare.Push(record);
    }

    /// <summary>The transaction is over for good, so that nothing links to its writes: the record serves the next one
    /// that this worker begins.</summary>
    private void Release(int transaction, TransactionRecord record, TransactionView view)
    {
        _records[transaction & (Window - 1)] = null;
        view.KeepRecord(record);
    }

    /// <summary>The block before was not committed to its end.</summary>
    private void ReleaseAll()
    {
        foreach (ref var record in _records.AsSpan(0, Math.Min(Window, _indices)))
        {
            if (record is null) continue;
            record.Reset();
            AddSpare(record);
            record = null;
        }
    }

    // ---- Locations ----

    internal int FindAccount(in Address address, ref NewNumbers numbers)
    {
        uint hash = (uint)LocationHash.Of(address);
        return _accounts.FindOrAdd(hash, address, new BeginAccount(address), ref numbers.Accounts);
    }

    internal int FindSlot(int account, in UInt256 key, ref NewNumbers numbers)
    {
        var slotKey = new SlotKey(account, in key);
        return _slots.FindOrAdd(slotKey.Hash, slotKey, new BeginSlot(this, account, key), ref numbers.Slots);
    }

    private readonly struct BeginAccount(in Address address) : IBegin<AccountLocation>
    {
        private readonly Address _address = address;

        public void Begin(ref AccountLocation location, int number) =>
            (location.Address, location.Word) = (_address, LocationWord.Unwritten);
    }

    /// <summary>A new slot joins the list of its account. Who clears the storage takes note of that before it looks at
    /// the list, and the exchange comes before the slot is loaded: so it is cleared there or loaded empty.</summary>
    private readonly struct BeginSlot(MultiVersionMemory memory, int account, in UInt256 key) : IBegin<SlotLocation>
    {
        private readonly UInt256 _key = key;

        public void Begin(ref SlotLocation location, int number)
        {
            (location.Account, location.Key, location.Word) = (account, _key, LocationWord.Unwritten);
            ref int first = ref memory._accounts[account].FirstSlot;
            do location.NextSlot = Volatile.Read(ref first);
            while (Interlocked.CompareExchange(ref first, number + 1, location.NextSlot) != location.NextSlot);
        }
    }

    // ---- Reading ----

    /// <summary>Whether an account is what a worker knew, as seen by a transaction, which is registered as a reader
    /// where somebody writes, unless it is the first of the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsStillKnown(in Known known, int transaction, bool isFirst)
    {
        _switch?.Pass();
        ref AccountLocation location = ref _accounts[known.Location];
        return IsStill(ref location.Word, ref location.Readers, known.Word, transaction, isFirst);
    }

    /// <summary>The same for a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsSlotStillKnown(in Known known, int transaction, bool isFirst)
    {
        _switch?.Pass();
        ref SlotLocation location = ref _slots[known.Location];
        return IsStill(ref location.Word, ref location.Readers, known.Word, transaction, isFirst);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsStill(ref ulong word, ref ReaderSet readers, ulong known, int transaction, bool isFirst)
    {
        if (Volatile.Read(ref word) != known || !LocationWord.IsBefore(known, transaction)) return false;
        if (known == LocationWord.Unwritten || isFirst) return true;
        readers.Add(transaction);
        // Who writes between the two looks at the readers before this one has joined them.
        return Volatile.Read(ref word) == known;
    }

    /// <summary>The account before a transaction, which is registered as a reader. False when an earlier one is
    /// expected to write it again: <paramref name="blocker"/>.</summary>
    internal bool TryReadAccount(
        int number, int transaction, bool isFirst, ref AccountRead read, out int blocker)
    {
        _switch?.Pass();
        ref AccountLocation location = ref _accounts[number];
        location.Lock.Enter();
        if (!location.IsLoaded) Load(ref location);
        read.Word = location.Word;
        if (read.Word != LocationWord.Unwritten && !isFirst) location.Readers.Add(transaction);
        blocker = Resolve(ref location, transaction, isFirst, out read.Existed, out read.Seen, out _);
        location.Lock.Exit();
        return blocker < 0;
    }

    /// <summary>The same for a slot.</summary>
    internal bool TryReadSlot(
        int number, int transaction, bool isFirst, ref SlotRead read, out int blocker)
    {
        _switch?.Pass();
        ref SlotLocation location = ref _slots[number];
        location.Lock.Enter();
        if (!location.IsLoaded) Load(ref location);
        read.Word = location.Word;
        if (read.Word != LocationWord.Unwritten && !isFirst) location.Readers.Add(transaction);
        blocker = Resolve(ref location, transaction, isFirst, out read.Seen);
        location.Lock.Exit();
        return blocker < 0;
    }

    internal bool TryReadHasStorage(int number, int transaction, out bool hasStorage, out int blocker)
    {
        _switch?.Pass();
        ref AccountLocation location = ref _accounts[number];
        location.Lock.Enter();
        blocker = Resolve(ref location, transaction, isFirst: false, out _, out _, out bool isCleared);
        location.Lock.Exit();
        hasStorage = blocker < 0 && !isCleared && _source.HasStorage(location.Address);
        return blocker < 0;
    }

    /// <summary>Code has the hash as its name, so that a version makes no difference.</summary>
    internal ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        _newCode.TryGetValue(codeHash, out var code) ? code : _source.GetCode(codeHash);

    private void Load(ref AccountLocation location)
    {
        try
        {
            location.Exists = _source.TryGetAccount(location.Address, out location.Committed);
        }
        catch
        {
            location.Lock.Exit();
            throw;
        }
        if (!location.Exists) location.Committed = Account.Empty;
        (location.Original, location.ExistedOriginally) = (location.Committed, location.Exists);
        location.IsLoaded = true;
    }

    private void Load(ref SlotLocation location)
    {
        ref AccountLocation owner = ref _accounts[location.Account];
        try
        {
            location.Original = _source.GetStorage(owner.Address, location.Key);
        }
        catch
        {
            location.Lock.Exit();
            throw;
        }
        location.Committed = owner.StorageCleared ? UInt256.Zero : location.Original;
        location.IsLoaded = true;
    }

    /// <summary>Composes the versions before a transaction over the committed value. Returns the transaction that has
    /// to come first, or -1. Under the lock of the location.</summary>
    private int Resolve(
        ref AccountLocation location, int transaction, bool isFirst, out bool exists, out Account account,
        out bool isCleared)
    {
        if (isFirst) Fold(ref location, transaction);
        account = location.Committed;
        (exists, isCleared) = (location.Exists, location.StorageCleared);
        if (isFirst) return -1;
        var link = location.Versions.Youngest;
        while (!link.IsEnd && link.Transaction >= transaction) link = WriteAt(link).Node.Older;
        if (link.IsEnd) return -1;
        return Compose(link, ref exists, ref account, ref isCleared);
    }

    private int Compose(VersionLink link, ref bool exists, ref Account account, ref bool isCleared)
    {
        var (nonce, balance, codeHash) = (account.Nonce, account.Balance, account.CodeHash);
        bool hasNonce = false, hasCode = false;
        var difference = UInt256.Zero;
        // The youngest version decides, so only it can say that there is no account.
        exists = (WriteAt(link).Effect & AccountEffect.Deleted) == 0;
        for (; !link.IsEnd; link = WriteAt(link).Node.Older)
        {
            if (RecordOf(link.Transaction).IsEstimate) return link.Transaction;
            ref AccountWrite write = ref WriteAt(link);
            isCleared |= write.Clears;
            if ((write.Effect & AccountEffect.Deleted) != 0)
            {
                balance = UInt256.Zero;
                if (!hasNonce) nonce = 0;
                if (!hasCode) codeHash = Hash256.OfEmptyCode;
                break;
            }
            difference += write.BalanceDifference;
            if (!hasNonce && (write.Effect & AccountEffect.Nonce) != 0) (nonce, hasNonce) = (write.Nonce, true);
            if (!hasCode && (write.Effect & AccountEffect.Code) != 0) (codeHash, hasCode) = (write.CodeHash, true);
        }
        account = new(nonce, balance + difference, codeHash);
        return -1;
    }

    private int Resolve(ref SlotLocation location, int transaction, bool isFirst, out UInt256 value)
    {
        if (isFirst) Fold(ref location, transaction);
        value = location.Committed;
        if (isFirst) return -1;
        var link = location.Versions.Youngest;
        while (!link.IsEnd && link.Transaction >= transaction) link = SlotWriteAt(link).Node.Older;
        int writer = link.IsEnd ? -1 : link.Transaction;
        if (_accounts[location.Account].ClearsInFlight != 0)
        {
            int clear = LastClear(location.Account, transaction, out int blocker);
            if (blocker >= 0) return blocker;
            if (clear > writer) value = UInt256.Zero;
            if (clear > writer) return -1;
        }
        if (writer < 0) return -1;
        if (RecordOf(writer).IsEstimate) return writer;
        value = SlotWriteAt(link).Value;
        return -1;
    }

    /// <summary>The last transaction in flight before another that clears the storage of an account, or -1. Account
    /// locks come after slot locks.</summary>
    private int LastClear(int account, int transaction, out int blocker)
    {
        ref AccountLocation location = ref _accounts[account];
        blocker = -1;
        int clear = -1;
        location.Lock.Enter();
        for (var link = location.Versions.Youngest; !link.IsEnd && clear < 0; link = WriteAt(link).Node.Older)
        {
            if (link.Transaction >= transaction) continue;
            if (!WriteAt(link).Clears) continue;
            clear = link.Transaction;
            if (RecordOf(clear).IsEstimate) blocker = clear;
        }
        location.Lock.Exit();
        return clear;
    }
}
