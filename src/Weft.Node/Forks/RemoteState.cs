using System.Collections.Concurrent;
using System.Text.Json;
using Weft.Chain.Origins;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.State;

namespace Weft.Node.Forks;

/// <summary>
/// The state after a block of another node, read when it is asked for and kept. Accounts are asked for whole: balance,
/// nonce and code in one request. An account that is there and empty cannot be told from one that is not; there is none
/// since EIP-161. Safe for concurrent readers.
/// </summary>
public sealed class RemoteState(RemoteNode node, ulong blockNumber) : IOrigin
{
    /// <summary>BLOCKHASH reaches no further.</summary>
    private const ulong HashesMax = 256;

    private const int MethodNotFound = -32601;

    /// <summary>Their answers are read in this order.</summary>
    private static readonly string[] AccountMethods = ["eth_getBalance", "eth_getTransactionCount", "eth_getCode"];

    private readonly ConcurrentDictionary<Address, Account?> _accounts = new();
    private readonly ConcurrentDictionary<(Address, UInt256), UInt256> _slots = new();
    private readonly ConcurrentDictionary<Address, bool> _hasStorage = new();
    private readonly ConcurrentDictionary<Hash256, ReadOnlyMemory<byte>> _codes = new();
    private readonly ConcurrentDictionary<ulong, Hash256> _hashes = new();
    private readonly string _block = $"0x{blockNumber:x}";

    /// <summary>The block whose state this is.</summary>
    public ulong Number => blockNumber;

    /// <summary>Hashes that were asked for, by block number.</summary>
    public IReadOnlyDictionary<ulong, Hash256> Hashes => _hashes;

    /// <summary>Where what is read is kept; null: nowhere.</summary>
    public ForkCache? Cache { get; init; }

    // ---- Reading ----

    /// <exception cref="InvalidDataException">The node cannot be asked, or does not have this state.</exception>
    public bool TryGetAccount(in Address address, out Account account)
    {
        if (!_accounts.TryGetValue(address, out var known))
        {
            Load([address], []);
            known = _accounts[address];
        }
        account = known.GetValueOrDefault();
        return known.HasValue;
    }

    /// <exception cref="InvalidDataException">The node cannot be asked, or does not have this state.</exception>
    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        if (_slots.TryGetValue((address, key), out var value)) return value;
        Load([], [(address, key)]);
        return _slots[(address, key)];
    }

    /// <summary>By the storage root. A node that gives no proofs is taken to have none: only what creates a contract
    /// asks, at an address with no nonce and no code (EIP-7610).</summary>
    /// <exception cref="InvalidDataException">The node cannot be asked, or does not have this state.</exception>
    public bool HasStorage(in Address address)
    {
        if (_hasStorage.TryGetValue(address, out bool known)) return known;
        RemoteAnswer answer = Ask([new("eth_getProof", address.ToString(), Array.Empty<string>(), _block)])[0];
        bool has = answer.Error is { Code: MethodNotFound }
            ? false
            : Read(answer, json => ValueReader.Required(json, "storageHash", ValueReader.Hash)) is var root
                && root != Hash256.OfEmptyTrie && root != default;
        Cache?.AddStorage(address, has);
        Cache?.Flush();
        return _hasStorage.GetOrAdd(address, has);
    }

    public bool TryGetCode(in Hash256 codeHash, out ReadOnlyMemory<byte> code) =>
        _codes.TryGetValue(codeHash, out code);

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        codeHash == Hash256.OfEmptyCode ? default
        : _codes.TryGetValue(codeHash, out var code) ? code
        : throw new InvalidDataException($"{node.Name}: no code with the hash {codeHash} was read");

    /// <exception cref="InvalidDataException">The node cannot be asked, or does not have the block.</exception>
    public Hash256 GetBlockHash(ulong number)
    {
        if (number > blockNumber || blockNumber - number > HashesMax) return default;
        if (_hashes.TryGetValue(number, out var known)) return known;
        RemoteAnswer answer = Ask([new("eth_getBlockByNumber", $"0x{number:x}", false)])[0];
        Hash256 hash = Read(answer, json => ValueReader.Required(json, "hash", ValueReader.Hash));
        Cache?.Add(number, hash);
        Cache?.Flush();
        return _hashes.GetOrAdd(number, hash);
    }

    // ---- Ahead of time ----

    /// <summary>Asks for what will be needed in as few requests as possible.</summary>
    /// <exception cref="InvalidDataException">The node cannot be asked, or does not have this state.</exception>
    public void Load(IEnumerable<Address> accounts, IEnumerable<(Address Address, UInt256 Key)> slots)
    {
        Address[] missing = [.. accounts.Distinct().Where(address => !_accounts.ContainsKey(address))];
        (Address Address, UInt256 Key)[] keys = [.. slots.Distinct().Where(slot => !_slots.ContainsKey(slot))];
        var calls = new List<RemoteCall>((3 * missing.Length) + keys.Length);
        foreach (var address in missing)
            foreach (string method in AccountMethods) calls.Add(new(method, address.ToString(), _block));
        foreach (var (address, key) in keys)
            calls.Add(new("eth_getStorageAt", address.ToString(), Hash256.FromWord(key).ToString(), _block));
        var answers = Ask(calls);
        for (int i = 0; i < missing.Length; i++)
        {
            byte[] code = Read(answers[(3 * i) + 2], ValueReader.Data);
            Set(
                missing[i], Read(answers[3 * i], ValueReader.Quantity),
                Read(answers[(3 * i) + 1], ValueReader.Quantity64), code);
            Cache?.Add(missing[i], _accounts[missing[i]], code);
        }
        for (int i = 0; i < keys.Length; i++)
        {
            UInt256 value = Read(answers[(3 * missing.Length) + i], ValueReader.StorageKey);
            _slots.TryAdd(keys[i], value);
            Cache?.Add(keys[i].Address, keys[i].Key, value);
        }
        Cache?.Flush();
    }

    /// <summary>Takes an account as known.</summary>
    public void Set(in Address address, in UInt256 balance, ulong nonce, ReadOnlyMemory<byte> code)
    {
        Hash256 codeHash = code.IsEmpty ? Hash256.OfEmptyCode : Keccak.Hash(code.Span);
        if (!code.IsEmpty) _codes.TryAdd(codeHash, code);
        bool isEmpty = balance.IsZero && nonce == 0 && code.IsEmpty;
        _accounts.TryAdd(address, isEmpty ? null : new Account(nonce, balance, codeHash));
    }

    /// <summary>Takes a slot as known.</summary>
    public void Set(in Address address, in UInt256 key, in UInt256 value) => _slots.TryAdd((address, key), value);

    /// <summary>Takes the hash of a block as known.</summary>
    public void Set(ulong number, in Hash256 hash) => _hashes.TryAdd(number, hash);

    /// <summary>Takes it as known whether an account has storage.</summary>
    public void SetStorage(in Address address, bool has) => _hasStorage.TryAdd(address, has);

    /// <summary>All that is known.</summary>
    public InMemoryState ToState()
    {
        var state = new InMemoryState();
        foreach (var (address, known) in _accounts)
        {
            if (known is not { } account) continue;
            if (_codes.TryGetValue(account.CodeHash, out var code)) state.AddCode(code);
            state.SetAccount(address, account);
        }
        foreach (var ((address, key), value) in _slots)
            if (!value.IsZero) state.SetStorage(address, key, value);
        return state;
    }

    private IReadOnlyList<RemoteAnswer> Ask(IReadOnlyList<RemoteCall> calls)
    {
        try
        {
            return Workers.Await(() => node.Batch(calls));
        }
        catch (RemoteException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private T Read<T>(RemoteAnswer answer, Func<JsonElement, T> read)
    {
        try
        {
            return read(answer.Get());
        }
        catch (RemoteException e)
        {
            throw new InvalidDataException(
                $"{e.Message}; the state after block {blockNumber} is needed: older ones are kept by archive nodes", e);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException(
                $"{node.Name}: an answer about block {blockNumber} cannot be read: {e.Message}", e);
        }
    }
}
