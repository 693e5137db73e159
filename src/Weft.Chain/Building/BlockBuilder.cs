using System.Diagnostics;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Building;

public sealed record BuilderOptions
{
    /// <summary>At most 32 bytes.</summary>
    public ReadOnlyMemory<byte> ExtraData { get; init; } = "weft"u8.ToArray();

    /// <summary>What the gas limit moves towards; null: it stays.</summary>
    public ulong? GasLimitTarget { get; init; }

    /// <summary>Transactions that are likely to conflict are put far apart, where that costs no fees.</summary>
    public bool SpreadsConflicts { get; init; } = true;
}

/// <summary>
/// Builds blocks of transactions of a pool or of given ones. They are executed once, by the engine that imports blocks,
/// and what they came to is kept, so that importing the block executes nothing. Any thread; builds as the only writer
/// of its chain.
/// </summary>
public sealed class BlockBuilder
{
    private readonly LiveChain _chain;
    private readonly TransactionPool? _pool;
    private readonly BuilderOptions _options;

    // The pending block and what it was made of, under the gate.
    private static readonly TimeSpan PendingAgeMax = TimeSpan.FromSeconds(1);
    private readonly Lock _pendingGate = new();
    private BuiltBlock? _pending;
    private long _pendingChanges, _pendingTime, _pendingEdits;

    public BlockBuilder(LiveChain chain, TransactionPool? pool = null, BuilderOptions? options = null) =>
        (_chain, _pool, _options) = (chain, pool, options ?? new());

    /// <summary>A block on the head of the best transactions that fit.</summary>
    /// <exception cref="ArgumentException">The attributes do not fit the head.</exception>
    public BuiltBlock Build(PayloadAttributes attributes) =>
        _chain.Write(chain => Build(chain, chain.Head, attributes, null));

    /// <summary>A block on the head with these transactions, in this order; those that are invalid there are left out
    /// (<see cref="BuiltBlock.Dropped"/>). Senders may be unknown.</summary>
    /// <exception cref="ArgumentException">The attributes do not fit the head.</exception>
    public BuiltBlock Build(PayloadAttributes attributes, IReadOnlyList<Transaction> transactions) =>
        _chain.Write(chain => Build(chain, chain.Head, attributes, transactions));

    /// <summary>The same on another canonical block.</summary>
    /// <exception cref="ArgumentException">Its state is out of reach, or the attributes do not fit it.</exception>
    public BuiltBlock Build(
        BlockHeader parent, PayloadAttributes attributes, IReadOnlyList<Transaction>? transactions) =>
        _chain.Write(chain => Build(chain, parent, attributes, transactions));

    /// <summary>Builds and makes the block the head; without transactions only where <paramref name="isEmptyFine"/>.
    /// Null where that is not the case.</summary>
    /// <exception cref="ArgumentException">The attributes do not fit the head.</exception>
    public BuiltBlock? Mine(PayloadAttributes attributes, bool isEmptyFine = true) => _chain.Write(chain =>
    {
        var built = Build(chain, chain.Head, attributes, null);
        if (built.Block.Transactions.Count == 0 && !isEmptyFine)
        {
            built.Dispose();
            return null;
        }
        _chain.Import(built);
        return built;
    });

    /// <summary>The same of these transactions, in this order, as <see cref="Build(PayloadAttributes,
    /// IReadOnlyList{Transaction})"/> takes them.</summary>
    /// <exception cref="ArgumentException">The attributes do not fit the head.</exception>
    public BuiltBlock Mine(PayloadAttributes attributes, IReadOnlyList<Transaction> transactions) =>
        _chain.Write(chain =>
        {
            var built = Build(chain, chain.Head, attributes, transactions);
            _chain.Import(built);
            return built;
        });

    /// <summary>What consensus layers ask for: the block is remembered, so that it is not executed when it comes back,
    /// until <see cref="LiveChain.Forget"/>.</summary>
    internal BuiltBlock BuildPayload(BlockHeader parent, PayloadAttributes attributes) => _chain.Write(chain =>
    {
        var built = Build(chain, parent, attributes, null);
        _chain.Remember(built);
        return built;
    });

    /// <summary>The block as it would be built now, kept while head and pool stay, and for a second in any case.
    /// Belongs to the builder.</summary>
    public BuiltBlock GetPending()
    {
        lock (_pendingGate)
        {
            long changes = _pool?.Changes ?? 0;
            bool isOfToday = _pending is not null && _pending.Block.Header.ParentHash == _chain.Head.Hash
                && _pendingEdits == _chain.Edits
                && (changes == _pendingChanges || Stopwatch.GetElapsedTime(_pendingTime) < PendingAgeMax);
            if (isOfToday) return _pending!;
            _pending?.Dispose();
            (_pendingChanges, _pendingTime, _pendingEdits) = (changes, Stopwatch.GetTimestamp(), _chain.Edits);
            return _pending = _chain.Write(chain => Build(chain, chain.Head, PendingAttributes(chain.Head), null));
        }
    }

    /// <summary>What the block after a head is going to be like; null: as the clock and the head suggest.</summary>
    public Func<BlockHeader, PayloadAttributes>? Next { get; set; }

    private PayloadAttributes PendingAttributes(BlockHeader head) => Next?.Invoke(head) ?? new()
    {
        Timestamp = Math.Max(head.Timestamp + 1, (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds()),
        FeeRecipient = head.Beneficiary, PrevRandao = head.MixHash,
    };

    // ---- As the only writer ----

    private BuiltBlock Build(
        Blockchain chain, BlockHeader parent, PayloadAttributes attributes, IReadOnlyList<Transaction>? transactions)
    {
        using var state = OpenParent(chain, parent);
        ForkRules rules = _chain.RulesAfter(parent, attributes.Timestamp);
        BlockHeader header = HeaderTemplate.Create(parent, attributes, _options, rules);
        long start = Stopwatch.GetTimestamp();
        List<Candidate> candidates = transactions is null ? Select(header, rules) : Recover(transactions);
        int moved = transactions is null && _options.SpreadsConflicts && AllFit(candidates, header)
            ? ConflictSpread.Apply(candidates)
            : 0;
        var report = new BuildReport { SelectionTime = Stopwatch.GetElapsedTime(start), Moved = moved };
        var withdrawals = rules.Withdrawals ? attributes.Withdrawals ?? [] : null;
        return Execute(chain, state, rules, header, candidates, withdrawals, report);
    }

    private BuiltBlock Execute(
        Blockchain chain, StateAtBlock parent, ForkRules rules, BlockHeader header, List<Candidate> candidates,
        IReadOnlyList<Withdrawal>? withdrawals, BuildReport report)
    {
        long start = Stopwatch.GetTimestamp();
        var executor = chain.Engine.GetExecutor(rules, chain.Spec.Forks.ChainId, chain.Spec.DepositContract);
        var unsealed = new Block(header, [.. candidates.Select(c => c.Transaction)], [], withdrawals);
        ExecutedBlock executed = chain.ExecuteUnsealed(unsealed, rules, parent, executor, leavesOutInvalid: true);
        StateChanges changes = executor.GetChanges();
        report = report with { ExecutionTime = Stopwatch.GetElapsedTime(start), Execution = executor.Summary };
        start = Stopwatch.GetTimestamp();
        var included = Include(candidates, executed, out var dropped);
        var built = Seal(chain, parent, unsealed with { Transactions = included }, executed, changes);
        // Who asks for the result of the block is not to find what is no part of it.
        var result = dropped.Count == 0 ? built.Result : built.Result with
        {
            Transactions = [.. executed.Transactions.Where(t => t.Error == TransactionError.None)],
        };
        return new(built.Block, result, changes, built.Nodes)
        {
            Value = SumFees(executed),
            Sidecars = CollectSidecars(candidates, executed),
            Dropped = dropped,
            Report = report with { SealingTime = Stopwatch.GetElapsedTime(start) },
        };
    }

    /// <summary>Receipts and the root of the transactions need nothing of the state: they are made beside its root.
    /// </summary>
    private static (Block Block, BlockResult Result, NodeSet Nodes) Seal(
        Blockchain chain, StateAtBlock parent, Block block, ExecutedBlock executed, StateChanges changes)
    {
        var nodes = new NodeSet();
        try
        {
            var lists = Task.Run(() => (executed.Seal(), ListRoot.OfTransactions(block.Transactions)));
            Hash256 root = chain.Engine.Trie.Update(parent.Nodes, changes, nodes);
            var (result, transactionsRoot) = lists.GetAwaiter().GetResult();
            if (result.Error != BlockError.None)
                throw new InvalidOperationException($"no valid block can be built: {result.Error}: {result.Detail}");
            return (block with
            {
                Header = HeaderTemplate.Complete(block.Header, result, transactionsRoot, root),
            }, result, nodes);
        }
        catch
        {
            nodes.Dispose();
            throw;
        }
    }

    private static StateAtBlock OpenParent(Blockchain chain, BlockHeader parent)
    {
        bool isCanonical = parent.Number <= chain.Head.Number
            && chain.Blocks.GetCanonicalHash(parent.Number) == parent.Hash;
        return (isCanonical ? chain.OpenState(parent.Number) : null)
            ?? throw new ArgumentException(
                $"the state of block {parent.Number} {parent.Hash} is out of reach", nameof(parent));
    }

    // ---- Transactions ----

    private List<Candidate> Select(BlockHeader header, ForkRules rules) =>
        _pool is null ? [] : _pool.Select(new()
        {
            BaseFee = header.BaseFeePerGas ?? UInt256.Zero,
            BlobBaseFee = rules.Blobs is { } blobs ? BlobGas.BaseFee(header.ExcessBlobGas ?? 0, blobs) : UInt256.Zero,
            GasMax = header.GasLimit,
            BlobsMax = rules.Blobs?.Max ?? 0,
            // Header and withdrawals take less than what is left aside here.
            BytesMax = rules.MaxBlockSize == int.MaxValue ? int.MaxValue : rules.MaxBlockSize - 64 * 1024,
        });

    private static List<Candidate> Recover(IReadOnlyList<Transaction> transactions)
    {
        var candidates = new List<Candidate>(transactions.Count);
        foreach (var transaction in transactions)
        {
            Transaction known = transaction;
            if (transaction.Sender is null && !SenderRecovery.TryRecoverSigners(transaction, out known))
                known = transaction;
            candidates.Add(new(known, null));
        }
        return candidates;
    }

    private static bool AllFit(List<Candidate> candidates, BlockHeader header)
    {
        ulong gas = 0;
        foreach (var candidate in candidates) gas += candidate.Transaction.GasLimit;
        return gas <= header.GasLimit;
    }

    private static Transaction[] Include(
        List<Candidate> candidates, ExecutedBlock executed,
        out IReadOnlyList<(Transaction, TransactionError)> dropped)
    {
        var included = new List<Transaction>(candidates.Count);
        var left = new List<(Transaction, TransactionError)>();
        var results = executed.Transactions;
        for (int i = 0; i < candidates.Count; i++)
        {
            Transaction transaction = candidates[i].Transaction;
            var error = results[i].Error;
            if (error == TransactionError.None) included.Add(transaction);
            else left.Add((transaction, error));
        }
        dropped = left;
        return [.. included];
    }

    private static List<BlobSidecar> CollectSidecars(List<Candidate> candidates, ExecutedBlock executed)
    {
        var sidecars = new List<BlobSidecar>();
        var results = executed.Transactions;
        for (int i = 0; i < candidates.Count; i++)
            if (candidates[i].Pooled?.Sidecar is { } sidecar && results[i].Error == TransactionError.None)
                sidecars.Add(sidecar);
        return sidecars;
    }

    private static UInt256 SumFees(ExecutedBlock executed)
    {
        var sum = UInt256.Zero;
        foreach (var result in executed.Transactions) sum += result.Fee;
        return sum;
    }
}
