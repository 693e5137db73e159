using System.Collections.Immutable;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Simulation;

/// <summary>Makes a block access list wrong, in one to three places.</summary>
internal static class Corruption
{
    public static BlockAccessList Of(BlockAccessList list, Random random)
    {
        byte[] original = list.Encode();
        while (true)
        {
            var accounts = list.Accounts.ToList();
            int times = random.Next(1, 4);
            for (int i = 0; i < times; i++) Corrupt(accounts, random);
            var corrupted = new BlockAccessList([.. accounts.OrderBy(account => account.Address)]);
            if (!corrupted.Encode().AsSpan().SequenceEqual(original)) return corrupted;
        }
    }

    private static void Corrupt(List<AccountChanges> accounts, Random random)
    {
        int at = random.Next(accounts.Count);
        var account = accounts[at];
        switch (random.Next(7))
        {
            case 0:
                accounts.RemoveAt(at);
                if (accounts.Count == 0) accounts.Add(account);
                return;
            case 1:
                var added = Address.FromNumber((ulong)random.NextInt64());
                if (accounts.All(other => other.Address != added))
                    accounts.Add(account with { Address = added });
                return;
            case 2:
                accounts[at] = account with
                {
                    BalanceChanges = Corrupt(account.BalanceChanges, random, value => value + UInt256.One),
                };
                return;
            case 3:
                accounts[at] = account with
                {
                    NonceChanges = Corrupt(account.NonceChanges, random, value => value + 1),
                };
                return;
            case 4:
                accounts[at] = account with
                {
                    CodeChanges = Corrupt(
                        account.CodeChanges, random,
                        value => value.IsEmpty ? new byte[] { 0x33, 0xff } : ReadOnlyMemory<byte>.Empty),
                };
                return;
            case 5:
                CorruptSlot(accounts, at, random);
                return;
            default:
                accounts[at] = account with
                {
                    StorageReads = [.. account.StorageReads.Append((ulong)random.Next(1 << 20)).Distinct().Order()],
                };
                return;
        }
    }

    private static void CorruptSlot(List<AccountChanges> accounts, int at, Random random)
    {
        var account = accounts[at];
        if (account.StorageChanges.IsEmpty) return;
        int slot = random.Next(account.StorageChanges.Length);
        var changes = Corrupt(account.StorageChanges[slot].Changes, random, value => value + UInt256.One);
        accounts[at] = account with
        {
            StorageChanges = changes.IsEmpty
                ? account.StorageChanges.RemoveAt(slot)
                : account.StorageChanges.SetItem(slot, account.StorageChanges[slot] with { Changes = changes }),
        };
    }

    private static ImmutableArray<IndexedChange<T>> Corrupt<T>(
        ImmutableArray<IndexedChange<T>> changes, Random random, Func<T, T> change)
    {
        if (changes.IsEmpty) return [new(random.Next(4), change(default!))];
        int at = random.Next(changes.Length);
        return random.Next(4) switch
        {
            0 => changes.RemoveAt(at),
            1 => changes.SetItem(at, changes[at] with { Value = change(changes[at].Value) }),
            2 => changes.Insert(at + 1, new(changes[at].Index + 1, change(changes[at].Value))),
            _ => changes.SetItem(at, changes[at] with { Index = Math.Max(0, changes[at].Index + random.Next(3) - 1) }),
        };
    }
}
