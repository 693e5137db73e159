using System.Runtime.CompilerServices;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>C0 + C1·w with w² = v: where pairings take their values. Results may overwrite operands.</summary>
[SkipLocalsInit]
internal struct Fp12
{
    public Fp6 C0, C1;

    public static Fp12 One
    {
        get
        {
            Fp12 one = default;
            one.C0.C0 = Fp2.One;
            return one;
        }
    }

    public readonly bool IsOne =>
        C0.C0.Equals(Fp2.One) && C0.C1.IsZero && C0.C2.IsZero && C1.C0.IsZero && C1.C1.IsZero && C1.C2.IsZero;

    public static void Multiply(in Fp12 a, in Fp12 b, out Fp12 result)
    {
        Unsafe.SkipInit(out result);
        Fp6.Add(a.C0, a.C1, out Fp6 sumA);
        Fp6.Add(b.C0, b.C1, out Fp6 sumB);
        Fp6.Multiply(a.C0, b.C0, out Fp6 low);
        Fp6.Multiply(a.C1, b.C1, out Fp6 high);
        Fp6.Multiply(sumA, sumB, out Fp6 cross);
        Fp6.Subtract(cross, low, out cross);
        Fp6.Subtract(cross, high, out result.C1);
        Fp6.MultiplyByV(high, out high);
        Fp6.Add(low, high, out result.C0);
    }

    public static void Square(in Fp12 a, out Fp12 result)
    {
        Unsafe.SkipInit(out result);
        // (a0 + a1)(a0 + v·a1) = a0² + v·a1² + (1 + v)·a0·a1
        Fp6.Add(a.C0, a.C1, out Fp6 sum);
        Fp6.MultiplyByV(a.C1, out Fp6 shifted);
        Fp6.Add(shifted, a.C0, out shifted);
        Fp6.Multiply(a.C0, a.C1, out Fp6 cross);
        Fp6.Multiply(sum, shifted, out Fp6 square);
        Fp6.Subtract(square, cross, out square);
        Fp6.Add(cross, cross, out result.C1);
        Fp6.MultiplyByV(cross, out cross);
        Fp6.Subtract(square, cross, out result.C0);
    }

    /// <summary>C0 - C1·w: a^(p^6), and the inverse after the easy part of the final exponentiation.</summary>
    public static void Conjugate(in Fp12 a, out Fp12 result)
    {
        Unsafe.SkipInit(out result);
        result.C0 = a.C0;
        Fp6.Negate(a.C1, out result.C1);
    }

    /// <summary>1/a, and 0 for 0.</summary>
    public static void Invert(in Fp12 a, out Fp12 result)
    {
        Unsafe.SkipInit(out result);
        Fp6.Multiply(a.C0, a.C0, out Fp6 norm);
        Fp6.Multiply(a.C1, a.C1, out Fp6 t);
        Fp6.MultiplyByV(t, out t);
        Fp6.Subtract(norm, t, out norm);
        Fp6.Invert(norm, out norm);
        Fp6.Multiply(a.C0, norm, out result.C0);
        Fp6.Multiply(a.C1, norm, out t);
        Fp6.Negate(t, out result.C1);
    }

    /// <summary>a·(l0 + l1·w + l3·w³): the value of a line has only these three coefficients.</summary>
    public static void MultiplyByLine(in Fp12 a, in Line line, out Fp12 result)
    {
        Unsafe.SkipInit(out result);
        Fp2.MultiplyByNonResidue(line.L1, out Fp2 wrapped1);
        Fp2.MultiplyByNonResidue(line.L3, out Fp2 wrapped3);
        Fp2.Factor.From(line.L0, out Fp2.Factor l0);
        Fp2.Factor.From(line.L1, out Fp2.Factor l1);
        Fp2.Factor.From(line.L3, out Fp2.Factor l3);
        Fp2.Factor.From(wrapped1, out Fp2.Factor r1);
        Fp2.Factor.From(wrapped3, out Fp2.Factor r3);
        Fp2.Dot3(a.C0.C0, l0, a.C1.C1, r3, a.C1.C2, r1, out Fp2 c00);
        Fp2.Dot3(a.C0.C1, l0, a.C1.C0, l1, a.C1.C2, r3, out Fp2 c01);
        Fp2.Dot3(a.C0.C2, l0, a.C1.C0, l3, a.C1.C1, l1, out Fp2 c02);
        Fp2.Dot3(a.C1.C0, l0, a.C0.C0, l1, a.C0.C2, r3, out Fp2 c10);
        Fp2.Dot3(a.C1.C1, l0, a.C0.C0, l3, a.C0.C1, l1, out Fp2 c11);
        Fp2.Dot3(a.C1.C2, l0, a.C0.C1, l3, a.C0.C2, l1, out result.C1.C2);
        result.C0.C0 = c00;
        result.C0.C1 = c01;
        result.C0.C2 = c02;
        result.C1.C0 = c10;
        result.C1.C1 = c11;
    }

    /// <summary>
    /// The square of an element of the cyclotomic subgroup (Granger, Scott, "Faster squaring in the cyclotomic subgroup
    /// of sixth degree extensions", 2010): three squarings in Fp4 = Fp2[s]/(s² - ξ).
    /// </summary>
    public static void SquareCyclotomic(in Fp12 a, out Fp12 result)
    {
        Unsafe.SkipInit(out result);
        SquareFp4(a.C0.C0, a.C1.C1, out Fp2 t0, out Fp2 t1);
        SquareFp4(a.C1.C0, a.C0.C2, out Fp2 t2, out Fp2 t3);
        SquareFp4(a.C0.C1, a.C1.C2, out Fp2 t4, out Fp2 t5);
        Fp2.MultiplyByNonResidue(t5, out t5);
        ThreeMinusTwo(t0, a.C0.C0, out result.C0.C0);
        ThreeMinusTwo(t2, a.C0.C1, out result.C0.C1);
        ThreeMinusTwo(t4, a.C0.C2, out result.C0.C2);
        ThreePlusTwo(t5, a.C1.C0, out result.C1.C0);
        ThreePlusTwo(t1, a.C1.C1, out result.C1.C1);
        ThreePlusTwo(t3, a.C1.C2, out result.C1.C2);
    }

    /// <summary>(a + b·s)² = (a² + ξ·b²) + 2ab·s.</summary>
    private static void SquareFp4(in Fp2 a, in Fp2 b, out Fp2 c0, out Fp2 c1)
    {
        Fp2.Square(a, out Fp2 a2);
        Fp2.Square(b, out Fp2 b2);
        Fp2.Add(a, b, out Fp2 sum);
        Fp2.Square(sum, out sum);
        Fp2.Subtract(sum, a2, out sum);
        Fp2.Subtract(sum, b2, out c1);
        Fp2.MultiplyByNonResidue(b2, out b2);
        Fp2.Add(a2, b2, out c0);
    }

    /// <summary>3t - 2a.</summary>
    private static void ThreeMinusTwo(in Fp2 t, in Fp2 a, out Fp2 result)
    {
        Fp2.Subtract(t, a, out Fp2 difference);
        Fp2.Double(difference, out difference);
        Fp2.Add(difference, t, out result);
    }

    /// <summary>3t + 2a.</summary>
    private static void ThreePlusTwo(in Fp2 t, in Fp2 a, out Fp2 result)
    {
        Fp2.Add(t, a, out Fp2 sum);
        Fp2.Double(sum, out sum);
        Fp2.Add(sum, t, out result);
    }

    /// <summary>a^(p^power) for a power from 1 to 3: conjugates, if odd, and multiplies by powers of
    /// ξ^((p-1)/6).</summary>
    public static void Frobenius(in Fp12 a, int power, out Fp12 result)
    {
        ReadOnlySpan<Fp2> g = FrobeniusConstants.Of(power);
        result = a;
        if ((power & 1) != 0)
        {
            Fp2.Conjugate(result.C0.C0, out result.C0.C0);
            Fp2.Conjugate(result.C0.C1, out result.C0.C1);
            Fp2.Conjugate(result.C0.C2, out result.C0.C2);
            Fp2.Conjugate(result.C1.C0, out result.C1.C0);
            Fp2.Conjugate(result.C1.C1, out result.C1.C1);
            Fp2.Conjugate(result.C1.C2, out result.C1.C2);
        }
        // In powers of w: C0 holds 0, 2, 4 and C1 holds 1, 3, 5.
        Fp2.Multiply(result.C1.C0, g[1], out result.C1.C0);
        Fp2.Multiply(result.C0.C1, g[2], out result.C0.C1);
        Fp2.Multiply(result.C1.C1, g[3], out result.C1.C1);
        Fp2.Multiply(result.C0.C2, g[4], out result.C0.C2);
        Fp2.Multiply(result.C1.C2, g[5], out result.C1.C2);
    }
}

/// <summary>The value of a line at a point of G1, without a factor of Fp2: L0 + L1·w + L3·w³.</summary>
internal struct Line
{
    public Fp2 L0, L1, L3;
}
