using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Weft.Chain.Branches;
using Weft.Chain.Stages;
using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;

namespace Weft.Chain.Import;

/// <summary>
/// Extends a chain by many blocks at a time, each stage on threads of its own: senders of the blocks ahead are
/// recovered while one executes, the root of a block is computed while the next executes, and a batch of blocks is
/// written while the next one is filled. The functions are those of <see cref="Blockchain.Import"/>; so are the
/// results. A block that breaks a rule ends the pipeline with everything before it in the database.
/// </summary>
/// <remarks>The chain belongs to the pipeline from <see cref="TryAdd"/> until <see cref="Finish"/>.</remarks>
public sealed class ImportPipeline : IDisposable
{
    private const int BlocksAheadMax = 256, RootsAheadMax = 8;

    /// <summary>Bytes of blocks, encoded, that wait for execution.</summary>
    private const int BytesAheadMax = 32 << 20;

    private readonly Blockchain _chain;
    private readonly ImportProgress _progress;
    private readonly BlockingCollection<BlockInFlight> _toRecover = new(BlocksAheadMax);
    private readonly BlockingCollection<BlockInFlight> _toExecute = new(BlocksAheadMax);
    private readonly BlockingCollection<BlockInFlight> _toRoot = new(RootsAheadMax);
    private readonly BlockingCollection<ImportBatch> _toStore = new(1);
    private readonly List<Thread> _threads = [];
    private readonly ByteBudget _ahead = new(BytesAheadMax);

    // The executing thread's own.
    private readonly List<Hash256> _hashes = [];
    private readonly Dictionary<Hash256, BlockInFlight> _uncommitted = [];
    private ImportBatch _batch = new();
    private ImportBatch? _writing;
    private UInt256 _totalDifficulty;

    // Blocks handed to the root thread and not yet answered; guarded by its own lock.
    private readonly Lock _rootLock = new();
    private readonly ManualResetEventSlim _rootsDone = new(true);
    private int _rootsOpen;

    private volatile bool _isAbandoned;
    private volatile ImportResult? _failure;
    private volatile BlockInFlight? _wrongRoot;
    private volatile ExceptionDispatchInfo? _error;

    public ImportPipeline(Blockchain chain, ImportProgress progress)
    {
        (_chain, _progress) = (chain, progress);
        chain.BeginExtending();
        Tip = chain.Head;
        _totalDifficulty = chain.TotalDifficulty;
        for (int i = 0; i < chain.Engine.Threads; i++) Start("senders", RecoverAll);
        Start("execution", ExecuteAll);
        Start("roots", ComputeRoots);
        Start("store", StoreAll);
    }

    /// <summary>What the next block has to follow.</summary>
    public BlockHeader Tip { get; private set; }

    /// <summary>Where the block lies that <see cref="Finish"/> returned.</summary>
    public string FailedPlace { get; private set; } = "";

    /// <summary>Takes a child of <see cref="Tip"/>; <paramref name="size"/> is that of its encoding in bytes,
    /// <paramref name="place"/> where it lies. False when an earlier block has failed: <see cref="Finish"/> says why.
    /// </summary>
    public bool TryAdd(Block block, int size, string place)
    {
        Debug.Assert(block.Header.ParentHash == Tip.Hash, "blocks follow each other");
        if (!IsRunning) return false;
        var item = new BlockInFlight(block, Tip, size, place);
        _ahead.Take(size);
        _toExecute.Add(item);
        _toRecover.Add(item);
        Tip = block.Header;
        return true;
    }

    /// <summary>Waits until every block is in the database, or with <paramref name="abandonsRest"/> those that have
    /// been executed. Returns the first that is invalid, or null.</summary>
    /// <exception cref="DatabaseException">The disk is full, or failed; the last batch was not kept.</exception>
    public ImportResult? Finish(bool abandonsRest = false)
    {
        _isAbandoned |= abandonsRest;
        _toRecover.CompleteAdding();
        _toExecute.CompleteAdding();
        foreach (var thread in _threads) thread.Join();
        _threads.Clear();
        if (_error is not null)
        {
            _chain.State.Discard();
            _error.Throw();
        }
        return _wrongRoot is null ? _failure : ImportAgain();
    }

    public void Dispose()
    {
        if (_threads.Count > 0)
        {
            _isAbandoned = true;
            Finish();
        }
        _toRecover.Dispose();
        _toExecute.Dispose();
        _toRoot.Dispose();
        _toStore.Dispose();
        _rootsDone.Dispose();
        _ahead.Dispose();
    }

    private bool IsRunning => _failure is null && _wrongRoot is null && _error is null && !_isAbandoned;

    private void Start(string name, Action work)
    {
        var thread = new Thread(() => Guard(work)) { IsBackground = true, Name = $"weft import: {name}" };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>The first exception of any stage ends the pipeline; the stages after it run dry.</summary>
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void Fail(Exception exception) => _error ??= ExceptionDispatchInfo.Capture(exception);

    // ---- Senders ----

    private void RecoverAll()
    {
        foreach (var item in _toRecover.GetConsumingEnumerable())
        {
            long start = Stopwatch.GetTimestamp();
            Block recovered = item.Block;
            BlockResult? error = null;
            try
            {
                error = SenderStage.Run(item.Block, threads: 1, out recovered);
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
            // Whoever waits for this block must not wait for ever.
            item.Recovered(recovered, error);
            _progress.AddTime(ImportStage.Recover, start);
        }
    }

    // ---- Execution ----

    private void ExecuteAll()
    {
        try
        {
            foreach (var item in _toExecute.GetConsumingEnumerable())
            {
                item.WaitForSenders();
                _ahead.Give(item.Size);
                if (IsRunning) Execute(item);
            }
            if (_error is null) Seal(mustWait: true);
            if (_error is null) TakeWritten();
        }
        finally
        {
            _toRoot.CompleteAdding();
            _toStore.CompleteAdding();
            // A reader that waits for room would wait for ever.
            foreach (var item in _toExecute.GetConsumingEnumerable()) _ahead.Give(item.Size);
        }
    }

    private void Execute(BlockInFlight item)
    {
        var forks = _chain.Spec.Forks;
        var header = item.Block.Header;
        var rules = forks.RulesAt(header.Number, header.Timestamp, _totalDifficulty);
        long start = Stopwatch.GetTimestamp();
        BlockResult? error = ValidationStage.Run(item.Block, item.Parent, rules, forks, new Headers(this));
        if (error is null && item.Result.Error != BlockError.None) error = item.Result;
        if (error is null)
        {
            // Roots between transactions need the nodes of the block before.
            if (!rules.StatusInReceipts) WaitForRoots();
            item.Result = Run(item, rules, out var changes);
            if (item.Result.Error != BlockError.None) error = item.Result;
            item.Changes = changes;
        }
        if (error is not null)
        {
            (_failure, FailedPlace) = (new(ImportStatus.Invalid, header, error), item.Place);
            return;
        }
        item.Undo = UndoRecord.Encode(item.Changes, _chain.State);
        _chain.State.Apply(item.Changes);
        item.TotalDifficulty = _totalDifficulty += header.Difficulty;
        _hashes.Add(header.Hash);
        _uncommitted.Add(header.Hash, item);
        _batch.Add(item);
        _progress.AddTime(ImportStage.Execute, start);
        HandToRoot(item);
        if (_batch.IsFull) Seal(mustWait: _batch.IsOverfull);
    }

    private BlockResult Run(BlockInFlight item, ForkRules rules, out StateChanges changes)
    {
        var engine = _chain.Engine;
        var executor = engine.GetExecutor(rules, _chain.Spec.Forks.ChainId, _chain.Spec.DepositContract);
        var context = new Stages.ExecutionContext(
            rules, new AncestorHashes(_chain.Blocks, item.Parent, _hashes),
            item.Block.Header.Number == _chain.Spec.Forks.DaoForkNumber,
            rules.StatusInReceipts ? null : new IntermediateRoots(engine, _chain.State, _chain.State));
        var result = ExecutionStage.Run(item.Block, executor, context, _chain.State);
        changes = executor.GetChanges();
        return result;
    }

    // ---- Roots ----

    private void HandToRoot(BlockInFlight item)
    {
        lock (_rootLock)
        {
            _rootsOpen++;
            _rootsDone.Reset();
        }
        _toRoot.Add(item);
    }

    private void WaitForRoots() => _rootsDone.Wait();

    private void ComputeRoots()
    {
        using var nodes = new NodeSet();
        foreach (var item in _toRoot.GetConsumingEnumerable())
        {
            try
            {
                if (_wrongRoot is null && _error is null) ComputeRoot(item, nodes);
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
            lock (_rootLock)
                if (--_rootsOpen == 0) _rootsDone.Set();
        }
    }

    private void ComputeRoot(BlockInFlight item, NodeSet nodes)
    {
        long start = Stopwatch.GetTimestamp();
        if (RootStage.Run(item.Block.Header, _chain.Engine.Trie, _chain.State, item.Changes, nodes) is not null)
            _wrongRoot = item;
        else
            _chain.State.Apply(nodes);
        _progress.AddTime(ImportStage.Root, start);
    }

    // ---- Store ----

    /// <summary>Hands the batch to the store once all its roots are known. While the batch before is still being
    /// written the present one goes on growing, unless it must not.</summary>
    private void Seal(bool mustWait)
    {
        if (_writing is { } writing && !mustWait && !writing.IsWritten) return;
        TakeWritten();
        WaitForRoots();
        if (_wrongRoot is not null || _error is not null || _batch.Count == 0) return;
        _batch.Pending = _chain.State.Seal();
        _writing = _batch;
        _toStore.Add(_batch);
        _batch = new();
    }

    /// <summary>Waits for the batch that is being written and makes its last block the head.</summary>
    private void TakeWritten()
    {
        if (_writing is not { } written) return;
        written.WaitUntilWritten();
        _writing = null;
        if (_error is not null) return;
        WaitForRoots();
        var last = written.Last;
        _chain.Extended(last.Block.Header, last.TotalDifficulty, written.Pending!);
        _hashes.RemoveRange(0, written.Count);
        foreach (var item in written.Blocks)
        {
            _uncommitted.Remove(item.Block.Header.Hash);
            _progress.AddBlock(item.Block.Header.Number, item.Block.Header.GasUsed, item.Block.Transactions.Count);
            item.Dispose();
        }
        written.Dispose();
    }

    private void StoreAll()
    {
        foreach (var batch in _toStore.GetConsumingEnumerable())
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                _chain.WriteExtension(
                    [.. batch.Blocks.Select(item => (item.Block, item.TotalDifficulty))],
                    [.. batch.Blocks.Select(item => new CommittedBlock(item.Block, item.Result.Receipts, item.Undo))],
                    batch.Pending!);
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
            _progress.AddTime(ImportStage.Store, start);
            batch.Written();
        }
    }

    /// <summary>A root is wrong, and the state has moved on already: back to what is in the database, and the blocks
    /// since one by one, which ends at the wrong one with the right reason.</summary>
    private ImportResult ImportAgain()
    {
        _chain.State.Discard();
        foreach (var item in _batch.Blocks)
        {
            var result = _chain.Import(item.Block);
            FailedPlace = item.Place;
            if (result.Status != ImportStatus.Extended) return result;
            _progress.AddBlock(item.Block.Header.Number, item.Block.Header.GasUsed, item.Block.Transactions.Count);
        }
        throw new InvalidDataException(
            $"block {_wrongRoot!.Block.Header.Number} had a wrong state root once, and the right one when executed "
            + "again");
    }

    /// <summary>Headers of blocks in flight, then those of the database.</summary>
    private sealed class Headers(ImportPipeline pipeline) : IHeaderReader
    {
        public BlockHeader? GetHeader(in Hash256 hash) =>
            pipeline._uncommitted.TryGetValue(hash, out var item) ? item.Block.Header
            : pipeline._chain.Blocks.GetHeader(hash);

        public IReadOnlyList<BlockHeader>? GetOmmers(in Hash256 hash) =>
            pipeline._uncommitted.TryGetValue(hash, out var item) ? item.Block.Ommers
            : pipeline._chain.Blocks.GetOmmers(hash);
    }
}
