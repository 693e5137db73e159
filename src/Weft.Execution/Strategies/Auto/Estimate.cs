using System.Runtime.CompilerServices;

namespace Weft.Execution.Strategies.Auto;

/// <summary>A factor that is learned from measurements that others disturb, which makes them longer. Of the first ones
/// the shortest counts; later ones are believed when two in a row agree that it is too large or too small, one alone
/// moves it by little.</summary>
internal struct Estimate
{
    /// <summary>Measurements after which it is used for decisions.</summary>
    private const int Trusted = 2;

    /// <summary>Measurements after which it is what it is.</summary>
    private const int Settled = 4;

    /// <summary>What disturbs sometimes disturbs twice in a row.</summary>
    private const float RiseMax = 1.5f;

    /// <summary>What one measurement alone moves it by, of the distance: a shorter time is more likely to be true.
    /// </summary>
    private const double RateUp = 0.15, RateDown = 0.3;

    /// <summary>What an average is moved by; and the most that one measurement counts, about a factor of two.</summary>
    private const double RateOfAverage = 0.3, DistanceMax = 0.7;

    public float Value;
    public int Measurements;

    /// <summary>What the last measurement alone would have made of it.</summary>
    private float _last;

    public readonly bool IsTrusted => Measurements >= Trusted;

    /// <summary>What it may be, if what was measured was disturbed. <paramref name="part"/>: what may be left of a
    /// value that was measured once or twice.</summary>
    public readonly float AtBest(float part) => Measurements switch
    {
        0 => Value,
        <= Trusted => Value * part,
        < Settled => Value * (1 + part) / 2,
        _ => Value,
    };

    /// <summary><paramref name="distance"/>: the logarithm of what was measured over what was estimated;
    /// <paramref name="weight"/>: how much of it is this one's, from 0 to 1.</summary>
    public void Correct(double distance, double weight, float min = 0, float max = float.MaxValue)
    {
        float measured = Math.Clamp(Value * (float)Math.Exp(weight * distance), min, max);
        if (Measurements == 0 || (Measurements < Settled && measured < Value)) Value = measured;
        else if (measured > Value && _last > Value) Value = Math.Min(Value * RiseMax, Math.Min(measured, _last));
        else if (measured < Value && _last < Value) Value = Math.Max(measured, _last);
        else Value *= (float)Math.Exp(weight * Step(distance, distance < 0 ? RateDown : RateUp));
        Value = Math.Clamp(Value, min, max);
        _last = measured;
        Measurements++;
    }

    /// <summary>For what stands for many that differ: an average that moves.</summary>
    public void Follow(double distance)
    {
        Value *= (float)Math.Exp(Measurements == 0 ? distance : Step(distance, RateOfAverage));
        Measurements++;
    }

    /// <summary>What it is a ratio to has changed.</summary>
    public void Scale(float factor) => (Value, _last) = (Value * factor, _last * factor);

    /// <summary>It was not disturbed, but is as bad as that.</summary>
    public void Settle() => Measurements = Math.Max(Measurements, Settled);

    public void Clamp(float min, float max) => Value = Math.Clamp(Value, min, max);

    private static double Step(double distance, double rate) => rate * Math.Clamp(distance, -DistanceMax, DistanceMax);
}

/// <summary>One for every way to execute in parallel, by <see cref="IndexOf"/>.</summary>
[InlineArray(Count)]
internal struct ParallelEstimates
{
    public const int Count = Strategy.Declared - Strategy.Optimistic + 1;

    private Estimate _first;

    public static int IndexOf(Strategy strategy) => strategy - Strategy.Optimistic;
}
