using Weft.Execution.Access;
using Weft.Execution.Strategies;

namespace Weft.Execution.Forecasts;

/// <summary>What a strategy may know of a block before it begins, as if an earlier run had stored it.</summary>
public static class StrategyInput
{
    public static BlockInput For(
        Strategy strategy, BlockInput input, IReadOnlyList<TransactionFootprint> footprints, DependencyGraph graph) =>
        strategy switch
        {
            Strategy.Declared => input with { AccessList = AccessListBuilder.Build(footprints) },
            Strategy.Dag or Strategy.Auto => input with
            {
                Predecessors = graph.ToHints(input.Block.Transactions.Count),
                Urgent = graph.FindUrgent([.. footprints.Select(footprint => footprint.GasUsed)]),
            },
            _ => input,
        };
}
