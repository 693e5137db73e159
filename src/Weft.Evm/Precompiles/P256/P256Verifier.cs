using System.Runtime.CompilerServices;
using Weft.Primitives;

namespace Weft.Evm.Precompiles.P256;

/// <summary>Verifies ECDSA signatures over secp256r1 (FIPS 186-5, SEC 1). Nothing here is secret, so it takes the
/// time that the numbers need.</summary>
[SkipLocalsInit]
internal static class P256Verifier
{
    private const int KeyWindow = 5, GeneratorWindow = 8;
    private const int DigitCount = 257;

    private static readonly P256Element B =
        From(new(0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7));

    private static readonly P256Point Generator = new()
    {
        X = From(new(0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247)),
        Y = From(new(0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b)),
        Z = P256Element.One,
    };

    // G, 3G, … 127G with Z = 1; 6 kB, made by the first verification.
    private static readonly P256Point[] GeneratorMultiples = MakeGeneratorMultiples();

    /// <summary>All checks of EIP-7951: ranges, the key on the curve and finite, the signature.</summary>
    public static bool Verify(in UInt256 hash, in UInt256 r, in UInt256 s, in UInt256 x, in UInt256 y)
    {
        UInt256 order = P256Scalar.Order;
        if (r.IsZero || s.IsZero || r >= order || s >= order || !TryReadKey(x, y, out P256Point key)) return false;

        UInt256 reduced = hash >= order ? hash - order : hash;
        P256Scalar.Divide(reduced, r, s, out UInt256 u1, out UInt256 u2);
        Combine(u1, u2, key, out P256Point sum);
        if (sum.IsInfinity) return false;

        // x(sum) mod n = r. As p is less than 2n, x is r or r + n; comparing X with x·Z² saves the division.
        P256Element.Square(sum.Z, out P256Element zz);
        return HasX(sum, zz, r) || (r < P256Element.Modulus - order && HasX(sum, zz, r + order));
    }

    private static bool HasX(in P256Point point, in P256Element zz, in UInt256 x)
    {
        P256Element.From(x, out P256Element expected);
        P256Element.Multiply(expected, zz, out expected);
        return expected.Equals(point.X);
    }

    /// <summary>False when a coordinate is not less than p or the point is not on the curve. (0, 0), which stands for
    /// infinity, is not.</summary>
    private static bool TryReadKey(in UInt256 x, in UInt256 y, out P256Point key)
    {
        key = default;
        if (x >= P256Element.Modulus || y >= P256Element.Modulus) return false;
        P256Element.From(x, out key.X);
        P256Element.From(y, out key.Y);
        key.Z = P256Element.One;

        // x³ - 3x + b
        P256Element.Square(key.X, out P256Element right);
        P256Element.Subtract(right, P256Element.One, out right);
        P256Element.Subtract(right, P256Element.One, out right);
        P256Element.Subtract(right, P256Element.One, out right);
        P256Element.Multiply(right, key.X, out right);
        P256Element.Add(right, B, out right);
        P256Element.Square(key.Y, out P256Element left);
        return left.Equals(right);
    }

    /// <summary>u1·G + u2·Q with shared doublings.</summary>
    private static void Combine(in UInt256 u1, in UInt256 u2, in P256Point key, out P256Point sum)
    {
        Span<sbyte> digits1 = stackalloc sbyte[DigitCount], digits2 = stackalloc sbyte[DigitCount];
        ToSignedWindows(u1, GeneratorWindow, digits1);
        ToSignedWindows(u2, KeyWindow, digits2);
        Span<P256Point> keyMultiples = stackalloc P256Point[1 << (KeyWindow - 2)];
        OddMultiples(key, keyMultiples);

        sum = default;
        for (int i = DigitCount - 1; i >= 0; i--)
        {
            if (!sum.IsInfinity) P256Point.Double(sum, out sum);
            AddDigit(ref sum, GeneratorMultiples, digits1[i], true);
            AddDigit(ref sum, keyMultiples, digits2[i], false);
        }
    }

    private static void AddDigit(ref P256Point sum, ReadOnlySpan<P256Point> odd, int digit, bool isAffine)
    {
        if (digit == 0) return;
        if (digit > 0)
        {
            P256Point.Add(sum, odd[digit >> 1], isAffine, out sum);
            return;
        }
        P256Point.Negate(odd[-digit >> 1], out P256Point term);
        P256Point.Add(sum, term, isAffine, out sum);
    }

    /// <summary>Odd digits of less than 2^(window-1) in size, and zeros: the non-adjacent form of that width.</summary>
    internal static void ToSignedWindows(UInt256 k, int window, Span<sbyte> digits)
    {
        digits.Clear();
        for (int i = 0; !k.IsZero; i++)
        {
            bool overflows = false;
            if ((k.U0 & 1) != 0)
            {
                int digit = (int)(k.U0 & ((1ul << window) - 1));
                if (digit >= 1 << (window - 1)) digit -= 1 << window;
                digits[i] = (sbyte)digit;
                if (digit > 0) k -= (ulong)digit;
                else overflows = UInt256.AddOverflows(k, (ulong)-digit, out k);
            }
            k >>= 1;
            // A negative digit adds to what is left, and may carry out of the top.
            if (overflows) k |= UInt256.One << 255;
        }
    }

    private static void OddMultiples(in P256Point point, Span<P256Point> odd)
    {
        P256Point.Double(point, out P256Point twice);
        odd[0] = point;
        for (int i = 1; i < odd.Length; i++) P256Point.Add(odd[i - 1], twice, false, out odd[i]);
    }

    private static P256Point[] MakeGeneratorMultiples()
    {
        var multiples = new P256Point[1 << (GeneratorWindow - 2)];
        OddMultiples(Generator, multiples);
        foreach (ref P256Point point in multiples.AsSpan()) MakeAffine(ref point);
        return multiples;
    }

    private static void MakeAffine(ref P256Point point)
    {
        // 1/Z = Z^(p-2) (Fermat).
        P256Element inverse = P256Element.One;
        UInt256 exponent = P256Element.Modulus - 2;
        for (int bit = 255; bit >= 0; bit--)
        {
            P256Element.Square(inverse, out inverse);
            if (!((exponent >> bit) & UInt256.One).IsZero) P256Element.Multiply(inverse, point.Z, out inverse);
        }
        P256Element.Square(inverse, out P256Element square);
        P256Element.Multiply(point.X, square, out point.X);
        P256Element.Multiply(square, inverse, out square);
        P256Element.Multiply(point.Y, square, out point.Y);
        point.Z = P256Element.One;
    }

    private static P256Element From(in UInt256 value)
    {
        P256Element.From(value, out P256Element result);
        return result;
    }
}
