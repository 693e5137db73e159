using Weft.Primitives;

namespace Weft.Chain.Pool;

/// <summary>The transactions of one sender in the order of their nonces, and what the state says of the sender. Under
/// the lock of the pool.</summary>
internal sealed class SenderQueue(Address sender)
{
    private readonly List<PooledTransaction> _transactions = [];

    public Address Sender { get; } = sender;

    public ulong Nonce { get; private set; }

    public UInt256 Balance { get; private set; }

    /// <summary>The head at which nonce and balance were read.</summary>
    public long Version { get; private set; } = -1;

    public IReadOnlyList<PooledTransaction> All => _transactions;

    /// <summary>How many from the first on can be executed one after the other: no gap, and enough money.</summary>
    public int PendingCount { get; private set; }

    public int QueuedCount => _transactions.Count - PendingCount;

    /// <summary>What all of them can cost.</summary>
    public UInt256 CostMax { get; private set; }

    public PooledTransaction? Find(ulong nonce) => IndexOf(nonce) is >= 0 and var index ? _transactions[index] : null;

    /// <summary>The state has moved. Takes out what has a nonce that was used.</summary>
    public List<PooledTransaction> SetState(ulong nonce, in UInt256 balance, long version)
    {
        (Nonce, Balance, Version) = (nonce, balance, version);
        int index = IndexOf(nonce);
        var removed = _transactions.GetRange(0, index < 0 ? ~index : index);
        _transactions.RemoveRange(0, removed.Count);
        foreach (var transaction in removed) CostMax -= transaction.CostMax;
        CountPending();
        return removed;
    }

    /// <summary>Puts a transaction in its place and gives the one that was there.</summary>
    public PooledTransaction? Set(PooledTransaction transaction)
    {
        int index = IndexOf(transaction.Transaction.Nonce);
        PooledTransaction? replaced = index >= 0 ? _transactions[index] : null;
        if (index >= 0) _transactions[index] = transaction;
        else _transactions.Insert(~index, transaction);
        CostMax += transaction.CostMax;
        if (replaced is not null) CostMax -= replaced.CostMax;
        // One that follows the pending ones makes itself pending, and perhaps those that waited for it.
        CountPending(index < 0 && ~index == PendingCount ? PendingCount : 0);
        return replaced;
    }

    public void Remove(PooledTransaction transaction)
    {
        int index = IndexOf(transaction.Transaction.Nonce);
        if (index < 0 || _transactions[index] != transaction) return;
        _transactions.RemoveAt(index);
        CostMax -= transaction.CostMax;
        CountPending();
    }

    /// <summary>What the first ones cost, so that counting can go on from there.</summary>
    private UInt256 _pendingCost;

    private void CountPending(int from = 0)
    {
        if (from == 0) _pendingCost = UInt256.Zero;
        int count = from;
        while (count < _transactions.Count && _transactions[count].Transaction.Nonce == Nonce + (ulong)count)
        {
            UInt256 cost = _pendingCost + _transactions[count].CostMax;
            if (cost > Balance) break;
            _pendingCost = cost;
            count++;
        }
        PendingCount = count;
    }

    /// <summary>The place of a nonce, or the complement of where it belongs.</summary>
    private int IndexOf(ulong nonce)
    {
        int first = 0, end = _transactions.Count;
        // Most come in order.
        if (end > 0 && _transactions[end - 1].Transaction.Nonce < nonce) return ~end;
        while (first < end)
        {
            int middle = (first + end) >>> 1;
            ulong found = _transactions[middle].Transaction.Nonce;
            if (found == nonce) return middle;
            if (found < nonce) first = middle + 1;
            else end = middle;
        }
        return ~first;
    }
}
