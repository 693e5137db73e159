using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.Execution.Forecasts;

namespace Weft.Node.Parallelism;

/// <summary>What calls would do to each other, as JSON. Calls are named by their place in the list, from 0
/// on.</summary>
internal static class EstimateJson
{
    private const int LocationsShown = 16;

    public static object Of(BlockForecast block, int spots)
    {
        var why = BlockExplanation.Of(block.Graph, block.Costs, spots);
        int calls = block.Transactions;
        return new
        {
            SerialMicroseconds = Math.Round(block.SerialMilliseconds * 1000, 3), why.Parallelism,
            Chain = why.Chain.Nodes.Where(IsCall).Select(node => node - 1),
            Forecasts = block.Cores.Select(cores => new
            {
                cores.Cores, cores.Speedup, cores.Limit, Microseconds = Math.Round(cores.Milliseconds * 1000, 3),
                cores.Executions, cores.Aborts,
            }),
            Conflicts = why.HotSpots.Select(spot => ExplanationJson.HotSpot(spot, null)),
            Calls = Enumerable.Range(0, calls).Select(i => new
            {
                Succeeded = block.Result.Transactions[i].Succeeded, block.Result.Transactions[i].GasUsed,
                Microseconds = ExplanationJson.Micro(block.Costs[i + 1]),
                DependsOn = PredecessorsOf(block.Graph, i + 1),
            }),
            block.Difference,
        };

        bool IsCall(int node) => node >= 1 && node <= calls;
    }

    private static IEnumerable<object> PredecessorsOf(DependencyGraph graph, int node) => graph.DependenciesOf(node)
        .Where(dependency => dependency.Predecessor > 0).GroupBy(dependency => dependency.Predecessor)
        .OrderBy(group => group.Key).Select(group => new
        {
            Call = group.Key - 1,
            Locations = group.Take(LocationsShown).Select(one => ExplanationJson.Location(one.Location)),
        });
}
