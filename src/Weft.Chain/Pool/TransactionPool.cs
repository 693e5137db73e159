using System.Collections.Concurrent;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Evm.Precompiles;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Chain.Pool;

/// <summary>
/// Transactions that wait for a block. Each was checked at the door and its sender is known; what can be executed next
/// is <i>pending</i>, what waits for a nonce or for money is <i>queued</i>. Follows the head of its chain. Any thread.
/// </summary>
/// <remarks>Signatures and proofs are checked before the lock is taken. Lock order: the chain's writer, then this.
/// </remarks>
public sealed partial class TransactionPool : IDisposable
{
    /// <summary>Lists of new transactions that wait for a slow subscriber.</summary>
    private const int EventsMax = 16_384;

    private readonly LiveChain _chain;
    private readonly PoolOptions _options;
    private readonly Follower _follower;
    private readonly Subscriptions<IReadOnlyList<PooledTransaction>> _subscriptions =
        new("weft-pool", EventsMax, _ => null);

    private readonly Lock _gate = new();

    /// <summary>Written under the gate, read by anybody.</summary>
    private readonly ConcurrentDictionary<Hash256, PooledTransaction> _byHash = new();

    // All under the gate.
    private readonly Dictionary<Address, SenderQueue> _senders = [];
    private readonly BlobIndex _blobs = new();
    private int _pending, _count;
    private long _bytes, _arrivals;

    /// <summary>Grows with every head; tells whether what is known of a sender is of today.</summary>
    private long _version;

    private volatile PoolRules _rules = null!;
    private long _changes;

    public TransactionPool(LiveChain chain, PoolOptions? options = null)
    {
        (_chain, _options) = (chain, options ?? new());
        _follower = new(this);
        chain.Attach(_follower);
    }

    public int PendingCount => Volatile.Read(ref _pending);

    public int QueuedCount => Math.Max(0, Volatile.Read(ref _count) - PendingCount);

    /// <summary>Set while there may be something to mine.</summary>
    internal ManualResetEventSlim HasPending { get; } = new();

    /// <summary>Grows whenever something comes or goes.</summary>
    internal long Changes => Volatile.Read(ref _changes);

    // ---- Adding ----

    /// <summary>The network form; blob transactions come with their sidecar (EIP-4844).</summary>
    public PoolResult Add(ReadOnlyMemory<byte> encoded)
    {
        if (!NetworkForm.TryDecode(encoded.Span, out var transaction, out var sidecar, out int size, out var error))
            return new(PoolError.Malformed, default, error);
        return Add(transaction, sidecar, size);
    }

    /// <summary>A transaction whose sender is known is not asked for a signature: its giver is trusted.</summary>
    public PoolResult Add(Transaction transaction, BlobSidecar? sidecar = null) =>
        Add(transaction, sidecar, transaction.Encode().Length);

    /// <summary>Drops a transaction; those of its sender with later nonces wait then.</summary>
    public bool Remove(in Hash256 hash)
    {
        lock (_gate)
        {
            if (!_byHash.TryGetValue(hash, out var transaction)) return false;
            Drop(transaction);
            return true;
        }
    }

    /// <summary>Drops what a sender has here.</summary>
    public void RemoveAll(in Address sender)
    {
        lock (_gate)
        {
            if (!_senders.TryGetValue(sender, out var queue)) return;
            foreach (var transaction in queue.All.ToArray()) Drop(transaction);
        }
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (var transaction in _byHash.Values) Drop(transaction);
        }
    }

    // ---- Looking ----

    public PooledTransaction? Find(in Hash256 hash) => _byHash.GetValueOrDefault(hash);

    /// <summary>By its versioned hash; also of a transaction that was mined a little ago.</summary>
    public PooledBlob? FindBlob(in Hash256 versionedHash)
    {
        lock (_gate) return _blobs.Find(versionedHash);
    }

    /// <summary>The nonce after the sender's pending transactions; the state's where it has none.</summary>
    public ulong GetNextNonce(in Address sender)
    {
        var account = ReadAccount(sender);
        lock (_gate)
        {
            return _senders.TryGetValue(sender, out var queue) && queue.PendingCount > 0
                ? Math.Max(account.Nonce, queue.Nonce + (ulong)queue.PendingCount)
                : account.Nonce;
        }
    }

    /// <summary>By sender, in the order of nonces.</summary>
    public PoolContent GetContent()
    {
        lock (_gate) return PoolContent.Of(_senders.Values);
    }

    public PoolContent GetContent(in Address sender)
    {
        lock (_gate) return PoolContent.Of(_senders.TryGetValue(sender, out var queue) ? [queue] : []);
    }

    /// <summary>Is told of every transaction that becomes pending, on a thread of its own, until what is returned is
    /// disposed. One that cannot keep up misses some. While <paramref name="isWanted"/> says no, it is told nothing and
    /// costs nothing; it is asked on any thread.</summary>
    public ISubscription Subscribe(
        Action<IReadOnlyList<PooledTransaction>> handler, Func<bool>? isWanted = null) =>
        _subscriptions.Add(handler, isWanted);

    /// <summary>For a block on the head, what pays most first.</summary>
    internal List<Candidate> Select(SelectionTerms terms)
    {
        lock (_gate) return Selection.Choose(_senders.Values, terms with { UsedShare = _usedShare });
    }

    public void Dispose()
    {
        _chain.Detach(_follower);
        _subscriptions.Dispose();
        HasPending.Dispose();
    }

    // ---- The door ----

    private PoolResult Add(Transaction transaction, BlobSidecar? sidecar, int size)
    {
        Hash256 hash = transaction.Hash;
        if (_byHash.ContainsKey(hash)) return new(PoolError.AlreadyKnown, hash, "already known");
        var rules = _rules;
        if (rules.Check(transaction, size) is { } broken) return new(broken.Error, hash, broken.Message);
        if (transaction.Sender is null && !SenderRecovery.TryRecoverSigners(transaction, out transaction))
            return new(PoolError.InvalidSender, hash, "invalid sender: invalid transaction v, r, s values");
        if (SidecarRules.Check(transaction, sidecar, rules.Rules) is { } wrong)
            return new(wrong.Error, hash, wrong.Message);
        var pooled = new PooledTransaction(transaction, sidecar, size, Interlocked.Increment(ref _arrivals));
        return Enter(pooled);
    }

    private PoolResult Enter(PooledTransaction transaction)
    {
        Address sender = transaction.Sender;
        while (true)
        {
            var known = ReadSender(sender);
            lock (_gate)
            {
                // The head moved between the two.
                if (known.Version != _version) continue;
                if (_byHash.ContainsKey(transaction.Hash))
                    return new(PoolError.AlreadyKnown, transaction.Hash, "already known");
                bool isNew = !_senders.TryGetValue(sender, out var queue);
                queue ??= new(sender);
                if (queue.Version != known.Version) SetState(queue, known.Account, known.Version);
                if (CheckSender(queue, transaction, known.HasCode) is { } broken)
                    return new(broken.Error, transaction.Hash, broken.Message);
                if (isNew) _senders.Add(sender, queue);
                return Keep(queue, transaction);
            }
        }
    }

    /// <summary>Under the gate.</summary>
    private PoolResult Keep(SenderQueue queue, PooledTransaction transaction)
    {
        int before = queue.PendingCount;
        var replaced = queue.Set(transaction);
        _byHash[transaction.Hash] = transaction;
        _blobs.Add(transaction);
        (_count, _bytes) = (_count + 1, _bytes + transaction.Bytes);
        if (replaced is not null) Forget(replaced);
        Count(queue.PendingCount - before);
        bool isPending = queue.PendingCount > before || (replaced is not null
            && transaction.Transaction.Nonce < queue.Nonce + (ulong)queue.PendingCount);
        if (isPending && _subscriptions.AreWanted)
            _subscriptions.Post(
                replaced is not null ? [transaction] : [.. queue.All.Take(before..queue.PendingCount)]);
        return new(PoolError.None, transaction.Hash, null);
    }

    /// <summary>What the state says of a sender at the head that <c>Version</c> names.</summary>
    private readonly record struct SenderState(Account Account, bool HasCode, long Version);

    private SenderState ReadSender(in Address sender)
    {
        lock (_gate)
        {
            if (_senders.TryGetValue(sender, out var queue) && queue.Version == _version)
                return new(new(queue.Nonce, queue.Balance, default), false, _version);
        }
        long version = Volatile.Read(ref _version);
        using var snapshot = _chain.OpenSnapshot();
        snapshot.TryGetAccount(sender, out var account);
        bool hasCode = !_rules.Rules.SenderMayHaveCode && HasCodeOf(snapshot, account);
        return new(account, hasCode, version);
    }

    /// <summary>EIP-3607; a delegation (EIP-7702) is none.</summary>
    private static bool HasCodeOf(IStateReader state, in Account account)
    {
        if (account.CodeHash == default || account.CodeHash == Hash256.OfEmptyCode) return false;
        var code = state.GetCode(account.CodeHash).Span;
        return !(code.Length == 23 && code.StartsWith((ReadOnlySpan<byte>)[0xef, 0x01, 0x00]));
    }

    private Account ReadAccount(in Address address)
    {
        using var snapshot = _chain.OpenSnapshot();
        snapshot.TryGetAccount(address, out var account);
        return account;
    }
}

/// <summary>What the pool holds, by sender and in the order of nonces.</summary>
public sealed record PoolContent(
    IReadOnlyDictionary<Address, IReadOnlyList<PooledTransaction>> Pending,
    IReadOnlyDictionary<Address, IReadOnlyList<PooledTransaction>> Queued)
{
    internal static PoolContent Of(IEnumerable<SenderQueue> senders)
    {
        var pending = new Dictionary<Address, IReadOnlyList<PooledTransaction>>();
        var queued = new Dictionary<Address, IReadOnlyList<PooledTransaction>>();
        foreach (var queue in senders)
        {
            if (queue.PendingCount > 0) pending.Add(queue.Sender, [.. queue.All.Take(queue.PendingCount)]);
            if (queue.QueuedCount > 0) queued.Add(queue.Sender, [.. queue.All.Skip(queue.PendingCount)]);
        }
        return new(pending, queued);
    }
}
