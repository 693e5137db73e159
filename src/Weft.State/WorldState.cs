using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.State;

/// <summary>
/// The state while transactions run: an overlay over an <see cref="IStateReader"/> with a journal that can undo to any
/// checkpoint. Warmth (EIP-2929), transient storage (EIP-1153), logs, creations and self-destructs belong to the running
/// transaction; accounts and slots outlive it. One thread at a time.
/// </summary>
public sealed class WorldState
{
    public WorldState(IStateReader source) => throw new InvalidOperationException("the journal is on its way");

    // ---- Life of a transaction ----

    /// <summary>Forgets warmth, transient storage, logs and marks of the transaction before; the values that slots
    /// have now become their originals (EIP-2200).</summary>
    public void BeginTransaction() => throw new InvalidOperationException();

    /// <summary>Deletes what self-destructed and, where <paramref name="clearEmpty"/> holds (EIP-161), every account
    /// that was touched and is empty. Ends all checkpoints.</summary>
    public void EndTransaction(bool clearEmpty) => throw new InvalidOperationException();

    public int Checkpoint() => throw new InvalidOperationException();

    public void Revert(int checkpoint) => throw new InvalidOperationException();

    // ---- Accounts ----

    public bool Exists(in Address address) => throw new InvalidOperationException();
    public bool IsEmpty(in Address address) => throw new InvalidOperationException();
    public UInt256 GetBalance(in Address address) => throw new InvalidOperationException();
    public ulong GetNonce(in Address address) => throw new InvalidOperationException();
    public Hash256 GetCodeHash(in Address address) => throw new InvalidOperationException();
    public ReadOnlyMemory<byte> GetCode(in Address address) => throw new InvalidOperationException();

    /// <summary>Room for whatever the layer above derived from the account's code (analysed bytecode), kept with the
    /// account entry so that a call finds it with one lookup; null whenever the code has changed since.</summary>
    public ref object? CodeAttachment(in Address address) => throw new InvalidOperationException();

    public void SetNonce(in Address address, ulong nonce) => throw new InvalidOperationException();

    /// <summary>Creates the account if need be; touches it, also for zero.</summary>
    public void AddBalance(in Address address, in UInt256 amount) => throw new InvalidOperationException();

    /// <summary>The caller has checked the balance.</summary>
    public void SubtractBalance(in Address address, in UInt256 amount) => throw new InvalidOperationException();

    public void SetCode(in Address address, ReadOnlyMemory<byte> code) => throw new InvalidOperationException();

    /// <summary>Marks for EIP-161 clearing.</summary>
    public void Touch(in Address address) => throw new InvalidOperationException();

    /// <summary>EIP-684 and EIP-7610: nonce, code or storage is not empty.</summary>
    public bool HasCollision(in Address address) => throw new InvalidOperationException();

    /// <summary>Begins a contract: nonce 0, no code, no storage, balance kept, created in this transaction.</summary>
    public void CreateAccount(in Address address) => throw new InvalidOperationException();

    public bool IsCreatedInTransaction(in Address address) => throw new InvalidOperationException();

    /// <summary>Moves the balance; deletes at the end of the transaction unless it is to be kept (EIP-6780: then a
    /// transfer to itself changes nothing, otherwise it burns). True when newly marked.</summary>
    public bool SelfDestruct(in Address address, in Address beneficiary, bool onlyWhenCreated) => throw new InvalidOperationException();

    // ---- Storage ----

    /// <summary>True when cold until now (EIP-2929); marks it warm.</summary>
    public bool AccessAccount(in Address address) => throw new InvalidOperationException();

    /// <summary>Marks a slot warm without reading it: access lists (EIP-2930).</summary>
    public bool AccessStorage(in Address address, in UInt256 key) => throw new InvalidOperationException();

    public bool GetStorage(in Address address, in UInt256 key, out UInt256 value) => throw new InvalidOperationException();
    public bool SetStorage(in Address address, in UInt256 key, in UInt256 value, out UInt256 original, out UInt256 current) => throw new InvalidOperationException();
    public UInt256 GetTransientStorage(in Address address, in UInt256 key) => throw new InvalidOperationException();
    public void SetTransientStorage(in Address address, in UInt256 key, in UInt256 value) => throw new InvalidOperationException();

    // ---- Logs ----

    public void AddLog(LogEntry log) => throw new InvalidOperationException();

    /// <summary>Logs of the running or just ended transaction; copy before the next begins.</summary>
    public IReadOnlyList<LogEntry> Logs => throw new InvalidOperationException();

    // ---- Result ----

    /// <summary>Everything that differs from the source, for <see cref="InMemoryState.Apply"/> and roots.</summary>
    public StateChanges GetChanges() => throw new InvalidOperationException();
}

/// <summary>Net changes against the state before: a null account was deleted; storage of a <c>cleared</c> account starts
/// empty; a zero slot is deleted.</summary>
public sealed class StateChanges
{
    public Dictionary<Address, Account?> Accounts { get; } = [];
    public Dictionary<Address, Dictionary<UInt256, UInt256>> Storage { get; } = [];
    public HashSet<Address> ClearedStorage { get; } = [];
    public Dictionary<Hash256, ReadOnlyMemory<byte>> Code { get; } = [];
}

/// <summary>A whole state in memory. Readers may share it while nobody applies changes.</summary>
public sealed class InMemoryState : IStateReader
{
    public bool TryGetAccount(in Address address, out Account account) => throw new InvalidOperationException();
    public UInt256 GetStorage(in Address address, in UInt256 key) => throw new InvalidOperationException();
    public bool HasStorage(in Address address) => throw new InvalidOperationException();
    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => throw new InvalidOperationException();

    public void SetAccount(in Address address, in Account account) => throw new InvalidOperationException();
    public void SetStorage(in Address address, in UInt256 key, in UInt256 value) => throw new InvalidOperationException();

    /// <summary>Keeps code under its hash, which it returns.</summary>
    public Hash256 AddCode(ReadOnlyMemory<byte> code) => throw new InvalidOperationException();

    public void Apply(StateChanges changes) => throw new InvalidOperationException();

    /// <summary>The root of the secure Merkle Patricia trie over all accounts (Yellow Paper 4.1).</summary>
    public Hash256 ComputeRoot() => throw new InvalidOperationException();
}
