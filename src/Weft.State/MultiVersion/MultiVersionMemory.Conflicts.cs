using Weft.Primitives;

namespace Weft.State.MultiVersion;

public sealed partial class MultiVersionMemory
{
    /// <summary>The first read of a finished incarnation that would not see now what it saw: a field of an account, or
    /// with <see cref="Observed.Storage"/> a slot. Null where all hold. Slow: for records of what happened.</summary>
    public (Address Address, Observed Field, UInt256 Slot)? FindStaleRead(int transaction)
    {
        var record = RecordOf(transaction);
        for (int i = 0; i < record.AccountReads.Count; i++)
        {
            ref AccountRead read = ref record.AccountReads[i];
            if (!Holds(read, transaction, isFirst: false))
                return (_accounts[read.Location].Address, FindStaleField(read, transaction), UInt256.Zero);
        }
        for (int i = 0; i < record.SlotReads.Count; i++)
        {
            ref SlotRead read = ref record.SlotReads[i];
            if (Holds(read, transaction, isFirst: false)) continue;
            ref SlotLocation location = ref _slots[read.Location];
            return (_accounts[location.Account].Address, Observed.Storage, location.Key);
        }
        return null;
    }

    private Observed FindStaleField(AccountRead read, int transaction)
    {
        var all = read.Observed;
        var atLeast = read.BalanceAtLeast;
        read.BalanceAtLeast = UInt256.Zero;
        for (int field = 1; field <= (int)all; field <<= 1)
        {
            read.Observed = all & (Observed)field;
            if (read.Observed != Observed.None && !Holds(read, transaction, isFirst: false)) return read.Observed;
        }
        // The balance does not cover what it covered; or what held a moment ago does again.
        return atLeast.IsZero ? all : Observed.Balance;
    }
}
