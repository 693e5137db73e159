using Weft.Evm.Precompiles;
using Weft.Primitives;
using Weft.State;

namespace Weft.Chain.Live;

/// <summary>Overrides as changes of a state, and of where precompiles are.</summary>
internal static class StateOverrides
{
    /// <exception cref="ArgumentException">Overrides contradict each other.</exception>
    public static StateChanges ToChanges(
        IReadOnlyDictionary<Address, AccountOverride> overrides, IStateView state)
    {
        var changes = new StateChanges();
        foreach (var (address, change) in overrides)
        {
            if (change.State is not null && change.StateDiff is not null)
                throw new ArgumentException($"account {address} has both 'state' and 'stateDiff'");
            AddAccount(changes, address, change, state);
            if (change.State is { } whole && state.HasStorage(address)) changes.ClearedStorage.Add(address);
            if ((change.State ?? change.StateDiff) is { Count: > 0 } slots)
                changes.Storage.Add(address, new(slots));
        }
        return changes;
    }

    /// <summary>Code takes the place of a precompile; one that is moved is at its new place only.</summary>
    /// <exception cref="ArgumentException">There is no precompile to move, or it would land on another override.
    /// </exception>
    public static PrecompileSet Apply(IReadOnlyDictionary<Address, AccountOverride> overrides, PrecompileSet before)
    {
        var moves = new Dictionary<Address, Address>();
        foreach (var (address, change) in overrides)
        {
            if (change.MovePrecompileTo is not { } target) continue;
            if (before.Find(address) is null)
                throw new ArgumentException($"account {address} is not a precompile");
            if (overrides.ContainsKey(target) || moves.ContainsValue(target))
                throw new ArgumentException($"account {target} is already overridden");
            moves.Add(address, target);
        }
        var replaced = overrides.Where(o => o.Value.Code is not null && before.Find(o.Key) is not null)
            .Select(o => o.Key).Except(moves.Keys).ToArray();
        if (replaced.Length > 0) before = before.Without(replaced);
        return moves.Count > 0 ? before.Move(moves) : before;
    }

    private static void AddAccount(
        StateChanges changes, in Address address, AccountOverride change, IStateView state)
    {
        bool exists = state.TryGetAccount(address, out var account);
        if (!exists) account = Account.Empty;
        if (change.Balance is { } balance) account = account with { Balance = balance };
        if (change.Nonce is { } nonce) account = account with { Nonce = nonce };
        if (change.Code is { } code)
        {
            var hash = code.IsEmpty ? Hash256.OfEmptyCode : Keccak.Hash(code.Span);
            account = account with { CodeHash = hash };
            if (!code.IsEmpty) changes.Code[hash] = code;
        }
        bool hasSlots = (change.State ?? change.StateDiff) is { Count: > 0 };
        // What is empty does not come to be by being named (EIP-161).
        if (exists || !account.IsEmpty || hasSlots) changes.Accounts[address] = account;
    }
}
