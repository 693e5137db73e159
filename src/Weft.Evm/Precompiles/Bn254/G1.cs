using System.Runtime.CompilerServices;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>A point of y² = x³ + 3 over Fp (EIP-196); (0, 0) is infinity. The curve has prime order.</summary>
[SkipLocalsInit]
internal struct G1Affine
{
    public const int EncodedLength = 64;

    public Fp X, Y;

    public readonly bool IsInfinity => X.IsZero && Y.IsZero;

    /// <summary>False when a coordinate is not less than p or the point is not on the curve.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out G1Affine point)
    {
        Unsafe.SkipInit(out point);
        return Fp.TryRead(bytes, out point.X) & Fp.TryRead(bytes[32..], out point.Y)
            && (point.IsInfinity || point.IsOnCurve);
    }

    public readonly void Write(Span<byte> bytes)
    {
        X.Write(bytes);
        Y.Write(bytes[32..]);
    }

    private readonly bool IsOnCurve
    {
        get
        {
            Fp.Square(X, out Fp right);
            Fp.Multiply(right, X, out right);
            Fp.Add(right, Three, out right);
            Fp.Square(Y, out Fp left);
            return left.Equals(right);
        }
    }

    private static readonly Fp Three = Fp.From(3);

    /// <summary>The group law in affine coordinates: one inversion.</summary>
    public static void Add(in G1Affine a, in G1Affine b, out G1Affine sum)
    {
        if (a.IsInfinity || b.IsInfinity)
        {
            sum = a.IsInfinity ? b : a;
            return;
        }
        Fp numerator, denominator;
        if (!a.X.Equals(b.X))
        {
            Fp.Subtract(b.Y, a.Y, out numerator);
            Fp.Subtract(b.X, a.X, out denominator);
        }
        else if (a.Y.Equals(b.Y))
        {
            // No point has y = 0: the order is odd.
            Fp.Square(a.X, out Fp square);
            Fp.Double(square, out numerator);
            Fp.Add(numerator, square, out numerator);
            Fp.Double(a.Y, out denominator);
        }
        else
        {
            sum = default;
            return;
        }
        Unsafe.SkipInit(out sum);
        Fp.Invert(denominator, out denominator);
        Fp.Multiply(numerator, denominator, out Fp slope);
        Fp.Square(slope, out Fp x);
        Fp.Subtract(x, a.X, out x);
        Fp.Subtract(x, b.X, out x);
        Fp.Subtract(a.X, x, out Fp y);
        Fp.Multiply(y, slope, out y);
        Fp.Subtract(y, a.Y, out sum.Y);
        sum.X = x;
    }
}

/// <summary>A point (X/Z², Y/Z³); Z = 0 is infinity. Formulas for a = 0 from Bernstein and Lange's Explicit-Formulas
/// Database.</summary>
[SkipLocalsInit]
internal struct G1Jacobian
{
    public Fp X, Y, Z;

    public readonly bool IsInfinity => Z.IsZero;

    public static void From(in G1Affine point, out G1Jacobian result)
    {
        result.X = point.X;
        result.Y = point.Y;
        result.Z = point.IsInfinity ? default : Fp.One;
    }

    public readonly void ToAffine(out G1Affine point)
    {
        // Infinity becomes (0, 0), since the inverse of 0 is 0.
        Fp.Invert(Z, out Fp inverse);
        Fp.Square(inverse, out Fp square);
        Fp.Multiply(inverse, square, out inverse);
        Unsafe.SkipInit(out point);
        Fp.Multiply(X, square, out point.X);
        Fp.Multiply(Y, inverse, out point.Y);
    }

    /// <summary>"dbl-2009-l": 2 products, 5 squares. Infinity stays infinity.</summary>
    public static void Double(in G1Jacobian p, out G1Jacobian result)
    {
        Unsafe.SkipInit(out result);
        Fp.Square(p.X, out Fp a);
        Fp.Square(p.Y, out Fp b);
        Fp.Square(b, out Fp c);
        Fp.Multiply(p.X, b, out Fp d);
        Fp.Double(d, out d);
        Fp.Double(d, out d);
        Fp.Double(a, out Fp e);
        Fp.Add(e, a, out e);
        Fp.Square(e, out Fp f);
        Fp.Multiply(p.Y, p.Z, out Fp z);
        Fp.Double(z, out result.Z);
        Fp.Double(d, out Fp twice);
        Fp.Subtract(f, twice, out f);
        Fp.Subtract(d, f, out d);
        Fp.Multiply(d, e, out d);
        Fp.Double(c, out c);
        Fp.Double(c, out c);
        Fp.Double(c, out c);
        result.X = f;
        Fp.Subtract(d, c, out result.Y);
    }

    /// <summary>Jacobian plus affine, 8 products and 3 squares, with the cases that the formula does not
    /// cover.</summary>
    public static void Add(in G1Jacobian p, in G1Affine q, out G1Jacobian result)
    {
        if (p.IsInfinity)
        {
            From(q, out result);
            return;
        }
        Fp.Square(p.Z, out Fp z2);
        Fp.Multiply(q.X, z2, out Fp h);
        Fp.Subtract(h, p.X, out h);
        Fp.Multiply(z2, p.Z, out Fp r);
        Fp.Multiply(r, q.Y, out r);
        Fp.Subtract(r, p.Y, out r);
        if (h.IsZero)
        {
            if (r.IsZero) Double(p, out result);
            else result = default;
            return;
        }
        Unsafe.SkipInit(out result);
        Fp.Square(h, out Fp hh);
        Fp.Multiply(h, hh, out Fp hhh);
        Fp.Multiply(p.X, hh, out Fp v);
        Fp.Multiply(p.Y, hhh, out Fp y);
        Fp.Multiply(p.Z, h, out result.Z);
        Fp.Square(r, out Fp x);
        Fp.Subtract(x, hhh, out x);
        Fp.Subtract(x, v, out x);
        Fp.Subtract(x, v, out x);
        Fp.Subtract(v, x, out v);
        Fp.Multiply(v, r, out v);
        Fp.Subtract(v, y, out result.Y);
        result.X = x;
    }
}
