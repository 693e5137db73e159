using System.Runtime.CompilerServices;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>C0 + C1·v + C2·v² with v³ = 9 + u. Results may overwrite operands.</summary>
[SkipLocalsInit]
internal struct Fp6
{
    public Fp2 C0, C1, C2;

    public static void Add(in Fp6 a, in Fp6 b, out Fp6 result)
    {
        Unsafe.SkipInit(out result);
        Fp2.Add(a.C0, b.C0, out result.C0);
        Fp2.Add(a.C1, b.C1, out result.C1);
        Fp2.Add(a.C2, b.C2, out result.C2);
    }

    public static void Subtract(in Fp6 a, in Fp6 b, out Fp6 result)
    {
        Unsafe.SkipInit(out result);
        Fp2.Subtract(a.C0, b.C0, out result.C0);
        Fp2.Subtract(a.C1, b.C1, out result.C1);
        Fp2.Subtract(a.C2, b.C2, out result.C2);
    }

    public static void Negate(in Fp6 a, out Fp6 result)
    {
        Unsafe.SkipInit(out result);
        Fp2.Negate(a.C0, out result.C0);
        Fp2.Negate(a.C1, out result.C1);
        Fp2.Negate(a.C2, out result.C2);
    }

    /// <summary>a·v.</summary>
    public static void MultiplyByV(in Fp6 a, out Fp6 result)
    {
        Unsafe.SkipInit(out result);
        Fp2.MultiplyByNonResidue(a.C2, out Fp2 c0);
        result.C2 = a.C1;
        result.C1 = a.C0;
        result.C0 = c0;
    }

    /// <summary>Schoolbook with one reduction for each of the six parts: with emulated carries this is less work than
    /// Karatsuba's additions.</summary>
    public static void Multiply(in Fp6 a, in Fp6 b, out Fp6 result)
    {
        Unsafe.SkipInit(out result);
        Fp2.MultiplyByNonResidue(b.C1, out Fp2 wrapped1);
        Fp2.MultiplyByNonResidue(b.C2, out Fp2 wrapped2);
        Fp2.Factor.From(b.C0, out Fp2.Factor b0);
        Fp2.Factor.From(b.C1, out Fp2.Factor b1);
        Fp2.Factor.From(b.C2, out Fp2.Factor b2);
        Fp2.Factor.From(wrapped1, out Fp2.Factor r1);
        Fp2.Factor.From(wrapped2, out Fp2.Factor r2);
        Fp2.Dot3(a.C0, b0, a.C1, r2, a.C2, r1, out Fp2 c0);
        Fp2.Dot3(a.C0, b1, a.C1, b0, a.C2, r2, out Fp2 c1);
        Fp2.Dot3(a.C0, b2, a.C1, b1, a.C2, b0, out result.C2);
        result.C0 = c0;
        result.C1 = c1;
    }

    /// <summary>1/a, and 0 for 0.</summary>
    public static void Invert(in Fp6 a, out Fp6 result)
    {
        Unsafe.SkipInit(out result);
        // The adjoint: (a0² - ξ·a1·a2, ξ·a2² - a0·a1, a1² - a0·a2); the norm is its product with a.
        Fp2.Multiply(a.C1, a.C2, out Fp2 t);
        Fp2.MultiplyByNonResidue(t, out t);
        Fp2.Square(a.C0, out Fp2 d0);
        Fp2.Subtract(d0, t, out d0);
        Fp2.Square(a.C2, out Fp2 d1);
        Fp2.MultiplyByNonResidue(d1, out d1);
        Fp2.Multiply(a.C0, a.C1, out t);
        Fp2.Subtract(d1, t, out d1);
        Fp2.Square(a.C1, out Fp2 d2);
        Fp2.Multiply(a.C0, a.C2, out t);
        Fp2.Subtract(d2, t, out d2);

        Fp2.Multiply(a.C2, d1, out t);
        Fp2.Multiply(a.C1, d2, out Fp2 norm);
        Fp2.Add(norm, t, out norm);
        Fp2.MultiplyByNonResidue(norm, out norm);
        Fp2.Multiply(a.C0, d0, out t);
        Fp2.Add(norm, t, out norm);
        Fp2.Invert(norm, out norm);
        Fp2.Multiply(d0, norm, out result.C0);
        Fp2.Multiply(d1, norm, out result.C1);
        Fp2.Multiply(d2, norm, out result.C2);
    }
}
