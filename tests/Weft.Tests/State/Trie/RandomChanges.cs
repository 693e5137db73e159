using Weft.Primitives;
using Weft.State;

namespace Weft.Tests.State.Trie;

/// <summary>Random histories of a state with few accounts, so that everything happens to them: fields and slots change,
/// storage is cleared, accounts go and come back.</summary>
internal sealed class RandomChanges(Random random, int accounts, int slots, int slotsAtOnce = 8)
{
    public StateChanges Next(InMemoryState state, int count)
    {
        var changes = new StateChanges();
        for (int i = 0; i < count; i++)
        {
            var address = Address.FromNumber((ulong)random.Next(accounts) + 1);
            if (changes.Accounts.ContainsKey(address) || changes.Storage.ContainsKey(address)) continue;
            bool exists = state.TryGetAccount(address, out _);
            int choice = random.Next(10);
            if (choice == 0)
            {
                if (exists) changes.Accounts.Add(address, null);
                if (state.HasStorage(address)) changes.ClearedStorage.Add(address);
                continue;
            }
            if (!exists || choice < 6) changes.Accounts.Add(address, RandomAccount());
            if (choice == 1) changes.ClearedStorage.Add(address);
            if (choice > 3) changes.Storage.Add(address, RandomSlots());
        }
        return changes;
    }

    /// <summary>What leads back.</summary>
    public static StateChanges Reverse(StateChanges changes, InMemoryState before)
    {
        var reverse = new StateChanges();
        foreach (var address in changes.Accounts.Keys)
            reverse.Accounts.Add(address, before.TryGetAccount(address, out var account) ? account : null);
        foreach (var (address, slots) in changes.Storage)
            reverse.Storage.Add(address, slots.Keys.ToDictionary(key => key, key => before.GetStorage(address, key)));
        var dropped = changes.Accounts.Where(x => x.Value is null).Select(x => x.Key);
        foreach (var address in changes.ClearedStorage.Concat(dropped))
        {
            if (!before.TryGetAccount(address, out _)) continue;
            reverse.ClearedStorage.Add(address);
            reverse.Storage[address] = new(before.GetSlots(address));
        }
        return reverse;
    }

    /// <summary>Everything at once.</summary>
    public static StateChanges Whole(InMemoryState state)
    {
        var changes = new StateChanges();
        foreach (var (address, account) in state.Accounts)
        {
            changes.Accounts.Add(address, account);
            if (state.HasStorage(address)) changes.Storage.Add(address, new(state.GetSlots(address)));
        }
        return changes;
    }

    private Account RandomAccount() => new(
        (ulong)random.Next(3) * (ulong)random.Next(1000), (UInt256)(ulong)random.NextInt64() << (8 * random.Next(23)),
        random.Next(2) == 0 ? Hash256.OfEmptyCode : Keccak.Hash([(byte)random.Next(256)]));

    private Dictionary<UInt256, UInt256> RandomSlots()
    {
        var values = new Dictionary<UInt256, UInt256>();
        for (int i = random.Next(1, slotsAtOnce); i > 0; i--)
        {
            UInt256 value = random.Next(3) == 0 ? 0 : (UInt256)(ulong)random.Next(1, 300) << (8 * random.Next(31));
            values[(ulong)random.Next(slots)] = value;
        }
        return values;
    }
}
