using System.Runtime.CompilerServices;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>A point of the twist y² = x³ + 3/(9 + u) over Fp2 (EIP-197); (0, 0) is infinity.</summary>
[SkipLocalsInit]
internal struct G2Affine
{
    public const int EncodedLength = 128;

    public Fp2 X, Y;

    public readonly bool IsInfinity => X.IsZero && Y.IsZero;

    /// <summary>3/(9 + u).</summary>
    private static readonly Fp2 TwistB = MakeTwistB();

    /// <summary>False when a coordinate is not less than p or the point is not on the twist. Whether it is of order r
    /// is found out by the Miller loop.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out G2Affine point)
    {
        Unsafe.SkipInit(out point);
        // EIP-197 writes the imaginary part first.
        return Fp.TryRead(bytes, out point.X.C1) & Fp.TryRead(bytes[32..], out point.X.C0)
            & Fp.TryRead(bytes[64..], out point.Y.C1) & Fp.TryRead(bytes[96..], out point.Y.C0)
            && (point.IsInfinity || point.IsOnTwist);
    }

    private readonly bool IsOnTwist
    {
        get
        {
            Fp2.Square(X, out Fp2 right);
            Fp2.Multiply(right, X, out right);
            Fp2.Add(right, TwistB, out right);
            Fp2.Square(Y, out Fp2 left);
            return left.Equals(right);
        }
    }

    /// <summary>ψ^power: twist, Frobenius, untwist (Galbraith, Scott 2008). On the points of order r it multiplies by
    /// p^power.</summary>
    public static void Psi(in G2Affine point, int power, out G2Affine result)
    {
        ReadOnlySpan<Fp2> g = FrobeniusConstants.Of(power);
        result = point;
        if ((power & 1) != 0)
        {
            Fp2.Conjugate(result.X, out result.X);
            Fp2.Conjugate(result.Y, out result.Y);
        }
        Fp2.Multiply(result.X, g[2], out result.X);
        Fp2.Multiply(result.Y, g[3], out result.Y);
    }

    private static Fp2 MakeTwistB()
    {
        Fp2.Invert(Fp2.NonResidue, out Fp2 b);
        Fp2.Multiply(b, Fp.From(3), out b);
        return b;
    }
}

/// <summary>
/// A point (X/Z, Y/Z) of the twist, running through the Miller loop. The steps give the tangent or the line that they
/// draw, as in Costello, Lange, Naehrig, "Faster pairing computations on curves with high-degree twists" (2010), scaled
/// so that nothing is halved. From the first step that the formulas do not cover, Z stays 0.
/// </summary>
[SkipLocalsInit]
internal struct G2Projective
{
    public Fp2 X, Y, Z;

    /// <summary>9/(9 + u): three times the twist's b.</summary>
    private static readonly Fp2 ThreeB = MakeThreeB();

    public static void From(in G2Affine point, out G2Projective result)
    {
        result.X = point.X;
        result.Y = point.Y;
        result.Z = Fp2.One;
    }

    /// <summary>Doubles the point; the tangent is L0·y + L1·x·w + L3·w³ at a point (x, y) of G1.</summary>
    public void Double(out Line tangent)
    {
        Unsafe.SkipInit(out tangent);
        Fp2.Multiply(X, Y, out Fp2 a);
        Fp2.Square(Y, out Fp2 b);
        Fp2.Square(Z, out Fp2 c);
        Fp2.Multiply(c, ThreeB, out Fp2 e);
        Fp2.Double(e, out Fp2 f);
        Fp2.Add(f, e, out f);
        Fp2.Multiply(Y, Z, out Fp2 h);
        Fp2.Double(h, out h);
        Fp2.Square(X, out Fp2 j);

        Fp2.Negate(h, out tangent.L0);
        Fp2.Double(j, out tangent.L1);
        Fp2.Add(tangent.L1, j, out tangent.L1);
        Fp2.Subtract(e, b, out tangent.L3);

        // The usual formulas times four.
        Fp2.Subtract(b, f, out Fp2 t);
        Fp2.Multiply(a, t, out X);
        Fp2.Double(X, out X);
        Fp2.Add(b, f, out t);
        Fp2.Square(t, out t);
        Fp2.Square(e, out e);
        Fp2.Double(e, out Fp2 e2);
        Fp2.Add(e2, e, out e);
        Fp2.Double(e, out e);
        Fp2.Double(e, out e);
        Fp2.Subtract(t, e, out Y);
        Fp2.Multiply(b, h, out Z);
        Fp2.Double(Z, out Z);
        Fp2.Double(Z, out Z);
    }

    /// <summary>Adds a point; the line is L0·y + L1·x·w + L3·w³ at a point (x, y) of G1.</summary>
    public void Add(in G2Affine q, out Line line)
    {
        Unsafe.SkipInit(out line);
        Fp2.Multiply(q.Y, Z, out Fp2 theta);
        Fp2.Subtract(Y, theta, out theta);
        Fp2.Multiply(q.X, Z, out Fp2 lambda);
        Fp2.Subtract(X, lambda, out lambda);

        line.L0 = lambda;
        Fp2.Negate(theta, out line.L1);
        Fp2.Multiply(theta, q.X, out line.L3);
        Fp2.Multiply(lambda, q.Y, out Fp2 t);
        Fp2.Subtract(line.L3, t, out line.L3);

        Fp2.Square(theta, out Fp2 c);
        Fp2.Square(lambda, out Fp2 d);
        Fp2.Multiply(lambda, d, out Fp2 e);
        Fp2.Multiply(Z, c, out Fp2 f);
        Fp2.Multiply(X, d, out Fp2 g);
        Fp2.Add(e, f, out Fp2 h);
        Fp2.Double(g, out t);
        Fp2.Subtract(h, t, out h);
        Fp2.Multiply(lambda, h, out X);
        Fp2.Subtract(g, h, out g);
        Fp2.Multiply(theta, g, out g);
        Fp2.Multiply(e, Y, out t);
        Fp2.Subtract(g, t, out Y);
        Fp2.Multiply(Z, e, out Z);
    }

    /// <summary>True for the same finite point.</summary>
    public readonly bool Equals(in G2Affine q)
    {
        Fp2.Multiply(q.X, Z, out Fp2 x);
        Fp2.Multiply(q.Y, Z, out Fp2 y);
        return !Z.IsZero && X.Equals(x) && Y.Equals(y);
    }

    private static Fp2 MakeThreeB()
    {
        Fp2.Invert(Fp2.NonResidue, out Fp2 b);
        Fp2.Multiply(b, Fp.From(9), out b);
        return b;
    }
}
