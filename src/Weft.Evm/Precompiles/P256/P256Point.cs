using System.Runtime.CompilerServices;

namespace Weft.Evm.Precompiles.P256;

/// <summary>A point (X/Z², Y/Z³) of y² = x³ - 3x + b; Z = 0 is infinity. Formulas for a = -3 from Bernstein and Lange's
/// Explicit-Formulas Database.</summary>
[SkipLocalsInit]
internal struct P256Point
{
    public P256Element X, Y, Z;

    public readonly bool IsInfinity => Z.IsZero;

    /// <summary>"dbl-2001-b": 3 products, 5 squares. Infinity stays infinity.</summary>
    public static void Double(in P256Point p, out P256Point result)
    {
        Unsafe.SkipInit(out result);
        P256Element.Square(p.Z, out P256Element delta);
        P256Element.Square(p.Y, out P256Element gamma);
        P256Element.Multiply(p.X, gamma, out P256Element beta);
        P256Element.Subtract(p.X, delta, out P256Element t);
        P256Element.Add(p.X, delta, out P256Element alpha);
        P256Element.Multiply(alpha, t, out t);
        P256Element.Double(t, out alpha);
        P256Element.Add(alpha, t, out alpha);

        P256Element.Multiply(p.Y, p.Z, out t);
        P256Element.Double(t, out result.Z);
        P256Element.Double(beta, out beta);
        P256Element.Double(beta, out beta);
        P256Element.Square(alpha, out P256Element x);
        P256Element.Subtract(x, beta, out x);
        P256Element.Subtract(x, beta, out result.X);
        P256Element.Subtract(beta, result.X, out t);
        P256Element.Multiply(alpha, t, out t);
        P256Element.Double(gamma, out gamma);
        P256Element.Square(gamma, out gamma);
        P256Element.Double(gamma, out gamma);
        P256Element.Subtract(t, gamma, out result.Y);
    }

    /// <summary>The group law: 12 products and 4 squares, or 8 and 3 where q.Z is one, with all its cases.</summary>
    public static void Add(in P256Point p, in P256Point q, bool qIsAffine, out P256Point result)
    {
        if (p.IsInfinity || q.IsInfinity)
        {
            result = p.IsInfinity ? q : p;
            return;
        }
        P256Element u1 = p.X, s1 = p.Y, zz = p.Z;
        if (!qIsAffine)
        {
            P256Element.Square(q.Z, out P256Element z22);
            P256Element.Multiply(p.X, z22, out u1);
            P256Element.Multiply(z22, q.Z, out z22);
            P256Element.Multiply(p.Y, z22, out s1);
            P256Element.Multiply(p.Z, q.Z, out zz);
        }
        P256Element.Square(p.Z, out P256Element z11);
        P256Element.Multiply(q.X, z11, out P256Element h);
        P256Element.Multiply(z11, p.Z, out z11);
        P256Element.Multiply(q.Y, z11, out P256Element r);
        P256Element.Subtract(h, u1, out h);
        P256Element.Subtract(r, s1, out r);
        if (h.IsZero)
        {
            if (r.IsZero) Double(p, out result);
            else result = default;
            return;
        }
        Unsafe.SkipInit(out result);
        P256Element.Multiply(zz, h, out result.Z);
        P256Element.Square(h, out P256Element hh);
        P256Element.Multiply(h, hh, out P256Element hhh);
        P256Element.Multiply(u1, hh, out P256Element v);
        P256Element.Square(r, out P256Element x);
        P256Element.Subtract(x, hhh, out x);
        P256Element.Subtract(x, v, out x);
        P256Element.Subtract(x, v, out x);
        P256Element.Subtract(v, x, out v);
        P256Element.Multiply(v, r, out v);
        P256Element.Multiply(s1, hhh, out P256Element y);
        P256Element.Subtract(v, y, out result.Y);
        result.X = x;
    }

    public static void Negate(in P256Point p, out P256Point result)
    {
        result = p;
        P256Element.Subtract(default, p.Y, out result.Y);
    }
}
