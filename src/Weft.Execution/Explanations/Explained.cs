using System.Diagnostics;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Records;
using Weft.Execution.Strategies;

namespace Weft.Execution.Explanations;

/// <summary>How a block was executed, and why not faster.</summary>
/// <param name="Costs">Of each part in serial execution, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Ticks">Of the strategy, for the whole block.</param>
/// <param name="IsVirtual">Under a virtual clock.</param>
/// <param name="Events">What the workers did, by their beginning; empty for serial execution.</param>
/// <param name="Reads">Where transactions read what is named.</param>
/// <param name="Difference">How the result differs from the serial one, or null.</param>
public sealed record Explained(
    RuledBlock Block, long[] Costs, BlockExplanation Why, ExecutionSummary Summary, bool IsVirtual, long Ticks,
    IReadOnlyList<WorkEvent> Events, ReadTracer Reads, string? Difference)
{
    public int Transactions => Block.Input.Block.Transactions.Count;

    public double Speedup => (double)Why.Work / Math.Max(1, Ticks);

    /// <summary>Of transactions.</summary>
    public int Executions => Events.Count(
        done => done.Kind == WorkKind.Execute && done.Transaction >= 1 && done.Transaction <= Transactions);

    /// <summary>Those whose result came to nothing.</summary>
    public IEnumerable<WorkEvent> Aborts => Events.Where(done => done.Outcome == Outcome.Again);

    public static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    /// <summary>Where the first transaction that waits for a hot spot reads it.</summary>
    public ReadPlace? PlaceOf(HotSpot spot) => Reads.PlaceOf(
        BlockExplainer.FirstDependent(Why.Graph, spot.Locations[0].Location), spot.Locations[0].Location);

    /// <summary>Aborts by what did not hold, most first.</summary>
    public IEnumerable<AbortGroup> GroupAborts()
    {
        var cost = LastExecutions();
        return Aborts.GroupBy(done => (done.Cause.Reason, done.Cause.Location)).Select(group => new AbortGroup(
                group.Key.Reason, group.Key.Location, group.Count(),
                group.Sum(done => done.Kind == WorkKind.Execute ? done.Ticks : done.Ticks + cost(done)),
                group.Key.Location is { } location ? FindPlace(group, location) : null,
                [.. group.Select(done => done.Transaction).Distinct().Order()]))
            .OrderByDescending(group => group.Count).ThenByDescending(group => group.Ticks);
    }

    private ReadPlace? FindPlace(IEnumerable<WorkEvent> events, AccessLocation location) =>
        events.Select(done => Reads.PlaceOf(done.Transaction, location)).FirstOrDefault(place => place is not null);

    /// <summary>What the execution took that a validation or commit found wanting.</summary>
    private Func<WorkEvent, long> LastExecutions()
    {
        var executions = Events.Where(done => done.Kind == WorkKind.Execute).ToLookup(done => done.Transaction);
        return found => executions[found.Transaction].Where(done => done.End <= found.Start)
            .Select(done => done.Ticks).LastOrDefault();
    }
}

/// <summary>Aborts for one reason.</summary>
/// <param name="Ticks">Time of the executions that were in vain.</param>
/// <param name="Read">Where one of the transactions reads the location.</param>
/// <param name="Transactions">By block access index.</param>
public sealed record AbortGroup(
    AbortReason Reason, AccessLocation? Location, int Count, long Ticks, ReadPlace? Read,
    IReadOnlyList<int> Transactions);
