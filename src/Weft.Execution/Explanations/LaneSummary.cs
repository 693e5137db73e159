using Weft.Execution.Access;

namespace Weft.Execution.Explanations;

/// <summary>Transactions that need each other, directly or by others between them.</summary>
/// <param name="Transactions">By index in the block, ascending.</param>
/// <param name="Gas">What they use together.</param>
public sealed record Lane(IReadOnlyList<int> Transactions, ulong Gas);

/// <summary>Into how many lanes a block falls that have nothing to do with each other. Counted in gas, which is the
/// same on every machine.</summary>
/// <param name="Lanes">Those with most gas first.</param>
/// <param name="Gas">Of all transactions.</param>
/// <param name="ChainGas">Of the longest chain of transactions, each of which needs the one before.</param>
/// <param name="Chain">That chain, by index in the block.</param>
/// <param name="Hottest">The locations by which most transactions hang on each other.</param>
public sealed record LaneSummary(
    IReadOnlyList<Lane> Lanes, ulong Gas, ulong ChainGas, IReadOnlyList<int> Chain, IReadOnlyList<HotLocation> Hottest)
{
    /// <summary>How many times faster than serial the block could be with any number of cores.</summary>
    public double Parallelism => ChainGas == 0 ? 1 : (double)Gas / ChainGas;

    /// <param name="footprints">Of a whole block.</param>
    /// <param name="hottest">How many locations are of interest.</param>
    public static LaneSummary Of(IReadOnlyList<TransactionFootprint> footprints, int hottest)
    {
        var graph = DependencyGraph.Of(footprints);
        ulong[] gas = [.. footprints.Select(footprint => footprint.GasUsed)];
        var chain = graph.FindCriticalPath(gas);
        int transactions = Math.Max(0, footprints.Count - 2);
        return new(
            FindLanes(graph, gas, transactions), gas.Aggregate(0ul, (sum, one) => sum + one), chain.Cost,
            [.. chain.Nodes.Where(node => node >= 1 && node <= transactions).Select(node => node - 1)],
            graph.FindHottest(hottest));
    }

    /// <summary>Joins what needs each other. What comes before and after the transactions joins nothing: all may need
    /// the one, and the other may need all.</summary>
    private static Lane[] FindLanes(DependencyGraph graph, ulong[] gas, int transactions)
    {
        int[] first = [.. Enumerable.Range(0, transactions)];
        for (int i = 0; i < transactions; i++)
            foreach (int predecessor in graph.PredecessorsOf(i + 1))
                if (predecessor > 0) first[FirstOf(first, i)] = FirstOf(first, predecessor - 1);
        return [.. Enumerable.Range(0, transactions).GroupBy(i => FirstOf(first, i))
            .Select(lane => new Lane([.. lane], lane.Aggregate(0ul, (sum, i) => sum + gas[i + 1])))
            .OrderByDescending(lane => lane.Gas)];
    }

    private static int FirstOf(int[] first, int index)
    {
        while (first[index] != index) index = first[index] = first[first[index]];
        return index;
    }
}
