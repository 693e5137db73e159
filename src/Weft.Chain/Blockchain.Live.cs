using Weft.Chain.Branches;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Stages;
using Weft.Evm;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain;

/// <summary>What a <see cref="LiveChain"/> and its builder need.</summary>
public sealed partial class Blockchain
{
    /// <summary>How the head moved last.</summary>
    internal HeadChange? LastMove { get; private set; }

    /// <summary>A block that was built on the head becomes the head: nothing is executed again. Null where the head has
    /// moved, or the block's nodes are gone.</summary>
    internal ImportResult? TryImport(BuiltBlock built)
    {
        BlockHeader header = built.Block.Header;
        if (header.ParentHash != Head.Hash || !built.TryTakeNodes(out NodeSet nodes)) return null;
        using (nodes)
        {
            byte[] undo = UndoRecord.Encode(built.Changes, View);
            Append(built.Block, built.Result, built.Changes, nodes, undo);
        }
        return new(ImportStatus.Extended, header, built.Result);
    }

    /// <summary>A block that was built on the head is kept beside the chain: that it is valid is known. Null where the
    /// head has moved.</summary>
    internal ImportResult? TryAccept(BuiltBlock built)
    {
        BlockHeader header = built.Block.Header;
        if (header.ParentHash != Head.Hash || Blocks.Contains(header.Hash)) return null;
        _commit.WriteSideBlock(built.Block, _totalDifficulty + header.Difficulty);
        return new(ImportStatus.SideChain, header, built.Result);
    }

    /// <summary>Executes transactions as a block that is not sealed yet, leaving out those that are invalid; what they
    /// change is left with <paramref name="executor"/>.</summary>
    internal ExecutedBlock ExecuteUnsealed(
        Block block, ForkRules rules, StateAtBlock parent, IBlockExecutor executor, bool leavesOutInvalid)
    {
        var input = new BlockInput(block, parent.State, new AncestorHashes(Blocks, parent.Header, []))
        {
            IsDaoForkBlock = block.Header.Number == Spec.Forks.DaoForkNumber,
            Roots = rules.StatusInReceipts ? null : new IntermediateRoots(_engine, parent.Nodes, parent.State),
            LeavesOutInvalid = leavesOutInvalid,
        };
        return WithOrigin(executor, () => executor.Transition(input));
    }

    /// <summary>Where the origin cannot be read the executor has stopped in the middle: it is not used again.</summary>
    private T WithOrigin<T>(IBlockExecutor executor, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InvalidDataException) when (Spec.Origin is not null)
        {
            _engine.Discard(executor);
            throw;
        }
    }
}
