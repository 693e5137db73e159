using System.Diagnostics;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.MultiVersion;
using Weft.State.Overlay;

namespace Weft.State;

/// <summary>
/// The state while transactions run: an overlay over an <see cref="IStateReader"/> with a journal that can undo to
/// any checkpoint. Warmth (EIP-2929), transient storage (EIP-1153), logs, creations and self-destructs belong to the
/// running transaction; accounts and slots outlive it. One thread at a time. What the source throws comes out
/// unchanged. Keep an instance and <see cref="Reset"/> it for the next block: its tables have grown to what blocks
/// need.
/// </summary>
public sealed partial class WorldState
{
    /// <summary>The precompile whose touch outlives a revert.</summary>
    private static readonly Address Ripemd160 = Address.FromNumber(3);

    private IStateReader _source;
    private EntryTable<Address, AccountEntry> _accounts = new(32);
    private EntryTable<SlotKey, SlotEntry> _slots = new(64);
    private EntryTable<SlotKey, TransientEntry> _transients = new(16);
    private GrowingStack<DirtyAccount> _dirtyAccounts = new(32);
    private GrowingStack<DirtySlot> _dirtySlots = new(64);
    private Journal _journal = new();
    private readonly List<LogEntry> _logs = [];

    // Accounts marked in the running transaction, in step with the journal.
    private GrowingStack<int> _touched = new(32);
    private GrowingStack<int> _destroyed = new(4);

    // Mainnet block 2675119: a call to the precompile ran out of gas, was reverted, and the account was deleted as
    // empty all the same. All clients keep this touch (EIP-161; issue 716 of ethereum/EIPs).
    private bool _ripemdTouched;

    // Marks carry this number; 0 is no transaction.
    private int _transaction = 1;

    // Grows with every checkpoint and revert: within one stretch a slot is journaled once.
    private ulong _stretch = 1;

    // The generation of storage that the source holds. Every other one starts empty. A transaction that runs
    // speculatively gives the source a new one, so that it asks for everything anew.
    private int _sourceGeneration = 1;

    // The last generation of storage given out.
    private int _generation = 1;

    // The account looked up last: most lookups are for the running contract.
    private int _last;

    public WorldState(IStateReader source) => _source = source;

    /// <summary>Forgets everything and begins anew over another state, with the memory that it has.</summary>
    public void Reset(IStateReader source)
    {
        CloseTransaction();
        _source = source;
        _view = source as TransactionView;
        _accounts.Clear();
        _slots.Clear();
        _dirtyAccounts.Clear();
        _dirtySlots.Clear();
        _logs.Clear();
        _knownSlots.Clear();
        _marks?.Clear();
        (_markedAccounts, _markedSlots, _hashedAccount) = (0, 0, -1);
        (_transaction, _stretch, _sourceGeneration, _generation, _last) = (1, 1, 1, 1, 0);
    }

    // ---- Life of a transaction ----

    /// <summary>Forgets warmth, transient storage, logs and marks of the transaction before; the values that slots
    /// have now become their originals (EIP-2200).</summary>
    public void BeginTransaction()
    {
        CloseTransaction();
        _logs.Clear();
    }

    /// <summary>Deletes what self-destructed and, where <paramref name="clearEmpty"/> holds (EIP-161), every account
    /// that was touched and is empty. Ends all checkpoints, warmth, transient storage and marks.</summary>
    public void EndTransaction(bool clearEmpty)
    {
        foreach (int index in _destroyed.Items) Delete(ref _accounts[index]);
        if (clearEmpty)
        {
            foreach (int index in _touched.Items) DeleteIfEmpty(ref _accounts[index]);
            if (_ripemdTouched) DeleteIfEmpty(ref _accounts[Load(Ripemd160)]);
        }
        CloseTransaction();
    }

    private void CloseTransaction()
    {
        _journal.Clear();
        _touched.Clear();
        _destroyed.Clear();
        if (_transients.Count != 0) _transients.Clear();
        _ripemdTouched = false;
        _transaction++;
    }

    /// <summary>A point to which <see cref="Revert"/> can return until the transaction ends.</summary>
    public int Checkpoint()
    {
        _stretch++;
        return _journal.Count;
    }

    /// <summary>Undoes all since the checkpoint, which ends with it. An older checkpoint ends the younger
    /// ones.</summary>
    public void Revert(int checkpoint)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)checkpoint, (uint)_journal.Count, nameof(checkpoint));
        while (_journal.Count > checkpoint) UndoLast();
        _stretch++;
    }

    private void UndoLast()
    {
        switch (_journal.Pop(out int index))
        {
            case Undo.SlotFirstValue: _slots[index].Value = _slots[index].Original; break;
            case Undo.SlotValue: _slots[index].Value = _journal.PopWord(); break;
            case Undo.SlotWarmth: _slots[index].WarmIn = 0; break;
            case Undo.SlotLife: RestoreSlot(ref _slots[index], _journal.PopSlot()); break;
            case Undo.TransientValue: _transients[index].Value = _journal.PopWord(); break;
            case Undo.AccountWarmth: _accounts[index].WarmIn = 0; break;
            case Undo.Balance: _accounts[index].Body.Balance = _journal.PopWord(); break;
            case Undo.Nonce: _accounts[index].Body.Nonce = _journal.PopWord().U0; break;
            case Undo.Body: _accounts[index].Body = _journal.PopBody(); break;
            case Undo.Existence: _accounts[index].Body.Exists = false; break;
            case Undo.Touch: UndoTouch(ref _accounts[index]); break;
            case Undo.Destruction: _accounts[_destroyed.Pop()].DestroyedIn = 0; break;
            case Undo.Log: _logs.RemoveAt(_logs.Count - 1); break;
            default: throw new UnreachableException();
        }
    }

    // ---- Logs ----

    public void AddLog(LogEntry log)
    {
        _journal.Push(Undo.Log);
        _logs.Add(log);
    }

    /// <summary>Logs of the running or just ended transaction; copy before the next begins.</summary>
    public IReadOnlyList<LogEntry> Logs => _logs;
}
