using System.Runtime.CompilerServices;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>Raises the result of a Miller loop to a multiple of (p^12 - 1)/r, which makes it unique.</summary>
[SkipLocalsInit]
internal static class FinalExponentiation
{
    private const int Window = 4;

    // x in non-adjacent form of width 4, least significant digit first: digits ±1, ±3, ±5, ±7 and 0.
    private static readonly sbyte[] Digits = SignedWindows(MillerLoop.X);

    public static void Run(in Fp12 f, out Fp12 result)
    {
        EasyPart(f, out Fp12 g);
        HardPart(g, out result);
    }

    /// <summary>f^((p^6 - 1)(p² + 1)): into the cyclotomic subgroup, where inverting is conjugating.</summary>
    private static void EasyPart(in Fp12 f, out Fp12 result)
    {
        Fp12.Conjugate(f, out Fp12 g);
        Fp12.Invert(f, out Fp12 inverse);
        Fp12.Multiply(g, inverse, out g);
        Fp12.Frobenius(g, 2, out result);
        Fp12.Multiply(result, g, out result);
    }

    /// <summary>
    /// To the power 2x(6x² + 3x + 1)·(p^4 - p² + 1)/r, whose first factor is prime to r (Fuentes-Castañeda, Knapp,
    /// Rodríguez-Henríquez, "Faster hashing to G2", 2011). Written to the base p, its digits are
    /// 12x³ + 12x² + 6x + 1, 12x³ + 6x² + 4x, 12x³ + 6x² + 6x and 12x³ + 6x² + 4x - 1.
    /// </summary>
    private static void HardPart(in Fp12 g, out Fp12 result)
    {
        PowerOfX(g, out Fp12 t);
        Fp12.SquareCyclotomic(t, out Fp12 x2);
        Fp12.SquareCyclotomic(x2, out Fp12 x4);
        Fp12.Multiply(x4, x2, out Fp12 x6);
        PowerOfX(x6, out Fp12 xx6);
        Fp12.SquareCyclotomic(xx6, out t);
        PowerOfX(t, out Fp12 xxx12);

        Fp12.Multiply(xxx12, xx6, out t);
        Fp12.Multiply(t, x6, out Fp12 digit2);
        Fp12.Conjugate(x2, out t);
        Fp12.Multiply(digit2, t, out Fp12 digit1);
        Fp12.Multiply(digit2, xx6, out result);
        Fp12.Multiply(result, g, out result);

        Fp12.Frobenius(digit1, 1, out t);
        Fp12.Multiply(result, t, out result);
        Fp12.Frobenius(digit2, 2, out t);
        Fp12.Multiply(result, t, out result);
        Fp12.Conjugate(g, out t);
        Fp12.Multiply(digit1, t, out t);
        Fp12.Frobenius(t, 3, out t);
        Fp12.Multiply(result, t, out result);
    }

    /// <summary>g^x for g in the cyclotomic subgroup.</summary>
    private static void PowerOfX(in Fp12 g, out Fp12 result)
    {
        Span<Fp12> odd = stackalloc Fp12[1 << (Window - 2)];
        odd[0] = g;
        Fp12.SquareCyclotomic(g, out Fp12 square);
        for (int i = 1; i < odd.Length; i++) Fp12.Multiply(odd[i - 1], square, out odd[i]);

        int top = Digits.Length - 1;
        result = odd[Digits[top] >> 1];
        for (int i = top - 1; i >= 0; i--)
        {
            Fp12.SquareCyclotomic(result, out result);
            int digit = Digits[i];
            if (digit == 0) continue;
            if (digit > 0)
            {
                Fp12.Multiply(result, odd[digit >> 1], out result);
                continue;
            }
            Fp12.Conjugate(odd[-digit >> 1], out Fp12 inverse);
            Fp12.Multiply(result, inverse, out result);
        }
    }

    private static sbyte[] SignedWindows(UInt128 value)
    {
        var digits = new List<sbyte>();
        for (; value != 0; value >>= 1)
        {
            int digit = (value & 1) == 0 ? 0 : (int)(value & ((1 << Window) - 1));
            if (digit >= 1 << (Window - 1)) digit -= 1 << Window;
            digits.Add((sbyte)digit);
            value -= (UInt128)(Int128)digit;
        }
        return [.. digits];
    }
}
