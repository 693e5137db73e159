using Weft.Cli.Bench;
using Weft.Execution.Forecasts;

namespace Weft.Cli.Forecasts;

/// <summary>What is forecast for a block on one number of cores.</summary>
/// <param name="Limit">The speedup that the strategy cannot exceed.</param>
/// <param name="Spent">Where the time went.</param>
/// <param name="Measured">What as many threads did, where they were asked.</param>
internal sealed record CoreForecast(
    int Cores, double Milliseconds, double Speedup, double Limit, int Executions, int Aborts, TimeShares Spent,
    double? Measured);

/// <summary>Parts of the whole time; see <see cref="TimeSpent"/>.</summary>
internal sealed record TimeShares(
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
/// <param name="Difference">How the result of a virtual run differs from the serial one, or null.</param>
internal sealed record BlockForecast(
    BlockCase Block, double SerialMilliseconds, IReadOnlyList<CoreForecast> Cores, string? Difference)
{
    public int Transactions => Block.Input.Block.Transactions.Count;
}
