using Weft.Execution;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Chain.Stages;

/// <summary>Executes a block whose senders are known and compares what it came to with its header, the state root
/// aside. </summary>
public static class ExecutionStage
{
    /// <summary>Changes stay in <paramref name="state"/>, also with an error.</summary>
    public static BlockResult Run(
        Block block, BlockProcessor processor, in ExecutionContext context, WorldState state)
    {
        BlockResult executed = processor.Transition(
            block, state, context.Hashes, context.IsDaoForkBlock, roots: context.StateRoots).Seal();
        return BlockProcessor.VerifyResult(executed, block.Header, context.Rules);
    }
}
