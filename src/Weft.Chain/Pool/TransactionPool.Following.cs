using Weft.Chain.Live;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Chain.Pool;

/// <summary>How the pool follows the head.</summary>
public sealed partial class TransactionPool
{
    /// <summary>Weight of a new block in what is known of gas limits.</summary>
    private const double LearningRate = 0.1;

    // Under the gate.
    private UInt256 _baseFee;
    private double _usedShare = 1;

    /// <summary>Puts back what blocks that are canonical no more have taken; for tests to wait for.</summary>
    internal Task Returning { get; private set; } = Task.CompletedTask;

    /// <summary>Apart, so that what only the chain may call is not public.</summary>
    private sealed class Follower(TransactionPool pool) : IHeadObserver
    {
        public void HeadMoved(HeadChange change, IStateReader state) => pool.HeadMoved(change, state);

        public Transaction? Find(in Hash256 hash) => pool.Find(hash)?.Transaction;
    }

    private void HeadMoved(HeadChange change, IStateReader state)
    {
        var head = change.Head;
        var rules = _chain.RulesAfter(head, head.Timestamp + 1);
        lock (_gate)
        {
            _version++;
            _changes++;
            _rules = PoolRules.After(head, rules, _chain.Spec.Forks.ChainId, _options);
            _baseFee = rules.BaseFee ? Validation.BaseFee.After(head) : UInt256.Zero;
            _evictedTip = UInt256.Zero;
            foreach (var block in change.Added) Learn(block);
            if (change.HasGap || change.Added.Count + change.Removed.Count == 0) Refresh(_senders.Keys, state);
            else Refresh(AffectedBy(change), state);
        }
        // Going back on command takes the transactions along, as with geth's debug_setHead.
        if (change.Added.Count == 0) return;
        var returning = change.Removed.SelectMany(block => block.Block.Transactions).ToList();
        if (returning.Count > 0) Returning = Task.Run(() => Return(returning));
    }

    /// <summary>Those whose nonces moved: senders, and who delegated (EIP-7702). The others' balances are looked at
    /// when they send again; a block leaves out what cannot be paid.</summary>
    private HashSet<Address> AffectedBy(HeadChange change)
    {
        var affected = new HashSet<Address>();
        foreach (var block in change.Added) AddSigners(block.Block, affected);
        foreach (var block in change.Removed)
        {
            // What was removed comes from the database, which does not know senders.
            bool isKnown = block.Block.Transactions.All(transaction => transaction.Sender is not null);
            if (!isKnown) return [.. _senders.Keys];
            AddSigners(block.Block, affected);
        }
        return affected;
    }

    private static void AddSigners(Block block, HashSet<Address> signers)
    {
        foreach (var transaction in block.Transactions)
        {
            if (transaction.Sender is { } sender) signers.Add(sender);
            foreach (var authorization in transaction.AuthorizationList)
                if (authorization.Authority is { } authority) signers.Add(authority);
        }
    }

    private void Refresh(IReadOnlyCollection<Address> addresses, IStateReader state)
    {
        foreach (var address in addresses.ToArray())
        {
            if (!_senders.TryGetValue(address, out var queue)) continue;
            state.TryGetAccount(address, out var account);
            SetState(queue, account, _version);
            if (queue.All.Count == 0) _senders.Remove(address);
        }
    }

    private void Return(List<Transaction> transactions)
    {
        foreach (var transaction in transactions)
        {
            BlobSidecar? sidecar = null;
            if (transaction.Type == TransactionType.Blob)
            {
                lock (_gate) sidecar = _blobs.FindMined(transaction.Hash);
                if (sidecar is null) continue;
            }
            Add(transaction, sidecar);
        }
    }

    /// <summary>How much of their gas limits calls use.</summary>
    private void Learn(ChainBlock block)
    {
        ulong limits = 0, used = 0;
        for (int i = 0; i < block.Receipts.Count && i < block.Block.Transactions.Count; i++)
        {
            if (block.Block.Transactions[i].Data.IsEmpty) continue;
            limits += block.Block.Transactions[i].GasLimit;
            used += block.Receipts[i].GasUsed;
        }
        if (limits > 0) _usedShare += LearningRate * (Math.Min(1, (double)used / limits) - _usedShare);
    }
}
