using System.Runtime.CompilerServices;

namespace Weft.Execution.Strategies.Auto;

/// <summary>A factor that is learned from measurements that others disturb. The first ones are believed, the shorter
/// the more; later ones when two in a row agree that it is too large or too small, otherwise they move it by little.
/// </summary>
internal struct Estimate
{
    /// <summary>Measurements after which it is used for decisions.</summary>
    private const int Trusted = 2;

    /// <summary>What disturbs a measurement, code that is not compiled and other programs, makes it longer: of the
    /// first ones the shortest counts.</summary>
    private const int Settled = 6;

    /// <summary>What disturbs sometimes disturbs twice in a row.</summary>
    private const float RiseMax = 1.5f;

    /// <summary>The part of the value that may be left, by how often it was measured, when the measurements were bad.
    /// </summary>
    private static readonly float[] _atBest = [1, 0.4f, 0.4f, 0.6f, 0.75f, 0.9f, 1];

    public float Value;
    public int Measurements;

    // What the last measurement alone would have made of it.
    private float _last;

    public readonly bool IsTrusted => Measurements >= Trusted;

    /// <summary>What it may be, if what was measured was disturbed.</summary>
    public readonly float AtBest => Value * _atBest[Math.Min(Measurements, Settled)];

    /// <summary><paramref name="weight"/>: how much of the error is this one's, from 0 to 1. What is measured early is
    /// never settled.</summary>
    public void Correct(in Correction correction, double weight, bool isEarly)
    {
        float measured = Value * correction.Whole(weight);
        bool replaces = Measurements == 0 || (Measurements < Settled && measured < Value);
        if (replaces) Value = measured;
        else if (measured > Value && _last > Value)
            Value = Math.Min(Value * RiseMax, Math.Min(measured, _last));
        else if (measured < Value && _last < Value) Value = Math.Max(measured, _last);
        else Value *= correction.Step(weight);
        _last = measured;
        if (!isEarly || Measurements < Trusted) Measurements++;
    }

    /// <summary>What it is a ratio to has changed.</summary>
    public void Scale(float factor) => (Value, _last) = (Value * factor, _last * factor);

    /// <summary>It was not disturbed, but is as bad as that.</summary>
    public void Settle() => Measurements = Math.Max(Measurements, Settled);

    public void Clamp(float min, float max) => Value = Math.Clamp(Value, min, max);
}

/// <summary>What one measurement does to all the estimates that it is about.</summary>
internal readonly struct Correction(double measured, double estimated)
{
    /// <summary>Of the distance, where one measurement stands alone: a shorter time is more likely to be true.
    /// </summary>
    private const double RateUp = 0.15, RateDown = 0.3;

    /// <summary>The most that one measurement counts: about a factor of two.</summary>
    private const double DistanceMax = 0.7;

    private readonly double _distance = Math.Log(measured / estimated);

    /// <summary>Factor for an estimate that follows the measurement.</summary>
    public float Whole(double weight) => (float)Math.Exp(weight * _distance);

    /// <summary>Factor for an estimate that doubts it.</summary>
    public float Step(double weight) => (float)Math.Exp(
        weight * (_distance < 0 ? RateDown : RateUp) * Math.Clamp(_distance, -DistanceMax, DistanceMax));
}

/// <summary>One for every way to execute in parallel, by <see cref="IndexOf"/>.</summary>
[InlineArray(Count)]
internal struct ParallelEstimates
{
    public const int Count = Strategy.Declared - Strategy.Optimistic + 1;

    private Estimate _first;

    public static int IndexOf(Strategy strategy) => strategy - Strategy.Optimistic;
}
