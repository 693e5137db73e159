using System.Collections.Concurrent;
using Weft.Primitives;
using Weft.State;

namespace Weft.Chain.Origins;

/// <summary>
/// What blocks have made zero or deleted, with the first block that did: for the database, that is the same as never
/// having heard of it, but then the origin is not to be asked. A mark stays when its block is undone, for undoing
/// writes what was there before into the database. Written under the lock of the chain's writer; any number of
/// readers.
/// </summary>
internal sealed class Erasures
{
    private readonly ConcurrentDictionary<Address, ulong> _accounts = new(), _storages = new();
    private readonly ConcurrentDictionary<(Address, UInt256), ulong> _slots = new();

    /// <summary>Before the changes of a block, or of an edit after it, are applied.</summary>
    public void Note(StateChanges changes, ulong block)
    {
        foreach (var (address, account) in changes.Accounts)
            if (account is null) Note(_accounts, address, block);
        foreach (var address in changes.ClearedStorage) Note(_storages, address, block);
        foreach (var (address, slots) in changes.Storage)
            foreach (var (key, value) in slots)
                if (value.IsZero) Note(_slots, (address, key), block);
    }

    public bool HasAccount(in Address address, ulong at) => IsBefore(_accounts, address, at);

    public bool HasStorage(in Address address, ulong at) => IsBefore(_storages, address, at);

    public bool HasSlot(in Address address, in UInt256 key, ulong at) =>
        IsBefore(_slots, (address, key), at) || HasStorage(address, at);

    private static void Note<T>(ConcurrentDictionary<T, ulong> marks, T key, ulong block) where T : notnull =>
        marks.AddOrUpdate(key, block, (_, before) => Math.Min(before, block));

    private static bool IsBefore<T>(ConcurrentDictionary<T, ulong> marks, T key, ulong at) where T : notnull =>
        marks.TryGetValue(key, out ulong block) && block <= at;
}
