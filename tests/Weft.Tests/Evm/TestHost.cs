using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Primitives;

namespace Weft.Tests.Evm;

/// <summary>A world for tests of the machine: dictionaries, and undo by copying all of them.</summary>
internal sealed class TestHost : IHost
{
    private sealed record World(
        Dictionary<Address, UInt256> Balances, Dictionary<Address, ulong> Nonces, Dictionary<Address, Bytecode> Codes,
        Dictionary<(Address, UInt256), UInt256> Storage, HashSet<Address> Warm, HashSet<(Address, UInt256)> WarmSlots,
        Dictionary<(Address, UInt256), UInt256> Transient)
    {
        public World Copy() => new(
            new(Balances), new(Nonces), new(Codes), new(Storage), [.. Warm], [.. WarmSlots], new(Transient));
    }

    private World _world = new([], [], [], [], [], [], []);
    private readonly List<World> _checkpoints = [];
    private readonly Dictionary<(Address, UInt256), UInt256> _original = [];

    /// <summary>Called at each SLOAD.</summary>
    public Action? OnSload { get; set; }

    public List<(Address Address, Hash256[] Topics, byte[] Data)> Logs { get; } = [];

    public void SetBalance(Address address, UInt256 value) => _world.Balances[address] = value;

    public void Deploy(Address address, byte[] code) => _world.Codes[address] = new Bytecode(code, Keccak.Hash(code));

    public void SetOriginal(Address address, UInt256 key, UInt256 value) =>
        _original[(address, key)] = _world.Storage[(address, key)] = value;

    public UInt256 StorageAt(Address address, UInt256 key) => _world.Storage.GetValueOrDefault((address, key));

    public bool AccessAccount(in Address address) => _world.Warm.Add(address);

    public bool AccountExists(in Address address) =>
        _world.Balances.ContainsKey(address) || _world.Nonces.ContainsKey(address) || _world.Codes.ContainsKey(address);

    public bool AccountIsEmpty(in Address address) =>
        GetBalance(address).IsZero && GetNonce(address) == 0 && GetCode(address).IsEmpty;

    public UInt256 GetBalance(in Address address) => _world.Balances.GetValueOrDefault(address);

    public bool CanPay(in Address address, in UInt256 amount) => GetBalance(address) >= amount;

    public ulong GetNonce(in Address address) => _world.Nonces.GetValueOrDefault(address);

    public void SetNonce(in Address address, ulong nonce) => _world.Nonces[address] = nonce;

    public Bytecode GetCode(in Address address) => _world.Codes.GetValueOrDefault(address, Bytecode.Empty);

    public Hash256 GetCodeHash(in Address address) => AccountIsEmpty(address) ? Hash256.Zero : GetCode(address).Hash;

    public void SetCode(in Address address, ReadOnlyMemory<byte> code) => Deploy(address, code.ToArray());

    public void Transfer(in Address from, in Address to, in UInt256 value)
    {
        _world.Balances[from] = GetBalance(from) - value;
        _world.Balances[to] = GetBalance(to) + value;
    }

    public bool HasCollision(in Address address) => GetNonce(address) != 0 || !GetCode(address).IsEmpty;

    public void CreateAccount(in Address address) => _world.Nonces[address] = 0;

    public bool SelfDestruct(in Address address, in Address beneficiary, bool onlyWhenCreated)
    {
        Transfer(address, beneficiary, GetBalance(address));
        return true;
    }

    public bool GetStorage(in Address address, in UInt256 key, out UInt256 value)
    {
        OnSload?.Invoke();
        value = _world.Storage.GetValueOrDefault((address, key));
        return _world.WarmSlots.Add((address, key));
    }

    public bool SetStorage(
        in Address address, in UInt256 key, in UInt256 value, out UInt256 original, out UInt256 current)
    {
        original = _original.GetValueOrDefault((address, key));
        current = _world.Storage.GetValueOrDefault((address, key));
        _world.Storage[(address, key)] = value;
        return _world.WarmSlots.Add((address, key));
    }

    public UInt256 GetTransientStorage(in Address address, in UInt256 key) =>
        _world.Transient.GetValueOrDefault((address, key));

    public void SetTransientStorage(in Address address, in UInt256 key, in UInt256 value) =>
        _world.Transient[(address, key)] = value;

    public Hash256 GetBlockHash(ulong number) => Hash256.FromWord(number + 1000);

    public void Log(in Address address, ReadOnlySpan<Hash256> topics, ReadOnlySpan<byte> data) =>
        Logs.Add((address, topics.ToArray(), data.ToArray()));

    public int Checkpoint()
    {
        _checkpoints.Add(_world.Copy());
        return _checkpoints.Count - 1;
    }

    public void Revert(int checkpoint)
    {
        _world = _checkpoints[checkpoint];
        _checkpoints.RemoveRange(checkpoint, _checkpoints.Count - checkpoint);
    }
}

/// <summary>Two codes and nothing else: a host that does not allocate.</summary>
internal sealed class SilentHost(byte[] calleeCode) : IHost
{
    private readonly Bytecode _callee = new(calleeCode, Hash256.Zero);

    public Bytecode Code { get; set; } = Bytecode.Empty;

    public bool AccessAccount(in Address address) => false;
    public bool AccountExists(in Address address) => true;
    public bool AccountIsEmpty(in Address address) => false;
    public UInt256 GetBalance(in Address address) => 0;

    public bool CanPay(in Address address, in UInt256 amount) => amount.IsZero;
    public ulong GetNonce(in Address address) => 1;
    public void SetNonce(in Address address, ulong nonce) { }
    public Bytecode GetCode(in Address address) => address == Address.FromNumber(0xc0de) ? Code : _callee;
    public Hash256 GetCodeHash(in Address address) => Hash256.Zero;
    public void SetCode(in Address address, ReadOnlyMemory<byte> code) { }
    public void Transfer(in Address from, in Address to, in UInt256 value) { }
    public bool HasCollision(in Address address) => false;
    public void CreateAccount(in Address address) { }
    public bool SelfDestruct(in Address address, in Address beneficiary, bool onlyWhenCreated) => false;

    public bool GetStorage(in Address address, in UInt256 key, out UInt256 value)
    {
        value = 0;
        return false;
    }

    public bool SetStorage(
        in Address address, in UInt256 key, in UInt256 value, out UInt256 original, out UInt256 current)
    {
        original = current = 0;
        return false;
    }

    public UInt256 GetTransientStorage(in Address address, in UInt256 key) => 0;
    public void SetTransientStorage(in Address address, in UInt256 key, in UInt256 value) { }
    public Hash256 GetBlockHash(ulong number) => Hash256.Zero;
    public void Log(in Address address, ReadOnlySpan<Hash256> topics, ReadOnlySpan<byte> data) { }
    public int Checkpoint() => 0;
    public void Revert(int checkpoint) { }
}
