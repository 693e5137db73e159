using Weft.Execution.Access;
using Weft.Primitives;
using Weft.State.MultiVersion;

namespace Weft.Execution.Explanations;

/// <summary>Two transactions of the longest chain, the later of which reads what the earlier has written.</summary>
/// <param name="Ticks">The cost of the later one.</param>
public sealed record ChainLink(int From, int To, long Ticks, IReadOnlyList<AccessLocation> Locations);

/// <summary>A field of an account, or all its storage, by which transactions hang on each other.</summary>
/// <param name="Locations">The one that most hang on first; with storage its slots.</param>
/// <param name="Dependents">Transactions that read there what another one has written.</param>
/// <param name="Ticks">Their cost, serially.</param>
/// <param name="ChainTicks">The cost of those that the longest chain reaches by it.</param>
/// <param name="ParallelismWithout">What <see cref="BlockExplanation.Parallelism"/> would be if nobody had to wait for
/// it.</param>
public sealed record HotSpot(
    Address Address, Observed Field, IReadOnlyList<HotLocation> Locations, int Dependents, long Ticks, long ChainTicks,
    double ParallelismWithout);

/// <summary>
/// What keeps the transactions of a block from running side by side, whatever the engine: who needs whom, by which
/// location, and what that costs. Nodes are block access indexes (EIP-7928): 0, transactions from 1 on, and one more.
/// </summary>
public sealed class BlockExplanation
{
    private readonly ulong[] _costs;

    private BlockExplanation(DependencyGraph graph, ulong[] costs)
    {
        (Graph, _costs) = (graph, costs);
        Chain = graph.FindCriticalPath(costs);
    }

    public DependencyGraph Graph { get; }

    /// <summary>The longest chain, in the unit of the costs.</summary>
    public CriticalPath Chain { get; }

    /// <summary>Between each two nodes of the chain.</summary>
    public required IReadOnlyList<ChainLink> Links { get; init; }

    /// <summary>Those first that most time hangs on.</summary>
    public required IReadOnlyList<HotSpot> HotSpots { get; init; }

    /// <summary>What all parts cost together.</summary>
    public long Work { get; private init; }

    /// <summary>How many times faster than serial the block could be with any number of cores.</summary>
    public double Parallelism => Ratio(Work, Chain.Cost);

    /// <summary>How many times faster it could be with so many.</summary>
    public double LimitOn(int cores) => Math.Min(cores, Parallelism);

    /// <param name="costs">Of each part of the block, in any unit.</param>
    /// <param name="spots">How many hot spots are of interest.</param>
    public static BlockExplanation Of(DependencyGraph graph, IReadOnlyList<long> costs, int spots)
    {
        var bare = new BlockExplanation(graph, [.. costs.Select(cost => (ulong)cost)])
        {
            Links = [], HotSpots = [], Work = costs.Sum(),
        };
        var links = bare.FindLinks();
        return new(graph, bare._costs)
        {
            Links = links, HotSpots = bare.FindHotSpots(links, spots), Work = bare.Work,
        };
    }

    /// <summary>What <see cref="Parallelism"/> would be without some of the locations.</summary>
    public double ParallelismWithout(Func<AccessLocation, bool> ignored) =>
        Ratio(Work, Graph.FindCriticalPath(_costs, ignored).Cost);

    private static double Ratio(long work, ulong chain) => chain == 0 ? 1 : (double)work / chain;

    private ChainLink[] FindLinks()
    {
        var nodes = Chain.Nodes;
        var links = new ChainLink[Math.Max(0, nodes.Length - 1)];
        for (int i = 0; i < links.Length; i++)
        {
            int from = nodes[i], to = nodes[i + 1];
            links[i] = new(from, to, (long)_costs[to], [.. Graph.DependenciesOf(to)
                .Where(dependency => dependency.Predecessor == from).Select(dependency => dependency.Location)]);
        }
        return links;
    }

    private HotSpot[] FindHotSpots(ChainLink[] links, int count)
    {
        var found = new Dictionary<(Address, Observed), Found>();
        for (int i = 0; i < Graph.Count; i++)
            foreach (var group in LocationsOf(i).GroupBy(location => (location.Address, location.Field)))
                FoundAt(found, group.Key).Add(group, (long)_costs[i]);
        foreach (var link in links)
            foreach (var spot in link.Locations.Select(location => (location.Address, location.Field)).Distinct())
                FoundAt(found, spot).ChainTicks += link.Ticks;
        return [.. found
            .OrderByDescending(spot => spot.Value.ChainTicks).ThenByDescending(spot => spot.Value.Ticks)
            .ThenBy(spot => spot.Key).Take(count)
            .Select(spot => spot.Value.ToHotSpot(spot.Key, ParallelismWithout(
                location => (location.Address, location.Field) == spot.Key)))];
    }

    private IEnumerable<AccessLocation> LocationsOf(int node) =>
        Graph.DependenciesOf(node).Select(dependency => dependency.Location).Distinct();

    private static Found FoundAt(Dictionary<(Address, Observed), Found> found, (Address, Observed) spot)
    {
        if (!found.TryGetValue(spot, out var at)) found.Add(spot, at = new());
        return at;
    }

    /// <summary>One spot while it is added up.</summary>
    private sealed class Found
    {
        private readonly Dictionary<AccessLocation, int> _locations = [];
        private int _dependents;

        public long Ticks { get; private set; }

        public long ChainTicks { get; set; }

        public void Add(IEnumerable<AccessLocation> locations, long ticks)
        {
            _dependents++;
            Ticks += ticks;
            foreach (var location in locations)
                _locations[location] = _locations.GetValueOrDefault(location) + 1;
        }

        public HotSpot ToHotSpot((Address Address, Observed Field) spot, double parallelismWithout) => new(
            spot.Address, spot.Field,
            [.. _locations.Select(item => new HotLocation(item.Key, item.Value))
                .OrderByDescending(hot => hot.Dependencies).ThenBy(hot => hot.Location.Slot)],
            _dependents, Ticks, ChainTicks, parallelismWithout);
    }
}
