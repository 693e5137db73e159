using Weft.Primitives;
using Weft.State.Trie;

namespace Weft.State;

/// <summary>A whole state in memory. Readers may share it while nobody applies changes.</summary>
public sealed class InMemoryState : IStateReader
{
    private readonly Dictionary<Address, StoredAccount> _accounts = [];
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _codes = [];

    // ---- Reading ----

    public bool TryGetAccount(in Address address, out Account account)
    {
        if (_accounts.TryGetValue(address, out var stored) && stored.Account is { } present)
        {
            account = present;
            return true;
        }
        account = default;
        return false;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key) =>
        _accounts.TryGetValue(address, out var stored) ? stored.GetSlot(key) : UInt256.Zero;

    public bool HasStorage(in Address address) =>
        _accounts.TryGetValue(address, out var stored) && stored.HasSlots;

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        _codes.TryGetValue(codeHash, out var code) ? code
        : codeHash == Hash256.OfEmptyCode ? default
        : throw new InvalidDataException($"no code with the hash {codeHash}");

    /// <summary>All accounts, in no particular order.</summary>
    public IEnumerable<KeyValuePair<Address, Account>> Accounts
    {
        get
        {
            foreach (var (address, stored) in _accounts)
            {
                if (stored.Account is { } account) yield return new(address, account);
            }
        }
    }

    /// <summary>The slots of an account that are not zero, in no particular order.</summary>
    public IReadOnlyDictionary<UInt256, UInt256> GetSlots(in Address address) =>
        _accounts.TryGetValue(address, out var stored) ? stored.Slots : StoredAccount.NoSlots;

    // ---- Writing ----

    public void SetAccount(in Address address, in Account account) => Stored(address).Account = account;

    /// <summary>Slots may come before their account; without account they are not part of the state's root.</summary>
    public void SetStorage(in Address address, in UInt256 key, in UInt256 value) => Stored(address).SetSlot(key, value);

    /// <summary>Keeps code under its hash, which it returns.</summary>
    public Hash256 AddCode(ReadOnlyMemory<byte> code)
    {
        var hash = Keccak.Hash(code.Span);
        _codes[hash] = code;
        return hash;
    }

    public void Apply(StateChanges changes)
    {
        foreach (var (hash, code) in changes.Code) _codes[hash] = code;
        foreach (var address in changes.ClearedStorage) Stored(address).ClearSlots();
        foreach (var (address, account) in changes.Accounts)
        {
            if (account is { } present) Stored(address).Account = present;
            else _accounts.Remove(address);
        }
        foreach (var (address, slots) in changes.Storage)
        {
            var stored = Stored(address);
            foreach (var (key, value) in slots) stored.SetSlot(key, value);
        }
    }

    /// <summary>An independent copy; code is shared.</summary>
    public InMemoryState Clone()
    {
        var copy = new InMemoryState();
        foreach (var (address, stored) in _accounts) copy._accounts.Add(address, stored.Clone());
        foreach (var (hash, code) in _codes) copy._codes.Add(hash, code);
        return copy;
    }

    // ---- Root ----

    /// <summary>The root of the secure Merkle Patricia trie over all accounts (Yellow Paper 4.1). Storage roots are
    /// kept until a slot changes; not for two threads at once.</summary>
    public Hash256 ComputeRoot()
    {
        using var trie = new SecureTrie(20, _accounts.Count);
        foreach (var (address, stored) in _accounts)
        {
            if (stored.Account is { } account)
                StoredAccount.Write(trie.Add(address.Bytes), account, stored.ComputeStorageRoot());
        }
        return trie.ComputeRoot();
    }

    private StoredAccount Stored(in Address address)
    {
        if (!_accounts.TryGetValue(address, out var stored)) _accounts.Add(address, stored = new());
        return stored;
    }
}
