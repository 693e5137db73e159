using System.Diagnostics;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Evm.Precompiles;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Execution;

/// <summary>
/// The world of one worker's machine: a <see cref="WorldState"/>, the shared code cache and the hashes of earlier
/// blocks. Attached anew for every transaction; owned by one thread.
/// </summary>
public sealed class Host : IHost
{
    /// <summary>What is warm from the start: those of the fork, wherever calls may have moved them.</summary>
    private readonly PrecompileSet _precompiles;
    private readonly CodeCache _codes;
    private WorldState _state = null!;
    private IBlockHashes _hashes = null!;

    public Host(ForkRules rules, CodeCache codes) => (_precompiles, _codes) = (PrecompileSet.Of(rules.Fork), codes);

    /// <summary>Before anything else is asked.</summary>
    public void Attach(WorldState state, IBlockHashes hashes) => (_state, _hashes) = (state, hashes);

    /// <summary>Transfers of wei are logs, too; reverted with their frames as others are. For simulations.</summary>
    internal bool LogsTransfers { get; set; }

    /// <summary>Where it is set: how many logs came before one, those that were reverted later included. For
    /// simulations.</summary>
    internal Dictionary<LogEntry, int>? LogNumbers { get; set; }

    // ---- Accounts ----

    /// <summary>Precompiles are warm from the start (EIP-2929) without an entry for each.</summary>
    public bool AccessAccount(in Address address) => !IsPrecompile(address) && _state.AccessAccount(address);

    public bool AccountExists(in Address address) => _state.Exists(address);

    public bool AccountIsEmpty(in Address address) => _state.IsEmpty(address);

    public UInt256 GetBalance(in Address address) => _state.GetBalance(address);

    public bool CanPay(in Address address, in UInt256 amount) => _state.CanPay(address, amount);

    public ulong GetNonce(in Address address) => _state.GetNonce(address);

    public void SetNonce(in Address address, ulong nonce) => _state.SetNonce(address, nonce);

    public Bytecode GetCode(in Address address)
    {
        object? attached = _state.CodeAttachment(address);
        Debug.Assert(attached is null or Bytecode, "this host is the only one that attaches");
        return attached is Bytecode code ? code : AttachCode(address);
    }

    public Hash256 GetCodeHash(in Address address) =>
        _state.IsEmpty(address) ? Hash256.Zero : _state.GetCodeHash(address);

    public void SetCode(in Address address, ReadOnlyMemory<byte> code) => _state.SetCode(address, code);

    /// <summary>
    /// Before EIP-161 the recipient exists afterwards, also for zero. The sender of zero is not touched: it runs code
    /// or has a nonce, so it is not empty, but for the system address (EIP-4788), which must not come to be.
    /// </summary>
    public void Transfer(in Address from, in Address to, in UInt256 value)
    {
        if (!value.IsZero)
        {
            _state.SubtractBalance(from, value);
            if (LogsTransfers) AddLog(TransferLog.Of(from, to, value));
        }
        _state.AddBalance(to, value);
    }

    public bool HasCollision(in Address address) => _state.HasCollision(address);

    public void CreateAccount(in Address address) => _state.CreateAccount(address);

    public bool SelfDestruct(in Address address, in Address beneficiary, bool onlyWhenCreated)
    {
        if (LogsTransfers && _state.GetBalance(address) is { IsZero: false } balance)
            AddLog(TransferLog.Of(address, beneficiary, balance));
        return _state.SelfDestruct(address, beneficiary, onlyWhenCreated);
    }

    // ---- Storage ----

    public bool GetStorage(in Address address, in UInt256 key, out UInt256 value) =>
        _state.GetStorage(address, key, out value);

    public bool SetStorage(
        in Address address, in UInt256 key, in UInt256 value, out UInt256 original, out UInt256 current) =>
        _state.SetStorage(address, key, value, out original, out current);

    public UInt256 GetTransientStorage(in Address address, in UInt256 key) => _state.GetTransientStorage(address, key);

    public void SetTransientStorage(in Address address, in UInt256 key, in UInt256 value) =>
        _state.SetTransientStorage(address, key, value);

    // ---- Block and transaction ----

    public Hash256 GetBlockHash(ulong number) => _hashes.GetBlockHash(number);

    public void Log(in Address address, ReadOnlySpan<Hash256> topics, ReadOnlySpan<byte> data) =>
        AddLog(new(address, topics.ToArray(), data.ToArray()));

    // ---- Undo ----

    public int Checkpoint() => _state.Checkpoint();

    public void Revert(int checkpoint) => _state.Revert(checkpoint);

    private void AddLog(LogEntry log)
    {
        if (LogNumbers is { } numbers) numbers.Add(log, numbers.Count);
        _state.AddLog(log);
    }

    /// <summary>Analyses code once for all threads and keeps it where the next call finds it with one lookup.</summary>
    private Bytecode AttachCode(in Address address)
    {
        Hash256 hash = _state.GetCodeHash(address);
        if (hash.IsZero || hash == Hash256.OfEmptyCode) return Keep(address, Bytecode.Empty);
        if (!_codes.TryGet(hash, out Bytecode code)) code = _codes.Add(hash, _state.GetCode(address));
        return Keep(address, code);
    }

    /// <summary>Takes the reference last: any other question to the state may move its tables.</summary>
    private Bytecode Keep(in Address address, Bytecode code)
    {
        _state.CodeAttachment(address) = code;
        return code;
    }

    /// <summary>Precompiles have numbers for addresses; most addresses are told apart by their first bytes.</summary>
    private bool IsPrecompile(in Address address) =>
        !address.Bytes[..16].ContainsAnyExcept((byte)0) && _precompiles.Find(address) is not null;
}
