using System.Collections.Immutable;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Execution.Access;

/// <summary>
/// Makes the block access list of a block from the footprints of its parts (EIP-7928). A value is a change where it
/// differs from the one right before that part of the block. Accounts that exist and are empty, which no state has had
/// since long before the EIP (EIP-7523), have a sign of their own: where one comes to be its nonce is listed, where one
/// is deleted its balance, as changes to zero.
/// </summary>
public static class AccessListBuilder
{
    /// <summary>The footprints of a whole block, in ascending order of index.</summary>
    public static BlockAccessList Build(IEnumerable<TransactionFootprint> footprints)
    {
        var accounts = new Dictionary<Address, AccountParts>();
        foreach (var footprint in footprints)
        {
            foreach (ref readonly var access in footprint.Accounts.AsSpan())
                Add(PartsOf(accounts, access.Address), footprint.Index, access);
            foreach (ref readonly var slot in footprint.Slots.AsSpan())
                Add(PartsOf(accounts, slot.Address), footprint.Index, slot);
        }
        return new([.. accounts.OrderBy(item => item.Key).Select(item => item.Value.ToChanges(item.Key))]);
    }

    private static AccountParts PartsOf(Dictionary<Address, AccountParts> accounts, in Address address)
    {
        if (!accounts.TryGetValue(address, out var parts)) accounts.Add(address, parts = new());
        return parts;
    }

    private static void Add(AccountParts parts, int index, in AccountAccess access)
    {
        Account before = access.Before ?? Account.Empty, after = access.After ?? Account.Empty;
        if (before.Balance != after.Balance) parts.Balances.Add(new(index, after.Balance));
        if (before.Nonce != after.Nonce) parts.Nonces.Add(new(index, after.Nonce));
        if (before.CodeHash != after.CodeHash) parts.Codes.Add(new(index, access.NewCode));
        if (access.StorageCleared) parts.ClearedAt = index;
        if (before != after) return;
        if (access.After is null && access.Before is not null) parts.Balances.Add(new(index, UInt256.Zero));
        if (access.Before is null && access.After is not null) parts.Nonces.Add(new(index, 0));
    }

    private static void Add(AccountParts parts, int index, in SlotAccess slot)
    {
        if (!parts.Slots.TryGetValue(slot.Key, out var changes)) parts.Slots.Add(slot.Key, changes = []);
        // Before Cancun an account could lose storage that nobody names, with its code. The slots that are known are
        // treated like the others, and like those of an account that was created in the same transaction.
        bool goesWithAccount = parts.ClearedAt == index && slot.After.IsZero;
        if (slot.IsChanged && !goesWithAccount) changes.Add(new(index, slot.After));
    }

    /// <summary>The lists of one account while they grow.</summary>
    private sealed class AccountParts
    {
        public readonly List<IndexedChange<UInt256>> Balances = [];
        public readonly List<IndexedChange<ulong>> Nonces = [];
        public readonly List<IndexedChange<ReadOnlyMemory<byte>>> Codes = [];

        /// <summary>The last index at which all slots of before were lost.</summary>
        public int ClearedAt = -1;

        /// <summary>Without changes where a slot was only read.</summary>
        public readonly SortedDictionary<UInt256, List<IndexedChange<UInt256>>> Slots = [];

        public AccountChanges ToChanges(in Address address) => new(
            address,
            [.. Slots.Where(slot => slot.Value.Count > 0).Select(slot => new SlotChanges(slot.Key, [.. slot.Value]))],
            [.. Slots.Where(slot => slot.Value.Count == 0).Select(slot => slot.Key)],
            [.. Balances], [.. Nonces], [.. Codes]);
    }
}
