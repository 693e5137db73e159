using Weft.Execution.Access;
using Weft.Execution.Strategies;

namespace Weft.Execution.Forecasts;

/// <summary>What is forecast for a block on one number of cores.</summary>
/// <param name="Limit">The speedup that the strategy cannot exceed.</param>
/// <param name="Spent">Where the time went.</param>
/// <param name="Measured">What as many threads did, where they were asked.</param>
public sealed record CoreForecast(
    int Cores, double Milliseconds, double Speedup, double Limit, int Executions, int Aborts, TimeShares Spent,
    double? Measured);

/// <summary>Parts of the whole time; see <see cref="TimeSpent"/>.</summary>
public sealed record TimeShares(
    double Work, double Speculation, double Commits, double Aborts, double Handover, double Outside)
{
    public static TimeShares Of(in TimeSpent spent)
    {
        double total = Math.Max(1, spent.Total);
        return new(
            spent.Work / total, spent.Speculation / total, spent.Commits / total, spent.Aborts / total,
            spent.Handover / total, spent.Outside / total);
    }
}

/// <summary>What was measured for a forecast, in microseconds, of the whole block where nothing else is said. Of pairs
/// the first is where what is needed is at home, the other where another core has just worked with it.</summary>
/// <param name="Next">Mean time from an execution to the next item.</param>
/// <param name="WakingCall">Waking one thread takes its waker so long.</param>
/// <param name="WakingDelay">Until that thread works.</param>
public sealed record CostSums(
    double Serial, double First, double[] Speculative, double[] Publish, double[] CommitLate, double[] Commit,
    double[] Confirm, double[] CommitConfirmed, double[] Apply, double[] Next, double Outside, double WakingCall,
    double WakingDelay)
{
    public static CostSums Of(EngineCosts costs)
    {
        double[] Pair(Func<EngineCosts, double> ticks) =>
            costs.Crossing is { } far ? [Micro(ticks(costs)), Micro(ticks(far))] : [Micro(ticks(costs))];
        return new(
            Micro(costs.SerialTotal), Micro(costs.First.Sum()), Pair(one => one.Speculative.Sum()),
            Pair(one => one.Publish.Sum()), Pair(one => one.CommitLate.Sum()), Pair(one => one.Commit.Sum()),
            Pair(one => one.Confirm.Sum()), Pair(one => one.CommitConfirmed.Sum()), Pair(one => one.Apply.Sum()),
            Pair(one => one.Next[(int)Parallel.WorkKind.Execute]), Micro(costs.Outside), Micro(costs.Waking.Call),
            Micro(costs.Waking.Delay));
    }

    private static double Micro(double ticks) => ticks * 1e6 / System.Diagnostics.Stopwatch.Frequency;
}

/// <summary>What is forecast for a block.</summary>
/// <param name="Result">Of serial execution.</param>
/// <param name="Costs">Of each part in serial execution, in ticks of <see
/// cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="Difference">How the result of a virtual run differs from the serial one, or null.</param>
public sealed record BlockForecast(
    RuledBlock Block, BlockResult Result, DependencyGraph Graph, long[] Costs, IReadOnlyList<CoreForecast> Cores,
    string? Difference)
{
    /// <summary>What the forecast is of; by lists, before the lanes were known.</summary>
    public required CostSums Measured { get; init; }

    public double SerialMilliseconds => Costs.Sum() * 1000.0 / System.Diagnostics.Stopwatch.Frequency;

    public int Transactions => Block.Input.Block.Transactions.Count;
}
