using System.Runtime.CompilerServices;

namespace Weft.Execution.Strategies.Auto;

/// <summary>A positive quantity that is learned from measurements: an exponential average of logarithms, so that half
/// and double weigh the same, and a stray measurement moves it by little.</summary>
internal struct Estimate
{
    /// <summary>The first measurement pays for what is cold, analysis of code for one, so a better second one replaces
    /// it.</summary>
    private const int Trusted = 2;

    public float Value;
    public int Measurements;

    public readonly bool IsTrusted => Measurements >= Trusted;

    public void Correct(in Correction correction)
    {
        bool replaces = Measurements == 0 || (!IsTrusted && correction.Whole < 1);
        Value *= replaces ? correction.Whole : correction.Step;
        Measurements++;
    }
}

/// <summary>What one measurement does to all the estimates that it is about.</summary>
internal readonly struct Correction
{
    /// <summary>Of the distance, once the first measurements are there.</summary>
    private const double Rate = 0.2;

    /// <summary>The most that one measurement counts: about a factor of two.</summary>
    private const double DistanceMax = 0.7;

    /// <summary>Factors for an estimate that is trusted and for one that is not.</summary>
    public readonly float Step, Whole;

    public Correction(double measured, double estimated)
    {
        double distance = Math.Log(measured / estimated);
        Step = (float)Math.Exp(Rate * Math.Clamp(distance, -DistanceMax, DistanceMax));
        Whole = (float)(measured / estimated);
    }
}

/// <summary>One for every way to execute in parallel, by <see cref="IndexOf"/>.</summary>
[InlineArray(Count)]
internal struct ParallelEstimates
{
    public const int Count = Strategy.Declared - Strategy.Optimistic + 1;

    private Estimate _first;

    public static int IndexOf(Strategy strategy) => strategy - Strategy.Optimistic;
}
