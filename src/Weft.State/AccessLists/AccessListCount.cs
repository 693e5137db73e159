using System.Collections.Immutable;
using Weft.Primitives.Blocks;

namespace Weft.State.AccessLists;

/// <summary>Looks whether a block access list is in order and counts what it changes. Several threads may share the
/// work: each takes some of the accounts.</summary>
public static class AccessListCount
{
    /// <summary>Changes of the accounts from one number to before another one. False where these are not in order, or
    /// name an index above <paramref name="lastIndex"/>.</summary>
    public static bool TryCount(BlockAccessList list, int first, int end, int lastIndex, out int changes)
    {
        changes = 0;
        var accounts = list.Accounts.AsSpan();
        for (int i = first; i < end; i++)
        {
            if (i > 0 && accounts[i - 1].Address.CompareTo(accounts[i].Address) >= 0) return false;
            if (!TryCount(accounts[i], lastIndex, ref changes)) return false;
        }
        return true;
    }

    private static bool TryCount(AccountChanges account, int lastIndex, ref int changes)
    {
        if (!TryCount(account.BalanceChanges, lastIndex, ref changes)
            || !TryCount(account.NonceChanges, lastIndex, ref changes)
            || !TryCount(account.CodeChanges, lastIndex, ref changes)) return false;
        var slots = account.StorageChanges.AsSpan();
        for (int i = 0; i < slots.Length; i++)
        {
            if (i > 0 && slots[i - 1].Slot.CompareTo(slots[i].Slot) >= 0) return false;
            if (!TryCount(slots[i].Changes, lastIndex, ref changes)) return false;
        }
        return true;
    }

    private static bool TryCount<T>(ImmutableArray<IndexedChange<T>> list, int lastIndex, ref int changes)
    {
        int previous = -1;
        foreach (ref readonly var change in list.AsSpan())
        {
            if (change.Index <= previous || change.Index > lastIndex) return false;
            previous = change.Index;
        }
        changes += list.Length;
        return true;
    }
}
