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

/// <summary>What is forecast for a block.</summary>
/// <param name="Result">Of serial execution.</param>
/// <param name="Costs">Of each part in serial execution, in ticks of <see
/// cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="Difference">How the result of a virtual run differs from the serial one, or null.</param>
public sealed record BlockForecast(
    RuledBlock Block, BlockResult Result, DependencyGraph Graph, long[] Costs, IReadOnlyList<CoreForecast> Cores,
    string? Difference)
{
    public double SerialMilliseconds => Costs.Sum() * 1000.0 / System.Diagnostics.Stopwatch.Frequency;

    public int Transactions => Block.Input.Block.Transactions.Count;
}
