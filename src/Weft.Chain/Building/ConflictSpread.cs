using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Building;

/// <summary>
/// Puts transactions that are likely to conflict far apart, so that they are seldom in flight together: those of one
/// sender or to one recipient are spread evenly over the block. Which transactions are in the block stays, and the
/// order of a sender's nonces.
/// </summary>
internal static class ConflictSpread
{
    /// <summary>Below this there is little to win.</summary>
    private const int CountMin = 16;

    /// <summary>Reorders in place; returns how many stand elsewhere now.</summary>
    public static int Apply(List<Candidate> candidates)
    {
        if (candidates.Count < CountMin) return 0;
        var counts = CountRecipients(candidates);
        var seen = new Dictionary<Address, int>(counts.Count);
        var last = new Dictionary<Address, double>();
        var keys = new double[candidates.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            Transaction transaction = candidates[i].Transaction;
            double place = i;
            // A recipient that comes once stays where its fee put it.
            if (transaction.To is { } to && counts[to] > 1)
            {
                int number = seen.GetValueOrDefault(to);
                seen[to] = number + 1;
                place = (number + 0.5) * keys.Length / counts[to];
            }
            Address sender = transaction.Sender!.Value;
            if (last.TryGetValue(sender, out double before) && place <= before) place = double.BitIncrement(before);
            last[sender] = keys[i] = place;
        }
        return Sort(candidates, keys);
    }

    private static Dictionary<Address, int> CountRecipients(List<Candidate> candidates)
    {
        var counts = new Dictionary<Address, int>();
        foreach (var candidate in candidates)
            if (candidate.Transaction.To is { } to) counts[to] = counts.GetValueOrDefault(to) + 1;
        return counts;
    }

    private static int Sort(List<Candidate> candidates, double[] keys)
    {
        var order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        // Equal places keep their order: the index decides.
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        var before = candidates.ToArray();
        int moved = 0;
        for (int i = 0; i < order.Length; i++)
        {
            candidates[i] = before[order[i]];
            if (order[i] != i) moved++;
        }
        return moved;
    }
}
