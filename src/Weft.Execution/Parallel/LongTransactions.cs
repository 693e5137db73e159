using System.Diagnostics;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Execution.Parallel;

/// <summary>
/// Knows from earlier blocks which contracts take long, so that calls of them begin early: one that begins last keeps
/// the others waiting. Bounded: places are few, a contract displaces the one that shared its place. One thread at a
/// time.
/// </summary>
internal sealed class LongTransactions
{
    private const int Places = 4096;

    /// <summary>Who may use little gas is not worth measuring.</summary>
    private const ulong GasLimitMin = 200_000;

    /// <summary>A place is given to contracts that take at least this long, and taken from those that do not any more.
    /// </summary>
    private static readonly long TicksMin = Stopwatch.Frequency / 5_000;

    private readonly (Address Contract, long Ticks)[] _places = new (Address, long)[Places];
    private readonly List<int> _found = [];

    public static bool IsWorthMeasuring(Transaction transaction) =>
        transaction.GasLimit >= GasLimitMin && transaction.To is not null;

    /// <summary>The numbers, from 1 on, of the block's transactions that probably take long. Valid until the next
    /// block.</summary>
    public List<int> Find(IReadOnlyList<Transaction> transactions)
    {
        _found.Clear();
        for (int i = 0; i < transactions.Count; i++)
        {
            if (!IsWorthMeasuring(transactions[i])) continue;
            ref var place = ref PlaceOf(transactions[i].To!.Value);
            if (place.Ticks != 0 && place.Contract == transactions[i].To!.Value) _found.Add(i + 1);
        }
        return _found;
    }

    /// <summary>A transaction is committed that took so long, in ticks of the stopwatch; 0 when it was not measured.
    /// </summary>
    public void Learn(Transaction transaction, long ticks)
    {
        if (ticks == 0) return;
        var contract = transaction.To!.Value;
        ref var place = ref PlaceOf(contract);
        bool isThere = place.Ticks != 0 && place.Contract == contract;
        if (!isThere && ticks < TicksMin) return;
        long mean = isThere ? place.Ticks + (ticks - place.Ticks) / 4 : ticks;
        place = mean < TicksMin ? default : (contract, mean);
    }

    private ref (Address Contract, long Ticks) PlaceOf(in Address contract) =>
        ref _places[(uint)contract.GetHashCode() % Places];
}
