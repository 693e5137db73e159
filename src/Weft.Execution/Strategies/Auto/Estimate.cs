using System.Runtime.CompilerServices;

namespace Weft.Execution.Strategies.Auto;

/// <summary>A positive quantity that is learned from measurements: an exponential average of logarithms, so that half
/// and double weigh the same, and a stray measurement moves it by little.</summary>
internal struct Estimate
{
    /// <summary>Of the distance, once the first measurements are there.</summary>
    private const float Rate = 0.2f;

    /// <summary>The most that one measurement counts: about a factor of two.</summary>
    private const float StepMax = 0.7f;

    /// <summary>The first measurement pays for what is cold, analysis of code for one, so the second replaces it.
    /// </summary>
    private const int Trusted = 2;

    public float Value;
    public int Measurements;

    public readonly bool IsTrusted => Measurements >= Trusted;

    /// <summary><paramref name="logarithm"/>: of what was measured over what these estimates gave together.</summary>
    public void Correct(float logarithm)
    {
        float step = IsTrusted ? Rate * Math.Clamp(logarithm, -StepMax, StepMax) : logarithm;
        Value *= MathF.Exp(step);
        Measurements++;
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
