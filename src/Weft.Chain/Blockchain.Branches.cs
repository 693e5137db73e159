using Weft.Chain.Branches;
using Weft.Chain.Live;
using Weft.Chain.Stages;
using Weft.Chain.Storage;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Chain;

public sealed partial class Blockchain
{
    /// <summary>The branch that was worked on last, while the head has not moved: most blocks beside the chain follow
    /// each other.</summary>
    private Branch? _branch;

    /// <summary>Makes a block the head by choice; its branch must be valid. Blocks above it stay beside the chain.
    /// <see cref="ImportStatus.UnknownParent"/> where the block is not there, or its state is out of reach.</summary>
    /// <exception cref="DatabaseException">The disk is full, or failed; the head is where it was.</exception>
    public ImportResult SetHead(in Hash256 hash)
    {
        if (hash == Head.Hash) return new(ImportStatus.Known, Head, new());
        if (Blocks.GetHeader(hash) is not { } header) return new(ImportStatus.UnknownParent, new(), new());
        return GetBranch(header) is { } branch
            ? Reorganise(branch, Blocks.GetTotalDifficulty(hash)!.Value)
            : new(ImportStatus.UnknownParent, header, new());
    }

    /// <summary>Goes back to an earlier canonical block within the undo window; later blocks are forgotten.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The block is above the head, or below the window.</exception>
    public void Rewind(ulong number)
    {
        if (number == Head.Number) return;
        if (Blocks.GetCanonicalHeader(number) is not { } header)
            throw new ArgumentOutOfRangeException(nameof(number), $"block {number} is above the head {Head.Number}");
        if (GetBranch(header) is not { } branch)
            throw new ArgumentOutOfRangeException(
                nameof(number), $"block {number} is too far below the head {Head.Number} to be undone");
        Reorganise(branch, Blocks.GetTotalDifficulty(header.Hash)!.Value, forgetsAbove: true);
    }

    /// <summary>Like <see cref="GetState"/>, with the tries of that block: its root is computed by undoing, and proven.
    /// </summary>
    public StateAtBlock? OpenState(ulong number)
    {
        if (number == Head.Number) return new(Head, View, State, null);
        if (Blocks.GetCanonicalHeader(number) is not { } header) return null;
        return Branch.At(header, Head, State, Blocks, _engine.Trie) is { } branch
            ? new(header, branch.State, branch, branch)
            : null;
    }

    private ImportResult ImportBeside(Block block, BlockHeader parent, ForkRules rules, in UInt256 totalDifficulty)
    {
        if (GetBranch(parent) is not { } branch) return new(ImportStatus.UnknownParent, block.Header, new());
        BlockResult result = Append(branch, block, rules);
        if (result.Error != BlockError.None) return new(ImportStatus.Invalid, block.Header, result);
        if (rules.Difficulty != DifficultyRule.Zero && totalDifficulty > _totalDifficulty)
            return Reorganise(branch, totalDifficulty, block);
        _commit.WriteSideBlock(block, totalDifficulty);
        return new(ImportStatus.SideChain, block.Header, result);
    }

    private BlockResult Append(Branch branch, Block block, ForkRules rules)
    {
        var hashes = new AncestorHashes(Blocks, branch.Tip, branch.Hashes);
        BlockResult result = Execute(block, rules, branch.State, branch, hashes, out StateChanges changes);
        if (result.Error == BlockError.None) branch.Append(block, result, changes, _nodes);
        return result;
    }

    /// <summary>The state at any block: undone down to where its branch leaves the chain, then executed again up to it.
    /// Null where undo records do not reach.</summary>
    private Branch? GetBranch(BlockHeader tip)
    {
        if (_branch is not null && _branch.Tip.Hash == tip.Hash) return _branch;
        DropBranch();
        var above = new Stack<BlockHeader>();
        BlockHeader ancestor = tip;
        while (Blocks.GetCanonicalHash(ancestor.Number) != ancestor.Hash)
        {
            above.Push(ancestor);
            if (Blocks.GetHeader(ancestor.ParentHash) is not { } parent) return null;
            ancestor = parent;
        }
        _branch = Branch.At(ancestor, Head, State, Blocks, _engine.Trie);
        if (_branch is null) return null;
        foreach (BlockHeader header in above) ExecuteAgain(_branch, header);
        return _branch;
    }

    /// <summary>The block was valid when it was imported.</summary>
    private void ExecuteAgain(Branch branch, BlockHeader header)
    {
        Block block = Blocks.GetBlock(header.Hash) ?? throw ChainTables.Damaged($"block {header.Hash} is missing");
        UInt256 difficulty = Blocks.GetTotalDifficulty(header.ParentHash)
            ?? throw ChainTables.Damaged($"block {header.ParentHash} is missing");
        ForkRules rules = Spec.Forks.RulesAt(header.Number, header.Timestamp, difficulty);
        BlockResult? error = SenderStage.Run(block, _engine.Threads, out block);
        error ??= Append(branch, block, rules);
        if (error.Error == BlockError.None) return;
        DropBranch();
        throw ChainTables.Damaged($"block {header.Number} {header.Hash} is not valid any more: {error.Detail}");
    }

    private void DropBranch()
    {
        _branch?.Dispose();
        _branch = null;
    }

    /// <summary>The end of a branch becomes the head, in one transaction; <paramref name="unknown"/> is its last block
    /// where that is not stored yet.</summary>
    private ImportResult Reorganise(
        Branch branch, in UInt256 totalDifficulty, Block? unknown = null, bool forgetsAbove = false)
    {
        BlockHeader tip = branch.Tip;
        bool extends = branch.Ancestor.Hash == Head.Hash;
        var update = new ChainUpdate(RecordOf(tip))
        {
            Removed = ReadCanonicalAbove(branch.Ancestor.Number),
            Appended = [.. branch.Blocks.Select(b => new CommittedBlock(b.Block, b.Result.Receipts, b.Undo))],
            New = unknown is null ? [] : [(unknown, totalDifficulty)],
            ForgetsAbove = forgetsAbove,
        };
        foreach (StateChanges changes in branch.Undone) State.Apply(changes);
        foreach (BranchBlock block in branch.Blocks) Apply(block.Changes, block.Block.Header.Number);
        State.Apply(branch.Nodes);
        BlockResult result = branch.Blocks.Count > 0 ? branch.Blocks[^1].Result : new();
        var added = branch.Blocks.Select(b => new ChainBlock(b.Block, b.Result.Receipts)).ToList();
        DropBranch();
        _commit.Write(update);
        (Head, _totalDifficulty) = (tip, totalDifficulty);
        LastMove = new(tip, [.. update.Removed.Select(b => new ChainBlock(b.Block, b.Receipts))], added);
        return new(extends ? ImportStatus.Extended : ImportStatus.Reorganised, tip, result);
    }

    /// <summary>From the head down.</summary>
    private List<(Block, IReadOnlyList<Receipt>)> ReadCanonicalAbove(ulong number)
    {
        var removed = new List<(Block, IReadOnlyList<Receipt>)>();
        for (ulong n = Head.Number; n > number; n--)
        {
            Hash256 hash = Blocks.GetCanonicalHash(n) ?? throw ChainTables.Damaged($"block {n} is missing");
            Block block = Blocks.GetBlock(hash) ?? throw ChainTables.Damaged($"block {hash} is missing");
            removed.Add((block, Blocks.GetReceipts(hash) ?? throw ChainTables.Damaged($"receipts of {n} are missing")));
        }
        return removed;
    }
}
