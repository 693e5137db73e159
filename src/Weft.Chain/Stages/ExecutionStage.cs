using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Chain.Stages;

/// <summary>Executes a block whose senders are known and compares what it came to with its header, the state root
/// aside. </summary>
public static class ExecutionStage
{
    /// <summary><paramref name="state"/> is the one before the block. What the block changes is left with the
    /// executor.</summary>
    public static BlockResult Run(
        Block block, IBlockExecutor executor, in ExecutionContext context, IStateReader state)
    {
        BlockResult executed = executor.Transition(new(block, state, context.Hashes)
        {
            IsDaoForkBlock = context.IsDaoForkBlock, Roots = context.StateRoots,
        }).Seal();
        return BlockProcessor.VerifyResult(executed, block.Header, context.Rules);
    }
}
