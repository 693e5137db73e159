using System.Runtime.CompilerServices;

namespace Weft.Execution.Strategies.Auto;

/// <summary>A factor that is learned from measurements. What disturbs them makes them longer, some of them several
/// times: it is the median of the last ones, and the least of these is what it may be at best.</summary>
internal struct Estimate
{
    /// <summary>Measurements that count.</summary>
    public const int Kept = 7;

    /// <summary>Measurements after which it is used for decisions.</summary>
    private const int Trusted = 2;

    /// <summary>What an average is moved by at least, and the most that one measurement counts, about a factor of
    /// two.</summary>
    private const double RateOfAverageMin = 0.1, DistanceMax = 0.7;

    public float Value;
    public int Measurements;

    private Window _last;

    public readonly bool IsTrusted => Measurements >= Trusted;

    /// <summary>What it may be, if most of what was measured was disturbed. <paramref name="part"/>: what may be left
    /// of a value that was measured once or twice.</summary>
    public readonly float AtBest(float part)
    {
        if (Measurements == 0) return Value;
        float least = Value;
        for (int i = 0; i < Count; i++) least = Math.Min(least, _last[i]);
        return Measurements <= Trusted ? least * part : least;
    }

    private readonly int Count => Math.Min(Measurements, Kept);

    /// <summary><paramref name="distance"/>: the logarithm of what was measured over what was estimated;
    /// <paramref name="weight"/>: how much of it is this one's, from 0 to 1.</summary>
    public void Correct(double distance, double weight, float min = 0, float max = float.MaxValue)
    {
        _last[Measurements++ % Kept] = Math.Clamp(Value * (float)Math.Exp(weight * distance), min, max);
        var sorted = _last;
        Span<float> values = sorted;
        values[..Count].Sort();
        Value = values[(Count - 1) / 2];
    }

    /// <summary>For what stands for many that differ: the mean of all at first, then one that moves.</summary>
    public void Follow(double distance)
    {
        double rate = Math.Max(1.0 / (Measurements + 1), RateOfAverageMin);
        Value *= (float)Math.Exp(
            Measurements == 0 ? distance : rate * Math.Clamp(distance, -DistanceMax, DistanceMax));
        Measurements++;
    }

    /// <summary>What it is a ratio to has changed.</summary>
    public void Scale(float factor, float min, float max)
    {
        foreach (ref float last in _last) last = Math.Clamp(last * factor, min, max);
        Value = Math.Clamp(Value * factor, min, max);
    }

    public void Clamp(float min, float max) => Value = Math.Clamp(Value, min, max);

    [InlineArray(Kept)]
    private struct Window
    {
        private float _first;
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
