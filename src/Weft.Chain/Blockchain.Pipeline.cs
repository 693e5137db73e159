using Weft.Chain.Stages;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Chain;

/// <summary>What an <see cref="Import.ImportPipeline"/> needs to extend the chain by many blocks at a time.</summary>
public sealed partial class Blockchain
{
    internal ChainEngine Engine => _engine;

    internal UInt256 TotalDifficulty => _totalDifficulty;

    /// <summary>Work on branches ends: the head is going to move.</summary>
    internal void BeginExtending() => DropBranch();

    /// <summary>Writes blocks that follow the head, with the state after them, in one transaction. On any thread.
    /// </summary>
    internal void WriteExtension(
        IReadOnlyList<(Block Block, UInt256 TotalDifficulty)> blocks, IReadOnlyList<CommittedBlock> committed,
        PendingState pending) =>
        _commit.Write(new(RecordOf(blocks[^1].Block.Header)) { New = blocks, Appended = committed }, pending);

    /// <summary>The extension is in the database.</summary>
    internal void Extended(BlockHeader head, in UInt256 totalDifficulty, PendingState pending)
    {
        State.Committed(pending);
        (Head, _totalDifficulty) = (head, totalDifficulty);
    }
}
