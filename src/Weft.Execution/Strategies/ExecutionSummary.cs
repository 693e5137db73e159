namespace Weft.Execution.Strategies;

/// <summary>How a block was executed.</summary>
/// <param name="Strategy">What was chosen; never <see cref="Strategy.Auto"/>.</param>
/// <param name="Workers">Threads that took part.</param>
/// <param name="Transactions">Of the block.</param>
/// <param name="Executions">Times that a transaction was run, to its end or not; at least one each.</param>
/// <param name="Aborts">Executions whose result did not hold.</param>
public readonly record struct ExecutionSummary(
    Strategy Strategy, int Workers, int Transactions, int Executions, int Aborts)
{
    /// <summary>Why; also what auto found where it was asked.</summary>
    public StrategyReason Reason { get; init; }

    /// <summary>What auto expected of the strategy that it took; zero where it expected nothing.</summary>
    public TimeSpan PredictedTime { get; init; }

    /// <summary>What auto expected of serial execution; zero where it expected nothing.</summary>
    public TimeSpan PredictedSerialTime { get; init; }

    /// <summary>What the state transition took, where auto measured it.</summary>
    public TimeSpan ActualTime { get; init; }
}
