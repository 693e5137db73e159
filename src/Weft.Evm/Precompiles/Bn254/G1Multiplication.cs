using System.Numerics;
using System.Runtime.CompilerServices;
using Weft.Primitives;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>
/// k·P with the endomorphism of Gallant, Lambert and Vanstone: (βx, y) is λ·P, so k becomes two numbers of half its
/// length, whose doublings are shared. Both are written in signed windows.
/// </summary>
[SkipLocalsInit]
internal static class G1Multiplication
{
    private const int Window = 5;
    private const int TableLength = 1 << (Window - 2);

    // Both halves are less than 2^127 in size; a window may carry one position further.
    private const int DigitCount = 129;

    /// <summary>The order of the group.</summary>
    public static readonly UInt256 Order =
        new(0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029);

    // A cube root of one in Fp, and the lattice of (a, b) with a + bλ = 0 (mod r): (A, B) and (-B, D), which for a
    // Barreto-Naehrig curve are 6x² + 4x + 1, 2x + 1 and 6x² + 2x.
    private static readonly Fp Beta = FromPlain(new(0x5763473177fffffe, 0xd4f263f1acdb5c4f, 0x59e26bcea0d48bac, 0));
    private static readonly UInt128 A = new(0x6f4d8248eeb859fd, 0x0be4e1541221250b);
    private static readonly UInt128 B = new(0, 0x89d3256894d213e3);
    private static readonly UInt128 D = new(0x6f4d8248eeb859fc, 0x8211bbeb7d4f1128);

    // D·2^256/r and B·2^256/r: dividing by r is multiplying by these and dropping 256 bits.
    private static readonly UInt256 FactorD = Reciprocal(D);
    private static readonly UInt256 FactorB = Reciprocal(B);

    /// <summary>k·P for any 256-bit k.</summary>
    public static void Multiply(in G1Affine point, UInt256 k, out G1Affine result)
    {
        while (k >= Order) k -= Order;
        if (point.IsInfinity || k.IsZero)
        {
            result = default;
            return;
        }
        Split(k, out UInt128 k1, out bool isNegative1, out UInt128 k2, out bool isNegative2);
        Span<sbyte> digits1 = stackalloc sbyte[DigitCount], digits2 = stackalloc sbyte[DigitCount];
        ToSignedWindows(k1, isNegative1, digits1);
        ToSignedWindows(k2, isNegative2, digits2);

        Span<G1Affine> odd = stackalloc G1Affine[TableLength], oddLambda = stackalloc G1Affine[TableLength];
        OddMultiples(point, odd);
        for (int i = 0; i < TableLength; i++)
        {
            Fp.Multiply(odd[i].X, Beta, out oddLambda[i].X);
            oddLambda[i].Y = odd[i].Y;
        }

        G1Jacobian sum = default;
        for (int i = DigitCount - 1; i >= 0; i--)
        {
            if (!sum.IsInfinity) G1Jacobian.Double(sum, out sum);
            AddDigit(ref sum, odd, digits1[i]);
            AddDigit(ref sum, oddLambda, digits2[i]);
        }
        sum.ToAffine(out result);
    }

    private static void AddDigit(ref G1Jacobian sum, ReadOnlySpan<G1Affine> odd, int digit)
    {
        if (digit == 0) return;
        G1Affine term = odd[Math.Abs(digit) >> 1];
        if (digit < 0) Fp.Negate(term.Y, out term.Y);
        G1Jacobian.Add(sum, term, out sum);
    }

    /// <summary>k = ±k1 ± k2·λ (mod r), both less than 2^127, for k less than r.</summary>
    internal static void Split(
        in UInt256 k, out UInt128 k1, out bool isNegative1, out UInt128 k2, out bool isNegative2)
    {
        // k less the nearest point of the lattice; what is left is small, so 128 bits of two's complement hold it.
        UInt128 c1 = MultiplyAndShift(k, FactorD), c2 = MultiplyAndShift(k, FactorB);
        UInt128 low = new(k.U1, k.U0);
        Int128 first = (Int128)(low - c1 * A - c2 * B), second = (Int128)(c2 * D - c1 * B);
        isNegative1 = first < 0;
        isNegative2 = second < 0;
        k1 = (UInt128)Int128.Abs(first);
        k2 = (UInt128)Int128.Abs(second);
    }

    /// <summary>k·factor/2^256, rounded; the result fits 128 bits because the factor does not exceed 2^130.</summary>
    private static UInt128 MultiplyAndShift(in UInt256 k, in UInt256 factor)
    {
        Span<ulong> product = stackalloc ulong[8];
        product.Clear();
        ReadOnlySpan<ulong> left = [k.U0, k.U1, k.U2, k.U3], right = [factor.U0, factor.U1, factor.U2, factor.U3];
        for (int i = 0; i < 4; i++)
        {
            ulong high = 0;
            for (int j = 0; j < 4; j++)
            {
                UInt128 t = Math.BigMul(left[i], right[j]) + product[i + j] + high;
                product[i + j] = (ulong)t;
                high = (ulong)(t >> 64);
            }
            product[i + 4] = high;
        }
        return new UInt128(product[5], product[4]) + (product[3] >> 63);
    }

    /// <summary>Digits ±1, ±3, … ±15 and 0, of which at most one in five is not 0 (NAF of width 5).</summary>
    internal static void ToSignedWindows(UInt128 k, bool isNegative, Span<sbyte> digits)
    {
        digits.Clear();
        for (int i = 0; k != 0; i++)
        {
            if (((ulong)k & 1) != 0)
            {
                int digit = (int)((ulong)k & ((1 << Window) - 1));
                if (digit >= 1 << (Window - 1)) digit -= 1 << Window;
                k -= (UInt128)(Int128)digit;
                digits[i] = (sbyte)(isNegative ? -digit : digit);
            }
            k >>= 1;
        }
    }

    /// <summary>P, 3P, … 15P, made affine with one inversion for all (Montgomery's trick).</summary>
    private static void OddMultiples(in G1Affine point, Span<G1Affine> odd)
    {
        Span<G1Jacobian> multiples = stackalloc G1Jacobian[TableLength];
        G1Affine.Add(point, point, out G1Affine twice);
        G1Jacobian.From(point, out multiples[0]);
        for (int i = 1; i < TableLength; i++) G1Jacobian.Add(multiples[i - 1], twice, out multiples[i]);

        // None is infinity: the order is a prime above 15. The prefix products wait in the results' x.
        odd[0].X = Fp.One;
        for (int i = 1; i < TableLength; i++) Fp.Multiply(odd[i - 1].X, multiples[i - 1].Z, out odd[i].X);
        Fp.Multiply(odd[TableLength - 1].X, multiples[TableLength - 1].Z, out Fp inverse);
        Fp.Invert(inverse, out inverse);
        for (int i = TableLength - 1; i >= 0; i--)
        {
            ref G1Jacobian multiple = ref multiples[i];
            Fp.Multiply(inverse, odd[i].X, out Fp z);
            Fp.Multiply(inverse, multiple.Z, out inverse);
            Fp.Square(z, out Fp square);
            Fp.Multiply(multiple.X, square, out odd[i].X);
            Fp.Multiply(square, z, out square);
            Fp.Multiply(multiple.Y, square, out odd[i].Y);
        }
    }

    private static UInt256 Reciprocal(UInt128 numerator) =>
        (UInt256)(((BigInteger)numerator << 256) / (BigInteger)Order);

    private static Fp FromPlain(in UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        Fp.TryRead(bytes, out Fp result);
        return result;
    }
}
