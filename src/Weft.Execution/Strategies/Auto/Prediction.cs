using System.Runtime.CompilerServices;

namespace Weft.Execution.Strategies.Auto;

/// <summary>What a model expects of a block, in nanoseconds.</summary>
internal struct Prediction
{
    public double Serial;

    /// <summary>As <see cref="Serial"/>, if all that was measured seldom is as fast as it may be.</summary>
    public double SerialAtBest;

    /// <summary>The block looks as if it held plain transfers only, which can be executed as declared without a list.
    /// </summary>
    public bool IsPlain;

    /// <summary>By a glance at the block, which was enough to see that there is little to do.</summary>
    public bool IsGlance;

    /// <summary>Of the serial time the part of calls that were measured often enough.</summary>
    public double KnownShare;

    /// <summary>Of these and of calls that are new, but belong to a class that was.</summary>
    public double LikelyShare;

    private Plans _plans;

    /// <summary>With <see cref="Strategy.Serial"/>, too.</summary>
    public readonly double this[Strategy strategy] =>
        strategy == Strategy.Serial ? Serial : _plans[ParallelEstimates.IndexOf(strategy)].Nanoseconds;

    /// <summary>The number of workers for which the time is.</summary>
    public readonly int WorkersFor(Strategy strategy) =>
        strategy == Strategy.Serial ? 1 : _plans[ParallelEstimates.IndexOf(strategy)].Workers;

    /// <summary>The time if all that was measured seldom is as fast as it may be.</summary>
    public readonly double AtBest(Strategy strategy) =>
        strategy == Strategy.Serial ? SerialAtBest : _plans[ParallelEstimates.IndexOf(strategy)].AtBest;

    public void Set(Strategy strategy, int workers, double nanoseconds, double atBest) =>
        _plans[ParallelEstimates.IndexOf(strategy)] = new(workers, nanoseconds, atBest);

    private readonly record struct Plan(int Workers, double Nanoseconds, double AtBest);

    [InlineArray(ParallelEstimates.Count)]
    private struct Plans
    {
        private Plan _first;
    }
}
