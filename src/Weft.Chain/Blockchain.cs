using System.Diagnostics;
using Weft.Chain.Branches;
using Weft.Chain.Stages;
using Weft.Chain.Storage;
using Weft.Evm;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;

namespace Weft.Chain;

/// <summary>A chain in a database: what is canonical, the state at its head, branches beside it. One thread at a time.
/// </summary>
public sealed partial class Blockchain : IDisposable
{
    private const int MinUndoWindow = 256;

    private readonly ChainEngine _engine;
    private readonly bool _ownsEngine;
    private readonly CommitStage _commit;
    private readonly NodeSet _nodes = new();
    private UInt256 _totalDifficulty;
    private bool _isDisposed;

    private Blockchain(Database database, ChainSpec spec, ChainOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.UndoWindow, MinUndoWindow);
        Spec = spec;
        _ownsEngine = options.Engine is null;
        _engine = options.Engine ?? new ChainEngine(
            new(options.Strategy, options.Threads, isBackground: options.IsBackground));
        Blocks = new(database, spec.IsDevelopment)
        {
            Origin = spec.Origin is { } origin ? new(origin, spec.Genesis.Header.Number) : null,
        };
        State = new(database, options.CacheBytes);
        View = Blocks.Origin?.Over(State, ulong.MaxValue) ?? State;
        _commit = new(
            database, Blocks, State, (ulong)options.UndoWindow,
            options.HistoryBytes is { } bytes ? new(bytes, MinUndoWindow) : null);
        Head = spec.Genesis.Header;
    }

    /// <summary>Writes the genesis when the database is new.</summary>
    /// <exception cref="ChainMismatchException">The database holds a chain with another genesis.</exception>
    /// <exception cref="InvalidDataException">The database is damaged, or the state of the genesis has another root
    /// than its header says.</exception>
    public static Blockchain Open(Database database, ChainSpec spec, ChainOptions? options = null)
    {
        var chain = new Blockchain(database, spec, options ?? new ChainOptions());
        try
        {
            if (chain.Blocks.ReadHead() is { } head) chain.Continue(head);
            else chain.Begin();
            return chain;
        }
        catch
        {
            chain.Dispose();
            throw;
        }
    }

    public ChainSpec Spec { get; }

    public BlockHeader Head { get; private set; }

    public ChainStore Blocks { get; }

    /// <summary>What the database holds.</summary>
    public StateStore State { get; }

    /// <summary>The state at the head: what the database holds over the origin, where there is one.</summary>
    public IStateView View { get; }

    /// <summary>The state after a canonical block; null above the head and below the undo window. Valid until the head
    /// moves.</summary>
    public IStateView? GetState(ulong number)
    {
        if (number > Head.Number) return null;
        var undo = new List<ReadOnlyMemory<byte>>();
        for (ulong n = number + 1; n <= Head.Number; n++)
        {
            if (Blocks.GetUndo(n) is not { } records) return null;
            foreach (byte[] record in records) undo.Add(record);
        }
        return undo.Count == 0 ? View : new HistoricalState(View, undo);
    }

    /// <summary>Validates, executes, proves the state root and commits one block. A child of the head extends the
    /// chain. Up to Paris another block reorganises it when that has more total difficulty; after Paris it waits beside
    /// the chain for <see cref="SetHead"/>.</summary>
    /// <exception cref="DatabaseException">The disk is full, or failed; nothing of the block was kept.</exception>
    public ImportResult Import(Block block) => Import(block, mayMoveHead: true);

    /// <summary>Unless <paramref name="mayMoveHead"/>, a child of the head waits beside the chain, too.</summary>
    internal ImportResult Import(Block block, bool mayMoveHead)
    {
        BlockHeader header = block.Header;
        bool extends = mayMoveHead && header.ParentHash == Head.Hash;
        if (Blocks.Contains(header.Hash)) return new(ImportStatus.Known, header, new());
        BlockHeader? parent = extends ? Head : Blocks.GetHeader(header.ParentHash);
        if (parent is null) return new(ImportStatus.UnknownParent, header, new());
        UInt256 difficulty = extends ? _totalDifficulty : Blocks.GetTotalDifficulty(header.ParentHash)!.Value;
        ForkRules rules = Spec.Forks.RulesAt(header.Number, header.Timestamp, difficulty);
        BlockResult? error = ValidationStage.Run(block, parent, rules, Spec.Forks, Blocks);
        if (error is null) error = SenderStage.Run(block, _engine.Threads, out block);
        if (error is not null) return new(ImportStatus.Invalid, header, error);
        return extends ? Extend(block, rules) : ImportBeside(block, parent, rules, difficulty + header.Difficulty);
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _branch?.Dispose();
        _nodes.Dispose();
        _commit.Dispose();
        State.Dispose();
        if (_ownsEngine) _engine.Dispose();
    }

    // ---- Opening ----

    private void Begin()
    {
        var (header, state) = Spec.Genesis;
        Hash256 root = _engine.Trie.Update(State, state, _nodes);
        if (root != header.StateRoot)
            throw new InvalidDataException($"the state of the genesis has the root {root}, not {header.StateRoot}");
        _totalDifficulty = header.Difficulty;
        State.Apply(state);
        State.Apply(_nodes);
        var block = new Block(header, [], [], header.WithdrawalsRoot.HasValue ? [] : null);
        _commit.Write(new(RecordOf(header))
        {
            New = [(block, header.Difficulty)], Appended = [new(block, [], [])],
        });
    }

    private void Continue(in HeadRecord head)
    {
        Hash256 genesis = Spec.Genesis.Header.Hash;
        if (head.Genesis != genesis)
            throw new ChainMismatchException(
                $"the database holds a chain that begins with {head.Genesis}; {Spec.Name} begins with {genesis}");
        Head = Blocks.GetHeader(head.Hash) ?? throw ChainTables.Damaged($"the head {head.Hash} is missing");
        if (Blocks.GetCanonicalHash(head.Number) != head.Hash)
            throw ChainTables.Damaged($"the head {head.Hash} is not canonical");
        _totalDifficulty = Blocks.GetTotalDifficulty(head.Hash)!.Value;
        // Without changes this is the root as the nodes say it.
        Hash256 root = _engine.Trie.Update(State, new StateChanges(), _nodes), expected = Blocks.GetStateRoot(Head);
        if (root != expected)
            throw ChainTables.Damaged($"the state has the root {root}, that of the head is {expected}");
    }

    private HeadRecord RecordOf(BlockHeader header) => new(header.Number, header.Hash, Spec.Genesis.Header.Hash);

    // ---- A child of the head ----

    private ImportResult Extend(Block block, ForkRules rules)
    {
        var hashes = new AncestorHashes(Blocks, Head, []);
        BlockResult result = Execute(block, rules, View, State, hashes, out StateChanges changes);
        if (result.Error != BlockError.None) return new(ImportStatus.Invalid, block.Header, result);
        byte[] undo = UndoRecord.Encode(changes, View);
        Append(block, result, changes, _nodes, undo);
        return new(ImportStatus.Extended, Head, result);
    }

    /// <summary>The block becomes the head with what it came to; takes the nodes over.</summary>
    private void Append(Block block, BlockResult result, StateChanges changes, NodeSet nodes, byte[] undo)
    {
        DropBranch();
        Apply(changes, block.Header.Number);
        State.Apply(nodes);
        UInt256 total = _totalDifficulty + block.Header.Difficulty;
        _commit.Write(new(RecordOf(block.Header))
        {
            New = [(block, total)], Appended = [new(block, result.Receipts, undo)],
        });
        (Head, _totalDifficulty) = (block.Header, total);
        LastMove = new(Head, [], [new(block, result.Receipts)]);
    }

    private void Apply(StateChanges changes, ulong block)
    {
        Blocks.Origin?.Note(changes, block);
        State.Apply(changes);
    }

    /// <summary>Executes a block and proves its state root; changed nodes are in <see cref="_nodes"/>. Nothing is
    /// applied.</summary>
    private BlockResult Execute(
        Block block, ForkRules rules, IStateReader source, INodeReader nodes, AncestorHashes hashes,
        out StateChanges changes)
    {
        IBlockExecutor executor = _engine.GetExecutor(rules, Spec.Forks.ChainId, Spec.DepositContract);
        var roots = rules.StatusInReceipts ? null : new IntermediateRoots(_engine, nodes, source);
        var context = new Stages.ExecutionContext(
            rules, hashes, block.Header.Number == Spec.Forks.DaoForkNumber, roots);
        BlockResult result = WithOrigin(executor, () => ExecutionStage.Run(block, executor, context, source));
        changes = executor.GetChanges();
        return result.Error != BlockError.None
            ? result
            : RootStage.Run(block.Header, _engine.Trie, nodes, changes, _nodes) is { } error
                ? result with { Error = error.Error, Detail = error.Detail }
                : result;
    }
}
