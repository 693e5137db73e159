using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Stages;

/// <summary>Everything about a block that can be judged without executing it.</summary>
public static class ValidationStage
{
    /// <summary>The first rule that is broken; null where none is. The header comes first: it is cheap, and a block
    /// with a bad one is not worth more.</summary>
    public static BlockResult? Run(
        Block block, BlockHeader parent, ForkRules rules, ForkSchedule forks, IHeaderReader chain) =>
        HeaderRules.Check(block.Header, parent, rules, forks.DaoForkNumber)
        ?? BlockProcessor.CheckBody(block, rules)
        ?? OmmerRules.Check(block, chain, forks);
}
