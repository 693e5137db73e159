using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>What states that did not disturb each other come to together, for the little that is read after them.
/// </summary>
internal sealed class JoinedState(IStateReader source, WorldState[] states) : IStateReader
{
    public bool TryGetAccount(in Address address, out Account account)
    {
        bool exists = source.TryGetAccount(address, out account);
        if (!exists) account = Account.Empty;
        foreach (var state in states) state.ApplyTo(address, ref exists, ref account);
        return exists;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        foreach (var state in states)
        {
            if (state.HasChangedSlot(address, key, out var value)) return value;
            if (state.HasClearedStorage(address)) return UInt256.Zero;
        }
        return source.GetStorage(address, key);
    }

    public bool HasStorage(in Address address)
    {
        foreach (var state in states)
            if (state.HasClearedStorage(address)) return false;
        return source.HasStorage(address);
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash)
    {
        foreach (var state in states)
            if (state.TryGetNewCode(codeHash, out var code)) return code;
        return source.GetCode(codeHash);
    }

    /// <summary>All that changed, what was changed on top of it included.</summary>
    public StateChanges GetChanges(WorldState top)
    {
        var changes = WorldState.Join(states, source);
        var last = top.GetChanges();
        foreach (var (address, account) in last.Accounts)
        {
            bool existed = source.TryGetAccount(address, out var before);
            bool isAsBefore = account is { } now ? existed && now == before : !existed;
            if (isAsBefore) changes.Accounts.Remove(address);
            else changes.Accounts[address] = account;
        }
        foreach (var (address, slots) in last.Storage)
        {
            if (!changes.Storage.TryGetValue(address, out var known)) changes.Storage.Add(address, known = []);
            bool isCleared = changes.ClearedStorage.Contains(address);
            foreach (var (key, value) in slots)
            {
                var before = isCleared ? UInt256.Zero : source.GetStorage(address, key);
                if (value == before) known.Remove(key);
                else known[key] = value;
            }
            if (known.Count == 0) changes.Storage.Remove(address);
        }
        changes.ClearedStorage.UnionWith(last.ClearedStorage);
        foreach (var (hash, code) in last.Code) changes.Code[hash] = code;
        return changes;
    }
}
