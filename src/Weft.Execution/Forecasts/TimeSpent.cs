namespace Weft.Execution.Forecasts;

/// <summary>Where the time of a block went, along the chain of things that decided when it ended; in ticks, which add
/// up to the whole. What happened beside that chain cost nothing.</summary>
/// <param name="Work">Transactions, as long as serial execution takes for them.</param>
/// <param name="Speculation">What running them and publishing takes beyond that.</param>
/// <param name="Commits">Validations and commits.</param>
/// <param name="Aborts">Executions in vain.</param>
/// <param name="Handover">From one thing to the next that had to wait for it.</param>
/// <param name="Outside">Before the first worker began and after the last one ended.</param>
public readonly record struct TimeSpent(
    long Work, long Speculation, long Commits, long Aborts, long Handover, long Outside)
{
    public long Total => Work + Speculation + Commits + Aborts + Handover + Outside;
}
