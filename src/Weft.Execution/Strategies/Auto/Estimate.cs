using System.Runtime.CompilerServices;

namespace Weft.Execution.Strategies.Auto;

/// <summary>A positive quantity that is learned from measurements: an exponential average of logarithms, so that half
/// and double weigh the same, and a stray measurement moves it by little.</summary>
internal struct Estimate
{
    /// <summary>Measurements after which it is used for decisions.</summary>
    private const int Trusted = 2;

    /// <summary>What disturbs a measurement, code that is not compiled for the last time and other programs, makes it
    /// longer: of the first ones the shortest counts.</summary>
    private const int Settled = 8;

    /// <summary>The part of the value that may be left, by how often it was measured, when the measurements were bad.
    /// </summary>
    private static readonly float[] _atBest = [1, 0.4f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f, 1];

    public float Value;
    public int Measurements;

    public readonly bool IsTrusted => Measurements >= Trusted;

    /// <summary>What it may be, if what was measured was disturbed.</summary>
    public readonly float AtBest => Value * _atBest[Math.Min(Measurements, Settled)];

    public void Correct(in Correction correction)
    {
        bool replaces = Measurements == 0 || (Measurements < Settled && correction.Whole < 1);
        Value *= replaces ? correction.Whole : correction.Step;
        Measurements++;
    }
}

/// <summary>What one measurement does to all the estimates that it is about.</summary>
internal readonly struct Correction
{
    /// <summary>Of the distance, once the first measurements are there: a shorter time is more likely to be true.
    /// </summary>
    private const double RateUp = 0.2, RateDown = 0.3;

    /// <summary>The most that one measurement counts: about a factor of two.</summary>
    private const double DistanceMax = 0.7;

    /// <summary>Factors for an estimate that is settled and for one that is not.</summary>
    public readonly float Step, Whole;

    public Correction(double measured, double estimated)
    {
        double distance = Math.Log(measured / estimated);
        double rate = distance < 0 ? RateDown : RateUp;
        Step = (float)Math.Exp(rate * Math.Clamp(distance, -DistanceMax, DistanceMax));
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
