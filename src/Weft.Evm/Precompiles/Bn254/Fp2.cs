using System.Runtime.CompilerServices;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>C0 + C1·u with u² = -1. Results may overwrite operands.</summary>
[SkipLocalsInit]
internal struct Fp2 : IEquatable<Fp2>
{
    public Fp C0, C1;

    public static Fp2 One => new() { C0 = Fp.One };

    /// <summary>9 + u, neither a square nor a cube: the tower stands on it.</summary>
    public static Fp2 NonResidue => new() { C0 = Fp.From(9), C1 = Fp.One };

    public readonly bool IsZero => C0.IsZero && C1.IsZero;

    public readonly bool Equals(Fp2 other) => C0.Equals(other.C0) && C1.Equals(other.C1);

    public override readonly bool Equals(object? obj) => obj is Fp2 other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(C0, C1);

    public static void Add(in Fp2 a, in Fp2 b, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.Add(a.C0, b.C0, out result.C0);
        Fp.Add(a.C1, b.C1, out result.C1);
    }

    public static void Double(in Fp2 a, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.Double(a.C0, out result.C0);
        Fp.Double(a.C1, out result.C1);
    }

    public static void Subtract(in Fp2 a, in Fp2 b, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.Subtract(a.C0, b.C0, out result.C0);
        Fp.Subtract(a.C1, b.C1, out result.C1);
    }

    public static void Negate(in Fp2 a, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.Negate(a.C0, out result.C0);
        Fp.Negate(a.C1, out result.C1);
    }

    /// <summary>C0 - C1·u, which is a^p.</summary>
    public static void Conjugate(in Fp2 a, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        result.C0 = a.C0;
        Fp.Negate(a.C1, out result.C1);
    }

    public static void Multiply(in Fp2 a, in Fp2 b, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.NegateLoosely(b.C1, out Fp negated);
        Fp.Dot2(a.C0, b.C0, a.C1, negated, out Fp real);
        Fp.Dot2(a.C0, b.C1, a.C1, b.C0, out result.C1);
        result.C0 = real;
    }

    public static void Square(in Fp2 a, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.Add(a.C0, a.C1, out Fp sum);
        Fp.Subtract(a.C0, a.C1, out Fp difference);
        Fp.Double(a.C0, out Fp twice);
        Fp.Multiply(twice, a.C1, out result.C1);
        Fp.Multiply(sum, difference, out result.C0);
    }

    public static void Multiply(in Fp2 a, in Fp b, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        // b may be a part of the result.
        Fp factor = b;
        Fp.Multiply(a.C0, factor, out result.C0);
        Fp.Multiply(a.C1, factor, out result.C1);
    }

    /// <summary>a·(9 + u).</summary>
    public static void MultiplyByNonResidue(in Fp2 a, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.NegateLoosely(a.C1, out Fp negated);
        Fp.NineTimesPlus(a.C0, negated, out Fp real);
        Fp.NineTimesPlus(a.C1, a.C0, out result.C1);
        result.C0 = real;
    }

    /// <summary>Σ of three products, with one reduction for each part.</summary>
    public static void Dot3(in Fp2 a, in Factor b, in Fp2 c, in Factor d, in Fp2 e, in Factor f, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.Dot6(a.C0, b.Value.C0, a.C1, b.NegatedC1, c.C0, d.Value.C0, c.C1, d.NegatedC1, e.C0, f.Value.C0, e.C1,
            f.NegatedC1, out Fp real);
        Fp.Dot6(a.C0, b.Value.C1, a.C1, b.Value.C0, c.C0, d.Value.C1, c.C1, d.Value.C0, e.C0, f.Value.C1, e.C1,
            f.Value.C0, out result.C1);
        result.C0 = real;
    }

    /// <summary>1/a, and 0 for 0.</summary>
    public static void Invert(in Fp2 a, out Fp2 result)
    {
        Unsafe.SkipInit(out result);
        Fp.Dot2(a.C0, a.C0, a.C1, a.C1, out Fp norm);
        Fp.Invert(norm, out Fp inverse);
        Fp.Multiply(a.C0, inverse, out result.C0);
        Fp.Negate(inverse, out inverse);
        Fp.Multiply(a.C1, inverse, out result.C1);
    }

    /// <summary>a to a power given as big-endian bytes. For constants: plain square and multiply.</summary>
    public static Fp2 Power(in Fp2 a, ReadOnlySpan<byte> exponent)
    {
        Fp2 power = One;
        foreach (byte digits in exponent)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                Square(power, out power);
                if (((digits >> bit) & 1) != 0) Multiply(power, a, out power);
            }
        }
        return power;
    }

    /// <summary>An element made ready to be the right side of several products.</summary>
    [SkipLocalsInit]
    internal struct Factor
    {
        public Fp2 Value;
        public Fp NegatedC1;

        public static void From(in Fp2 value, out Factor factor)
        {
            Unsafe.SkipInit(out factor);
            factor.Value = value;
            Fp.NegateLoosely(value.C1, out factor.NegatedC1);
        }
    }
}
