using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Execution.Parallel;

/// <summary>
/// Finds, before a block is executed, for each transaction the latest earlier one that it probably depends on. Wrong
/// ones cost time only. Learns which contracts are worth it. One thread at a time.
/// </summary>
internal sealed class DependencyHints(HintSources sources)
{
    private readonly Dictionary<Address, int> _bySender = [], _byRecipient = [];
    private readonly Dictionary<(Address, UInt256), int> _bySlot = [];
    private readonly ContentionStatistics _contention = new();
    private int[] _predecessors = [];

    /// <summary>Wants to know what came of the transactions.</summary>
    public bool Learns => (sources & HintSources.Recipient) != 0;

    /// <summary>By transaction, the first at 0; transactions have numbers from 1 on, 0 is none. Valid until the next
    /// block.</summary>
    public ReadOnlyMemory<int> Find(BlockInput input)
    {
        if (sources == HintSources.None) return default;
        var transactions = input.Block.Transactions;
        if (_predecessors.Length < transactions.Count) _predecessors = new int[transactions.Count];
        var found = _predecessors.AsMemory(0, transactions.Count);
        Clear();
        var earlier = (sources & HintSources.EarlierRun) != 0 ? input.Predecessors : default;
        if (!earlier.IsEmpty && earlier.Length == transactions.Count)
        {
            earlier.CopyTo(found);
            return found;
        }
        for (int i = 0; i < transactions.Count; i++) found.Span[i] = Find(transactions[i], i + 1);
        return found;
    }

    /// <summary>A transaction is committed; <paramref name="wasInVain"/>: it had to run more than once.</summary>
    public void Learn(Transaction transaction, bool wasInVain)
    {
        if (Learns && transaction.To is { } to && !transaction.Data.IsEmpty)
            _contention.Add(to, wasInVain);
    }

    private void Clear()
    {
        _bySender.Clear();
        _byRecipient.Clear();
        _bySlot.Clear();
    }

    private int Find(Transaction transaction, int number)
    {
        int latest = 0;
        if ((sources & HintSources.Sender) != 0 && transaction.Sender is { } sender)
            latest = Replace(_bySender, sender, number);
        if ((sources & HintSources.Recipient) != 0 && transaction.To is { } to && _contention.IsHigh(to))
            latest = Math.Max(latest, Replace(_byRecipient, to, number));
        if ((sources & HintSources.AccessLists) == 0) return latest;
        var list = transaction.AccessList;
        for (int i = 0; i < list.Count; i++)
            for (int j = 0; j < list[i].StorageKeys.Count; j++)
                latest = Math.Max(latest, Replace(_bySlot, (list[i].Address, list[i].StorageKeys[j]), number));
        return latest;
    }

    private static int Replace<TKey>(Dictionary<TKey, int> latest, in TKey key, int number) where TKey : notnull
    {
        ref int place = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            latest, key, out _);
        int before = place;
        place = number;
        return before;
    }
}
