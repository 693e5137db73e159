using System.Collections.Concurrent;
using System.Collections.Immutable;
using Weft.Primitives;
using Weft.State;

namespace Weft.Tests.State;

/// <summary>An account of the model. <paramref name="IsFirstLife"/>: its storage goes back to the source.</summary>
internal sealed record ModelAccount(
    ulong Nonce, UInt256 Balance, string Code, ImmutableDictionary<UInt256, UInt256> Slots, bool IsFirstLife)
{
    private static readonly ConcurrentDictionary<string, Hash256> CodeHashes = [];

    public static ModelAccount Empty { get; } = new(0, 0, "", ImmutableDictionary<UInt256, UInt256>.Empty, false);

    public bool IsEmpty => Nonce == 0 && Balance.IsZero && Code.Length == 0;

    public byte[] CodeBytes => Convert.FromHexString(Code);

    public Hash256 CodeHash => CodeHashes.GetOrAdd(Code, static code => Keccak.Hash(Convert.FromHexString(code)));
}

/// <summary>
/// The state as the rules tell it, in immutable values: a checkpoint is a reference to one, a revert takes it back.
/// </summary>
internal sealed record WorldStateModel
{
    private static readonly Address Ripemd160 = Address.FromNumber(3);

    public ImmutableDictionary<Address, ModelAccount> Accounts { get; init; } =
        ImmutableDictionary<Address, ModelAccount>.Empty;

    public ImmutableDictionary<Address, ModelAccount> BeforeTransaction { get; init; } =
        ImmutableDictionary<Address, ModelAccount>.Empty;

    public ImmutableHashSet<Address> WarmAccounts { get; init; } = [];
    public ImmutableHashSet<(Address, UInt256)> WarmSlots { get; init; } = [];
    public ImmutableHashSet<Address> Touched { get; init; } = [];
    public ImmutableHashSet<Address> Created { get; init; } = [];
    public ImmutableHashSet<Address> Destroyed { get; init; } = [];
    public ImmutableDictionary<(Address, UInt256), UInt256> Transients { get; init; } =
        ImmutableDictionary<(Address, UInt256), UInt256>.Empty;
    public ImmutableList<int> Logs { get; init; } = [];

    public ModelAccount this[Address address] => Accounts.GetValueOrDefault(address, ModelAccount.Empty);

    public UInt256 Slot(Address address, UInt256 key) => this[address].Slots.GetValueOrDefault(key);

    public UInt256 Original(Address address, UInt256 key) =>
        Created.Contains(address) ? UInt256.Zero
        : BeforeTransaction.GetValueOrDefault(address, ModelAccount.Empty).Slots.GetValueOrDefault(key);

    public WorldStateModel Begin() => new() { Accounts = Accounts, BeforeTransaction = Accounts };

    public WorldStateModel End(bool clearEmpty)
    {
        var accounts = Accounts.RemoveRange(Destroyed);
        if (clearEmpty)
            accounts = accounts.RemoveRange(Touched.Where(a => accounts.ContainsKey(a) && accounts[a].IsEmpty));
        return new() { Accounts = accounts, Logs = Logs, BeforeTransaction = accounts };
    }

    public WorldStateModel RevertTo(WorldStateModel checkpoint) => checkpoint with
    {
        Touched = Touched.Contains(Ripemd160) ? checkpoint.Touched.Add(Ripemd160) : checkpoint.Touched,
    };

    public WorldStateModel Touch(Address address) =>
        Accounts.ContainsKey(address) ? this with { Touched = Touched.Add(address) } : this;

    public WorldStateModel Change(Address address, Func<ModelAccount, ModelAccount> change) => this with
    {
        Accounts = Accounts.SetItem(address, change(this[address])), Touched = Touched.Add(address),
    };

    public WorldStateModel Create(Address address) =>
        Change(address, a => ModelAccount.Empty with { Balance = a.Balance }) with { Created = Created.Add(address) };

    public WorldStateModel SelfDestruct(Address address, Address beneficiary, bool onlyWhenCreated)
    {
        bool isDeleted = !onlyWhenCreated || Created.Contains(address);
        var balance = this[address].Balance;
        var next = Change(address, a => a with { Balance = 0 })
            .Change(beneficiary, a => a with { Balance = a.Balance + balance });
        if (!isDeleted) return next;
        return next.Change(address, a => a with { Balance = 0 }) with { Destroyed = Destroyed.Add(address) };
    }

    /// <summary>A write of the value that is there changes nothing but creates the account.</summary>
    public WorldStateModel Write(Address address, UInt256 key, UInt256 value)
    {
        var warm = this with { WarmSlots = WarmSlots.Add((address, key)) };
        if (!Accounts.ContainsKey(address)) warm = warm.Change(address, a => a);
        var account = warm[address];
        var slots = value.IsZero ? account.Slots.Remove(key) : account.Slots.SetItem(key, value);
        return warm with { Accounts = warm.Accounts.SetItem(address, account with { Slots = slots }) };
    }

    public bool HasCollision(Address address, IStateReader source)
    {
        if (!Accounts.TryGetValue(address, out var account)) return false;
        return account.Nonce != 0 || account.Code.Length != 0 || !account.Slots.IsEmpty
            || account.IsFirstLife && source.HasStorage(address);
    }

    public static WorldStateModel From(InMemoryState state) => new WorldStateModel
    {
        Accounts = state.Accounts.ToImmutableDictionary(pair => pair.Key, pair => new ModelAccount(
            pair.Value.Nonce, pair.Value.Balance, Convert.ToHexString(state.GetCode(pair.Value.CodeHash).Span),
            state.GetSlots(pair.Key).ToImmutableDictionary(), IsFirstLife: true)),
    }.Begin();

    public InMemoryState ToState()
    {
        var state = new InMemoryState();
        foreach (var (address, account) in Accounts)
        {
            state.SetAccount(address, new(account.Nonce, account.Balance, state.AddCode(account.CodeBytes)));
            foreach (var (key, value) in account.Slots) state.SetStorage(address, key, value);
        }
        return state;
    }
}
