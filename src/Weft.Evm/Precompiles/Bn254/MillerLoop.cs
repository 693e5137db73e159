using System.Runtime.CompilerServices;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>One pair on its way through the Miller loop.</summary>
internal struct MillerPair
{
    public Fp PX, PY;
    public G2Affine Q, NegatedQ;
    public G2Projective T;

    public static void From(in G1Affine p, in G2Affine q, out MillerPair pair)
    {
        pair.PX = p.X;
        pair.PY = p.Y;
        pair.Q = q;
        pair.NegatedQ.X = q.X;
        Fp2.Negate(q.Y, out pair.NegatedQ.Y);
        G2Projective.From(q, out pair.T);
    }
}

/// <summary>
/// The Miller loop of the optimal ate pairing on a Barreto-Naehrig curve (Vercauteren 2009; Aranha et al. 2011): over
/// the digits of 6x + 2, then lines through ψ(Q) and -ψ²(Q). All pairs share the squarings.
/// </summary>
[SkipLocalsInit]
internal static class MillerLoop
{
    /// <summary>The parameter of the curve.</summary>
    public const ulong X = 4965661367192848881;

    // 6x + 2 in non-adjacent form, least significant digit first: 65 doublings and 21 additions.
    private static readonly sbyte[] Digits = NonAdjacentForm(6 * (UInt128)X + 2);

    /// <summary>
    /// Multiplies <paramref name="f"/> by the product of the loops of all pairs, whose points are finite and on their
    /// curves. False when a point of the twist is not of order r; f is then undefined.
    /// </summary>
    public static bool TryRun(Span<MillerPair> pairs, ref Fp12 f)
    {
        Fp12 product = Fp12.One;
        for (int i = Digits.Length - 2; i >= 0; i--)
        {
            if (i != Digits.Length - 2) Fp12.Square(product, out product);
            foreach (ref MillerPair pair in pairs)
            {
                pair.T.Double(out Line line);
                MultiplyByLine(ref product, ref line, pair);
                if (Digits[i] == 0) continue;
                pair.T.Add(Digits[i] > 0 ? pair.Q : pair.NegatedQ, out line);
                MultiplyByLine(ref product, ref line, pair);
            }
        }
        foreach (ref MillerPair pair in pairs)
        {
            G2Affine.Psi(pair.Q, 1, out G2Affine psi);
            pair.T.Add(psi, out Line line);
            MultiplyByLine(ref product, ref line, pair);
            G2Affine.Psi(pair.NegatedQ, 2, out psi);
            pair.T.Add(psi, out line);
            MultiplyByLine(ref product, ref line, pair);
            if (!IsOfOrderR(pair)) return false;
        }
        Fp12.Multiply(f, product, out f);
        return true;
    }

    /// <summary>True when a finite point of the twist is of order r: the loop without the lines.</summary>
    public static bool IsInSubgroup(in G2Affine q)
    {
        MillerPair.From(default, q, out MillerPair pair);
        for (int i = Digits.Length - 2; i >= 0; i--)
        {
            pair.T.Double(out _);
            if (Digits[i] != 0) pair.T.Add(Digits[i] > 0 ? pair.Q : pair.NegatedQ, out _);
        }
        G2Affine.Psi(pair.Q, 1, out G2Affine psi);
        pair.T.Add(psi, out _);
        G2Affine.Psi(pair.NegatedQ, 2, out psi);
        pair.T.Add(psi, out _);
        return IsOfOrderR(pair);
    }

    /// <summary>
    /// After the loop T = (6x + 2 + ψ - ψ²)(Q), so the check costs next to nothing: for a point of the twist
    /// (6x + 2 + ψ - ψ² + ψ³)(Q) is infinity if and only if r·Q is. With ψ² - tψ + p = 0 that endomorphism is a + bψ,
    /// and its norm a² + abt + b²p is a multiple of r and has no factor in common with the cofactor 2p - r. Where a
    /// step met a case that its formula does not cover, which no point of order r does, Z is 0 and the answer is no.
    /// </summary>
    private static bool IsOfOrderR(in MillerPair pair)
    {
        G2Affine.Psi(pair.NegatedQ, 3, out G2Affine expected);
        return pair.T.Equals(expected);
    }

    private static void MultiplyByLine(ref Fp12 f, ref Line line, in MillerPair pair)
    {
        Fp2.Multiply(line.L0, pair.PY, out line.L0);
        Fp2.Multiply(line.L1, pair.PX, out line.L1);
        Fp12.MultiplyByLine(f, line, out f);
    }

    /// <summary>Digits -1, 0 and 1, no two neighbours of which are both not 0.</summary>
    internal static sbyte[] NonAdjacentForm(UInt128 value)
    {
        var digits = new List<sbyte>();
        for (; value != 0; value >>= 1)
        {
            int digit = (value & 1) == 0 ? 0 : 2 - (int)(value & 3);
            digits.Add((sbyte)digit);
            value -= (UInt128)(Int128)digit;
        }
        return [.. digits];
    }
}
