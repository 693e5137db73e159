using Weft.Execution.Strategies;

namespace Weft.Execution.Forecasts;

/// <summary>What is forecast for a block on one number of cores.</summary>
/// <param name="Limit">The speedup that the strategy cannot exceed.</param>
/// <param name="Measured">What as many threads did, where they were asked.</param>
public sealed record CoreForecast(
    int Cores, double Milliseconds, double Speedup, double Limit, int Executions, int Aborts, double? Measured);

/// <summary>What is forecast for a block.</summary>
/// <param name="Difference">How the result of a virtual run differs from the serial one, or null.</param>
public sealed record BlockForecast(
    RuledBlock Block, double SerialMilliseconds, IReadOnlyList<CoreForecast> Cores, string? Difference)
{
    public int Transactions => Block.Input.Block.Transactions.Count;
}
