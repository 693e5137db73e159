using System.Diagnostics;
using Weft.Primitives;
using Weft.State;

namespace Weft.Chain.Stages;

/// <summary>What happened between two points of a block, whose changes are both against the state before the block.
/// </summary>
internal static class StateDelta
{
    /// <summary>Leads from the state with <paramref name="earlier"/> to that with <paramref name="later"/>; code is
    /// left out. What came back to its old value is not in <paramref name="later"/>: it is taken from
    /// <paramref name="before"/>.</summary>
    public static StateChanges Between(StateChanges earlier, StateChanges later, IStateReader before)
    {
        var delta = new StateChanges();
        AddAccounts(earlier, later, before, delta);
        AddStorage(earlier, later, before, delta);
        return delta;
    }

    private static void AddAccounts(
        StateChanges earlier, StateChanges later, IStateReader before, StateChanges delta)
    {
        foreach (var (address, account) in later.Accounts)
            if (!earlier.Accounts.TryGetValue(address, out var old) || old != account)
                delta.Accounts.Add(address, account);
        foreach (Address address in earlier.Accounts.Keys)
            if (!later.Accounts.ContainsKey(address))
                delta.Accounts.Add(address, before.TryGetAccount(address, out var account) ? account : null);
    }

    private static void AddStorage(
        StateChanges earlier, StateChanges later, IStateReader before, StateChanges delta)
    {
        Debug.Assert(earlier.ClearedStorage.IsSubsetOf(later.ClearedStorage), "what was cleared stays so");
        delta.ClearedStorage.UnionWith(later.ClearedStorage);
        delta.ClearedStorage.ExceptWith(earlier.ClearedStorage);
        foreach (var (address, slots) in later.Storage)
        {
            var old = delta.ClearedStorage.Contains(address) ? null : earlier.Storage.GetValueOrDefault(address);
            foreach (var (key, value) in slots)
                if (old is null || !old.TryGetValue(key, out var oldValue) || oldValue != value)
                    Set(delta, address, key, value);
        }
        foreach (var (address, slots) in earlier.Storage)
        {
            if (delta.ClearedStorage.Contains(address)) continue;
            var now = later.Storage.GetValueOrDefault(address);
            bool isCleared = later.ClearedStorage.Contains(address);
            foreach (UInt256 key in slots.Keys)
                if (now is null || !now.ContainsKey(key))
                    Set(delta, address, key, isCleared ? UInt256.Zero : before.GetStorage(address, key));
        }
    }

    private static void Set(StateChanges delta, in Address address, in UInt256 key, in UInt256 value)
    {
        if (!delta.Storage.TryGetValue(address, out var slots)) delta.Storage.Add(address, slots = []);
        slots.Add(key, value);
    }
}
