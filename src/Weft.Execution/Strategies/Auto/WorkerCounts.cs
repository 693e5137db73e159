namespace Weft.Execution.Strategies.Auto;

/// <summary>
/// What a number of workers is expected to make of a block: waking each takes time, and a part of the work, most of
/// which is conflicts, is not shared (Amdahl's law). What that part is follows from what one number of workers took.
/// </summary>
internal readonly struct WorkerCounts(int all)
{
    /// <summary>Until the first other thread has begun, and what each takes of the one that wakes it.</summary>
    private const double WakeFirst = 40_000, WakeEach = 10_000;

    /// <summary>More workers than these must be faster by this to be worth their processors.</summary>
    private const double MoreIsWorthIt = 0.97;

    public static double Waking(int workers) => WakeFirst + WakeEach * (workers - 1);

    /// <summary>The number of workers, a power of two or all, and the time with them in nanoseconds.
    /// <paramref name="ratio"/>: of the time with all of them, waking aside, over the <paramref name="serial"/> one.
    /// </summary>
    public (int Workers, double Nanoseconds) Best(double serial, double ratio)
    {
        var best = (Workers: Math.Min(2, all), Nanoseconds: double.MaxValue);
        best.Nanoseconds = Time(serial, ratio, best.Workers);
        for (int workers = best.Workers; workers < all;)
        {
            workers = Math.Min(2 * workers, all);
            double time = Time(serial, ratio, workers);
            if (time < best.Nanoseconds * MoreIsWorthIt) best = (workers, time);
        }
        return best;
    }

    /// <summary>The ratio with all workers that follows from the one with some.</summary>
    public double RatioOfAll(double ratio, int workers) => Convert(ratio, workers, all);

    private double Time(double serial, double ratio, int workers) =>
        Waking(workers) + serial * Convert(ratio, all, workers);

    /// <summary>Better than a fair share is possible: plain transfers are executed in another way.</summary>
    private static double Convert(double ratio, int from, int to)
    {
        double fair = 1.0 / from;
        if (ratio <= fair || from == 1) return ratio * from / to;
        double unshared = (ratio - fair) / (1 - fair);
        return unshared + (1 - unshared) / to;
    }
}
