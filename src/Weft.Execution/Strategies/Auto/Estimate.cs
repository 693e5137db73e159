using System.Runtime.CompilerServices;

namespace Weft.Execution.Strategies.Auto;

/// <summary>A factor that is learned from measurements that others disturb, which makes them longer: the second
/// shortest of the last four, or the shorter of two.</summary>
internal struct Estimate
{
    /// <summary>Measurements after which it is used for decisions.</summary>
    private const int Trusted = 2;

    /// <summary>Measurements after which it is what it is.</summary>
    private const int Settled = 3;

    /// <summary>What an average is moved by, of the distance, and at most.</summary>
    private const double Rate = 0.3, DistanceMax = 0.7;

    public float Value;
    public int Measurements;

    /// <summary>What the last measurements would have made of it alone, the youngest first.</summary>
    private float _first, _second, _third, _fourth;

    public readonly bool IsTrusted => Measurements >= Trusted;

    /// <summary>What it may be, if what was measured was disturbed. <paramref name="part"/>: what may be left of a
    /// value that was measured once or twice.</summary>
    public readonly float AtBest(float part) => Measurements switch
    {
        0 => Value,
        < Settled => Value * part,
        _ => Math.Min(Math.Min(_first, _second), Math.Min(_third, _fourth)),
    };

    /// <summary><paramref name="distance"/>: the logarithm of what was measured over what was estimated;
    /// <paramref name="weight"/>: how much of it is this one's, from 0 to 1.</summary>
    public void Correct(double distance, double weight, float min = 0, float max = float.MaxValue)
    {
        if (Measurements == 0) Forget();
        (_fourth, _third, _second) = (_third, _second, _first);
        _first = Math.Clamp(Value * (float)Math.Exp(weight * distance), min, max);
        Measurements++;
        Value = Measurements <= 2 ? Math.Min(_first, _second) : SecondShortest();
    }

    /// <summary>For what stands for many that differ: an average that moves.</summary>
    public void Follow(double distance)
    {
        Value *= (float)Math.Exp(Measurements == 0 ? distance : Rate * Math.Clamp(distance, -DistanceMax, DistanceMax));
        Measurements++;
    }

    /// <summary>What it is a ratio to has changed.</summary>
    public void Scale(float factor)
    {
        Value *= factor;
        (_first, _second, _third, _fourth) = (_first * factor, _second * factor, _third * factor, _fourth * factor);
    }

    /// <summary>It was not disturbed, but is as bad as that.</summary>
    public void Settle()
    {
        _first = _second = _third = _fourth = Value;
        Measurements = Math.Max(Measurements, Settled);
    }

    public void Clamp(float min, float max) => Value = Math.Clamp(Value, min, max);

    private void Forget() => _first = _second = _third = _fourth = float.PositiveInfinity;

    private readonly float SecondShortest() => Math.Min(
        Math.Max(Math.Min(_first, _second), Math.Min(_third, _fourth)),
        Math.Min(Math.Max(_first, _second), Math.Max(_third, _fourth)));
}

/// <summary>One for every way to execute in parallel, by <see cref="IndexOf"/>.</summary>
[InlineArray(Count)]
internal struct ParallelEstimates
{
    public const int Count = Strategy.Declared - Strategy.Optimistic + 1;

    private Estimate _first;

    public static int IndexOf(Strategy strategy) => strategy - Strategy.Optimistic;
}
