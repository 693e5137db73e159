using System.Numerics;
using Weft.Primitives;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>w^(p^k - 1), raised to 0…5: what the k-th power of Frobenius multiplies the powers of w by.</summary>
internal static class FrobeniusConstants
{
    private static readonly Fp2[][] ByPower = Build();

    public static ReadOnlySpan<Fp2> Of(int power) => ByPower[power];

    private static Fp2[][] Build()
    {
        // w^6 = ξ, so w^(p - 1) is ξ^((p-1)/6), and applying Frobenius twice: γ_(k+1) = γ_k^p · γ_1.
        var p = (BigInteger)new UInt256(Fp.P0, Fp.P1, Fp.P2, Fp.P3);
        Fp2 gamma = Fp2.Power(Fp2.NonResidue, ((p - 1) / 6).ToByteArray(isUnsigned: true, isBigEndian: true));
        var byPower = new Fp2[4][];
        Fp2 current = Fp2.One;
        for (int power = 0; power < byPower.Length; power++)
        {
            byPower[power] = Powers(current);
            Fp2.Conjugate(current, out current);
            Fp2.Multiply(current, gamma, out current);
        }
        return byPower;
    }

    private static Fp2[] Powers(in Fp2 value)
    {
        var powers = new Fp2[6];
        powers[0] = Fp2.One;
        for (int i = 1; i < powers.Length; i++) Fp2.Multiply(powers[i - 1], value, out powers[i]);
        return powers;
    }
}
