using Weft.Chain.Building;
using Weft.Chain.Stages;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;

namespace Weft.Chain.Live;

/// <summary>
/// A chain that grows while it is read: one writer at a time, whoever it is, and any number of readers, who never wait
/// for it. Everything may be called on any thread.
/// </summary>
public sealed class LiveChain : IDisposable
{
    /// <summary>Blocks of this node's builder that can be imported without being executed again.</summary>
    private const int BuiltMax = 8;

    private readonly LiveChainOptions _options;
    private readonly InvalidBlocks _invalid;
    private readonly WaitingBlocks _waiting;
    private readonly Subscriptions<HeadChange> _subscriptions;
    private readonly Lock _writing = new();

    /// <summary>Under the lock.</summary>
    private readonly LinkedList<BuiltBlock> _built = [];

    // Replaced under the lock, by a restart.
    private volatile Blockchain _chain;
    private volatile SnapshotSet _snapshots;

    private volatile IHeadObserver[] _observers = [];
    private volatile BlockHeader _head;
    private volatile BlockHeader? _safe, _finalized;
    private bool _isDisposed;
    private long _edits;

    private LiveChain(Database database, Blockchain chain, LiveChainOptions options)
    {
        (_chain, _options, _head) = (chain, options, chain.Head);
        _snapshots = new(database, chain.Spec, chain.Blocks, options);
        _invalid = new(options.InvalidBlocksMax);
        _waiting = new(options);
        _subscriptions = new(
            "weft-head", options.ChangesQueuedMax, change => new(change.Head, [], []) { HasGap = true });
    }

    /// <summary>The database stays the caller's.</summary>
    /// <exception cref="ChainMismatchException">The database holds a chain with another genesis.</exception>
    public static LiveChain Open(Database database, ChainSpec spec, LiveChainOptions? options = null)
    {
        options ??= new();
        return new(database, Blockchain.Open(database, spec, options.Chain), options);
    }

    public ChainSpec Spec => _chain.Spec;

    public ChainStore Blocks => _chain.Blocks;

    public BlockHeader Head => _head;

    /// <summary>The first block that can be asked for besides the genesis: earlier ones have been forgotten
    /// (<see cref="ChainOptions.HistoryBytes"/>).</summary>
    public ulong FirstBlock => _chain.First;

    /// <summary>What the consensus layer said last; null before.</summary>
    public BlockHeader? Safe => _safe;

    /// <summary>What the consensus layer said last; null before.</summary>
    public BlockHeader? Finalized => _finalized;

    /// <summary>The rules of a block with this timestamp after a parent that is known.</summary>
    public ForkRules RulesAfter(BlockHeader parent, ulong timestamp) =>
        Spec.Forks.RulesAt(parent.Number + 1, timestamp, Blocks.GetTotalDifficulty(parent.Hash));

    // ---- Reading ----

    /// <summary>Where a transaction is in the canonical chain. One whose block is stored, but of which nobody has been
    /// told yet, is not there: whoever sees it sees the head, too.</summary>
    public (ulong Number, int Index)? FindTransaction(in Hash256 hash) =>
        Blocks.FindTransaction(hash) is { } place && place.Number <= Head.Number ? place : null;

    /// <summary>The state at the head.</summary>
    /// <exception cref="ChainBusyException">Too many are open.</exception>
    public ChainSnapshot OpenSnapshot() =>
        _snapshots.Open(null, null, _head) ?? throw new InvalidOperationException("the head has a state");

    /// <summary>The state after a canonical block; null above the head and below the undo window.</summary>
    /// <exception cref="ChainBusyException">Too many are open.</exception>
    public ChainSnapshot? OpenSnapshot(ulong number) => _snapshots.Open(number, null, _head);

    /// <summary>As above, by hash; null also for a block that is not canonical.</summary>
    /// <exception cref="ChainBusyException">Too many are open.</exception>
    public ChainSnapshot? OpenSnapshot(in Hash256 hash) => _snapshots.Open(null, hash, _head);

    /// <summary>The state after a block that was built and is not imported; null where the head has moved since.
    /// </summary>
    /// <exception cref="ChainBusyException">Too many are open.</exception>
    public ChainSnapshot? OpenSnapshot(BuiltBlock pending) => _snapshots.Open(pending);

    // ---- Writing ----

    /// <summary>See <see cref="Blockchain.Import"/>. A block with an unknown parent is kept and imported when the
    /// parent comes; a block that this node built is not executed again.</summary>
    /// <exception cref="DatabaseException">The disk is full, or failed; nothing of the block was kept.</exception>
    public ImportResult Import(Block block) => Import(block, mayMoveHead: true);

    /// <summary>Validates and executes a block of a chain after Paris and keeps it; only <see cref="SetHead"/> makes it
    /// the head: what a consensus layer expects of a payload.</summary>
    /// <exception cref="DatabaseException">The disk is full, or failed; nothing of the block was kept.</exception>
    public ImportResult Accept(Block block) => Import(block, mayMoveHead: false);

    private ImportResult Import(Block block, bool mayMoveHead)
    {
        if (_invalid.Judge(block.Header) is { } known) return new(ImportStatus.Invalid, block.Header, known.Result);
        block = RecoverSenders(block);
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ImportResult result = ImportOne(block, mayMoveHead);
            if (result.Status is ImportStatus.Extended or ImportStatus.Reorganised or ImportStatus.SideChain)
                ImportWaiting(block.Header.Hash, mayMoveHead);
            return result;
        }
    }

    /// <summary>A block of this node's builder becomes the head where its parent is it; otherwise it is imported as any
    /// other.</summary>
    public ImportResult Import(BuiltBlock built)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_chain.TryImport(built) is not { } result) return ImportOne(built.Block, mayMoveHead: true);
            Moved();
            return result;
        }
    }

    /// <summary>See <see cref="Blockchain.SetHead"/>.</summary>
    public ImportResult SetHead(in Hash256 hash)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ImportResult result = (FindBuilt(hash) is { } built ? _chain.TryImport(built) : null)
                ?? _chain.SetHead(hash);
            Moved();
            return result;
        }
    }

    /// <summary>What is safe and final, by what the consensus layer says; zero leaves one as it is. False where a block
    /// is not canonical: then nothing changes.</summary>
    public bool SetFinality(in Hash256 safe, in Hash256 finalized)
    {
        lock (_writing)
        {
            if (!TryFindCanonical(safe, _safe, out var newSafe)
                || !TryFindCanonical(finalized, _finalized, out var newFinalized)) return false;
            (_safe, _finalized) = (newSafe, newFinalized);
            return true;
        }
    }

    /// <summary>See <see cref="Blockchain.Rewind"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The block is above the head, or below the window.</exception>
    public void Rewind(ulong number)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _chain.Rewind(number);
            Moved();
        }
    }

    /// <summary>Changes the state at the head outside of any block: the next block builds on it. For chains for
    /// development only. What <paramref name="edit"/> returns to the state that it is given must not change
    /// afterwards; null: nothing.</summary>
    /// <returns>The block whose state it was, and what undoes the edit.</returns>
    internal (ulong Number, byte[] Undo)? Edit(Func<IStateView, StateChanges?> edit)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (edit(_chain.View) is not { } changes) return null;
            byte[] undo = _chain.Edit(changes);
            Edited();
            return (_head.Number, undo);
        }
    }

    /// <summary>Undoes every edit of the state at the head.</summary>
    internal void UndoEdits()
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _chain.UndoEdits();
            Edited();
        }
    }

    /// <summary>Back to the genesis, without edits. For chains for development only.</summary>
    internal void Restart()
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _chain.Restart();
            Moved();
            Edited();
        }
    }

    /// <summary>From this block on nothing is forgotten (<see cref="ChainOptions.HistoryBytes"/>); null: anything may
    /// be.</summary>
    internal void Pin(ulong? number)
    {
        lock (_writing) _chain.Pinned = number ?? ulong.MaxValue;
    }

    /// <summary>Grows with every edit of the state.</summary>
    internal long Edits => Volatile.Read(ref _edits);

    // ---- Events ----

    /// <summary>Tells of every change of the head, in order, on a thread of the subscription's own, until what is
    /// returned is disposed. The handler must not throw.</summary>
    public ISubscription Subscribe(Action<HeadChange> handler) => _subscriptions.Add(handler);

    // ---- Blocks that are not part of the chain ----

    /// <summary>Why a block was refused, or the one that it builds on; null where it was not.</summary>
    public InvalidBlock? FindInvalid(in Hash256 hash) => _invalid.Find(hash);

    /// <summary>The last ones that were refused, latest first.</summary>
    public IReadOnlyList<InvalidBlock> InvalidBlocks => _invalid.Latest;

    /// <summary>The block is kept until its parent comes.</summary>
    public bool IsWaiting(in Hash256 hash) => _waiting.Contains(hash);

    public void Dispose()
    {
        _subscriptions.Dispose();
        _snapshots.ExpireAll();
        lock (_writing)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            foreach (var built in _built) built.Dispose();
            _built.Clear();
            _chain.Dispose();
        }
    }

    // ---- For pool and builder ----

    /// <summary>Told of every change under the lock of the writer, before anybody else.</summary>
    internal void Attach(IHeadObserver observer)
    {
        lock (_writing)
        {
            _observers = [.. _observers, observer];
            observer.HeadMoved(new(_head, [], []) { HasGap = true }, _chain.View);
        }
    }

    internal void Detach(IHeadObserver observer)
    {
        lock (_writing) _observers = [.. _observers.Where(other => other != observer)];
    }

    /// <summary>Works on the chain as its only writer.</summary>
    internal T Write<T>(Func<Blockchain, T> work)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return work(_chain);
        }
    }

    /// <summary>A block that may come back to be imported. The chain disposes it when it is not of interest any more.
    /// </summary>
    internal void Remember(BuiltBlock built)
    {
        lock (_writing)
        {
            _built.AddLast(built);
            if (_built.Count <= BuiltMax) return;
            _built.First!.Value.Dispose();
            _built.RemoveFirst();
        }
    }

    /// <summary>A block that nobody is going to ask for: it makes room for those that may come back.</summary>
    internal void Forget(BuiltBlock built)
    {
        lock (_writing) _built.Remove(built);
        built.Dispose();
    }

    // ---- For development ----

    /// <summary>Becomes another chain, in a database of its own, which stays the caller's. Whoever follows the head is
    /// told of a gap. For chains for development only. The database before must stay for a while, for states of it that
    /// are open stay as they are.</summary>
    /// <exception cref="InvalidDataException">The state of the genesis is not what its header says.</exception>
    internal void Become(Database database, ChainSpec spec)
    {
        // What a fork has of its own is its blocks; those before them are elsewhere.
        var options = spec.Origin is null ? _options.Chain : _options.Chain with { HistoryBytes = null };
        Blockchain next = Blockchain.Open(database, spec, options);
        lock (_writing)
        {
            if (_isDisposed)
            {
                next.Dispose();
                throw new ObjectDisposedException(nameof(LiveChain));
            }
            var before = _chain;
            (_safe, _finalized) = (null, null);
            _snapshots = new(database, spec, next.Blocks, _options);
            _chain = next;
            _subscriptions.Post(new(next.Head, [], []) { HasGap = true }, () => _head = next.Head);
            Edited();
            before.Dispose();
        }
    }

    // ---- Under the lock ----

    private ImportResult ImportOne(Block block, bool mayMoveHead)
    {
        BlockHeader header = block.Header;
        if (FindBuilt(header.Hash) is { } built
            && (mayMoveHead ? _chain.TryImport(built) : _chain.TryAccept(built)) is { } own)
        {
            Moved();
            return own;
        }
        ImportResult result = _chain.Import(block, mayMoveHead);
        switch (result.Status)
        {
            case ImportStatus.Invalid:
                _invalid.Add(block, result.Result);
                break;
            case ImportStatus.UnknownParent when Blocks.GetHeader(header.ParentHash) is null:
                _waiting.Add(block);
                break;
            default:
                Moved();
                break;
        }
        return result;
    }

    /// <summary>Blocks that have waited for this one, and those that waited for them.</summary>
    private void ImportWaiting(in Hash256 parent, bool mayMoveHead)
    {
        var imported = new Queue<Hash256>([parent]);
        while (imported.TryDequeue(out var hash))
        {
            while (_waiting.TakeChild(hash) is { } child)
            {
                if (_invalid.Judge(child.Header) is not null) continue;
                if (ImportOne(child, mayMoveHead).Status is not (ImportStatus.Invalid or ImportStatus.UnknownParent))
                    imported.Enqueue(child.Header.Hash);
            }
        }
    }

    private BuiltBlock? FindBuilt(in Hash256 hash)
    {
        foreach (var built in _built)
            if (built.Block.Header.Hash == hash) return built;
        return null;
    }

    /// <summary>What was built on the state before is of no use, and what was known of senders is not sure.</summary>
    private void Edited()
    {
        Volatile.Write(ref _edits, _edits + 1);
        foreach (var built in _built) built.Dispose();
        _built.Clear();
        foreach (var observer in _observers) observer.HeadMoved(new(_head, [], []) { HasGap = true }, _chain.View);
    }

    /// <summary>Tells everybody where the head has moved.</summary>
    private void Moved()
    {
        if (_chain.LastMove is not { } change || ReferenceEquals(change.Head, _head)) return;
        _snapshots.ExpireOld();
        foreach (var observer in _observers) observer.HeadMoved(change, _chain.View);
        _subscriptions.Post(change, () => _head = change.Head);
    }

    private bool TryFindCanonical(in Hash256 hash, BlockHeader? before, out BlockHeader? found)
    {
        found = hash == default ? before : Blocks.GetHeader(hash);
        return found is null ? hash == default : Blocks.GetCanonicalHash(found.Number) == found.Hash;
    }

    // ---- Without the lock ----

    /// <summary>Takes what the pool has recovered, and recovers the rest, before anybody waits for it. Where a
    /// signature is bad the block comes back as it is: importing it finds the first rule that it breaks.</summary>
    private Block RecoverSenders(Block block)
    {
        var observers = _observers;
        if (observers.Length > 0)
            block = block with { Transactions = [.. block.Transactions.Select(t => FindKnown(observers, t))] };
        return SenderStage.Run(block, _chain.Engine.Threads, out Block recovered) is null ? recovered : block;
    }

    private static Transaction FindKnown(IHeadObserver[] observers, Transaction transaction)
    {
        if (transaction.Sender is not null) return transaction;
        foreach (var observer in observers)
            if (observer.Find(transaction.Hash) is { } known) return known;
        return transaction;
    }
}

/// <summary>Follows the head as part of moving it.</summary>
internal interface IHeadObserver
{
    /// <summary>Under the lock of the writer: short, and nothing that waits for the chain. <paramref name="state"/> is
    /// that of the new head, for the duration of the call.</summary>
    void HeadMoved(HeadChange change, IStateReader state);

    /// <summary>A transaction whose signers are known; null where there is none.</summary>
    Transaction? Find(in Hash256 hash);
}
