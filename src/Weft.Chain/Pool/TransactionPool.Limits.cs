using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Chain.Pool;

/// <summary>Everything here is under the gate.</summary>
public sealed partial class TransactionPool
{
    /// <summary>Of a full pool, one in so many is pushed out at once, so that finding the cheapest is rare.</summary>
    private const int EvictedShare = 20;

    /// <summary>Wei per gas that did not suffice last when the pool was full.</summary>
    private UInt256 _evictedTip;

    private (PoolError Error, string Message)? CheckSender(
        SenderQueue queue, PooledTransaction transaction, bool hasCode)
    {
        Transaction body = transaction.Transaction;
        if (hasCode) return (PoolError.SenderHasCode, "sender not an eoa");
        if (body.Nonce < queue.Nonce)
            return (PoolError.NonceTooLow, $"nonce too low: next nonce {queue.Nonce}, tx nonce {body.Nonce}");
        var replaced = queue.Find(body.Nonce);
        return CheckMoney(queue, transaction, replaced)
            ?? (replaced is not null ? CheckReplacement(replaced, transaction) : CheckRoom(queue, transaction));
    }

    private static (PoolError, string)? CheckMoney(
        SenderQueue queue, PooledTransaction transaction, PooledTransaction? replaced)
    {
        const string texts = "insufficient funds for gas * price + value";
        UInt256 cost = transaction.CostMax;
        if (queue.Balance < cost)
            return (PoolError.InsufficientFunds,
                $"{texts}: balance {queue.Balance}, tx cost {cost}, overshot {cost - queue.Balance}");
        UInt256 queued = queue.CostMax - (replaced?.CostMax ?? UInt256.Zero);
        if (!UInt256.AddOverflows(queued, cost, out UInt256 sum) && sum <= queue.Balance) return null;
        return (PoolError.InsufficientFunds,
            $"{texts}: balance {queue.Balance}, queued cost {queued}, tx cost {cost}, "
            + $"overshot {sum - queue.Balance}");
    }

    /// <summary>Every price that the sender names has to rise by so many percent.</summary>
    private (PoolError, string)? CheckReplacement(PooledTransaction old, PooledTransaction transaction)
    {
        Transaction before = old.Transaction, after = transaction.Transaction;
        bool isBlob = before.Type == TransactionType.Blob;
        if (isBlob != (after.Type == TransactionType.Blob))
            return (PoolError.AddressReserved, "address already reserved");
        int percent = isBlob ? _options.BlobReplacementPercent : _options.ReplacementPercent;
        bool pays = IsRaised(before.FeeCap, after.FeeCap, percent)
            && IsRaised(PooledTransaction.TipCapOf(before), PooledTransaction.TipCapOf(after), percent)
            && (!isBlob || IsRaised(before.MaxFeePerBlobGas, after.MaxFeePerBlobGas, percent));
        return pays ? null : (PoolError.ReplacementUnderpriced, "replacement transaction underpriced");
    }

    /// <summary>By division: a price may be as large as a word.</summary>
    private static bool IsRaised(in UInt256 before, in UInt256 after, int percent)
    {
        if (after <= before) return false;
        UInt256 raise = before / 100ul * (UInt256)(ulong)percent + before % 100ul * (UInt256)(ulong)percent / 100ul;
        return after - before >= raise;
    }

    private (PoolError, string)? CheckRoom(SenderQueue queue, PooledTransaction transaction)
    {
        bool isBlob = transaction.Sidecar is not null;
        if (queue.All.Count > 0 && isBlob != queue.All[0].Sidecar is not null)
            return (PoolError.AddressReserved, "address already reserved");
        ulong next = queue.Nonce + (ulong)queue.PendingCount;
        bool isGap = transaction.Transaction.Nonce > next;
        // Blobs are too large to be kept for later.
        if (isBlob && isGap)
            return (PoolError.NonceGap,
                $"nonce too high: tx nonce {transaction.Transaction.Nonce}, gapped nonce {next}");
        int max = isBlob ? _options.BlobsPerSenderMax : _options.PerSenderMax;
        if (queue.All.Count >= max || (isGap && queue.QueuedCount >= _options.QueuedPerSenderMax))
            return (PoolError.SenderLimit, "account limit exceeded");
        bool isFull = _count >= _options.TransactionsMax || _bytes + transaction.Bytes > _options.BytesMax;
        return isFull && !TryMakeRoom(queue, transaction)
            ? (PoolError.PoolUnderpriced, "transaction underpriced: the txpool is full")
            : null;
    }

    /// <summary>Pushes out what waits for a nonce, then what pays least, with the later nonces of the same sender
    /// waiting from then on. False where the new one pays no more than those.</summary>
    private bool TryMakeRoom(SenderQueue own, PooledTransaction transaction)
    {
        UInt256 baseFee = _baseFee, tip = transaction.TipAt(baseFee);
        if (tip <= _evictedTip && _pending == _count) return false;
        var cheapest = _senders.Values.Where(queue => queue != own).SelectMany(
                queue => queue.All.Select((t, i) => (Transaction: t, IsQueued: i >= queue.PendingCount)))
            .OrderBy(entry => !entry.IsQueued).ThenBy(entry => entry.Transaction.TipAt(baseFee))
            .ThenByDescending(entry => entry.Transaction.Transaction.Nonce)
            .Take(Math.Max(1, _count / EvictedShare)).ToList();
        bool hasRoom = false;
        foreach (var (entry, isQueued) in cheapest)
        {
            UInt256 entryTip = entry.TipAt(baseFee);
            if (!isQueued && entryTip >= tip) break;
            if (!isQueued) _evictedTip = entryTip;
            Drop(entry);
            hasRoom = true;
        }
        if (!hasRoom && cheapest.Count > 0) _evictedTip = tip;
        return hasRoom && _count < _options.TransactionsMax && _bytes + transaction.Bytes <= _options.BytesMax;
    }

    // ---- Coming and going ----

    private void SetState(SenderQueue queue, in Account account, long version)
    {
        int before = queue.PendingCount;
        foreach (var mined in queue.SetState(account.Nonce, account.Balance, version)) Forget(mined);
        Count(queue.PendingCount - before);
    }

    /// <summary>Out of the pool and out of its queue.</summary>
    private void Drop(PooledTransaction transaction)
    {
        if (!_senders.TryGetValue(transaction.Sender, out var queue)) return;
        int before = queue.PendingCount;
        queue.Remove(transaction);
        Forget(transaction);
        Count(queue.PendingCount - before);
        if (queue.All.Count == 0) _senders.Remove(queue.Sender);
    }

    /// <summary>It is out of its queue already.</summary>
    private void Forget(PooledTransaction transaction)
    {
        if (!_byHash.TryRemove(new(transaction.Hash, transaction))) return;
        _blobs.Remove(transaction);
        (_count, _bytes) = (_count - 1, _bytes - transaction.Bytes);
    }

    private void Count(int pendingDifference)
    {
        _pending += pendingDifference;
        _changes++;
        if (_pending > 0) HasPending.Set();
        else HasPending.Reset();
    }
}
