using System.Runtime.CompilerServices;
using Weft.Primitives;
using static Weft.Evm.Precompiles.Limbs;

namespace Weft.Evm.Precompiles.P256;

/// <summary>Arithmetic modulo the order n of secp256r1, as far as verifying needs it.</summary>
[SkipLocalsInit]
internal static class P256Scalar
{
    /// <summary>n.</summary>
    public static UInt256 Order => new(N0, N1, N2, N3);

    private const ulong N0 = 0xf3b9cac2fc632551, N1 = 0xbce6faada7179e84;
    private const ulong N2 = 0xffffffffffffffff, N3 = 0xffffffff00000000;

    // -1/n mod 2^64.
    private const ulong NegatedInverse = 0xccd1c8aaee00bc4f;

    /// <summary>2^512 mod n.</summary>
    private static UInt256 RSquared =>
        new(0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59, 0x66e12d94f3d95620);

    /// <summary>a/s and b/s mod n, for s from 1 to n - 1 and a, b less than n.</summary>
    public static void Divide(in UInt256 a, in UInt256 b, in UInt256 s, out UInt256 aOverS, out UInt256 bOverS)
    {
        // The inverse has one factor of 2^256, which the products with plain numbers take away.
        Montgomery(s, RSquared, out UInt256 form);
        Invert(form, out UInt256 inverse);
        Montgomery(a, inverse, out aOverS);
        Montgomery(b, inverse, out bOverS);
    }

    /// <summary>a^(n-2) (Fermat), four bits of the exponent at a time.</summary>
    private static void Invert(in UInt256 a, out UInt256 result)
    {
        Span<UInt256> powers = stackalloc UInt256[16];
        Montgomery(RSquared, UInt256.One, out powers[0]);
        for (int i = 1; i < powers.Length; i++) Montgomery(powers[i - 1], a, out powers[i]);

        result = powers[0];
        ReadOnlySpan<ulong> exponent = [N0 - 2, N1, N2, N3];
        for (int position = 252; position >= 0; position -= 4)
        {
            Montgomery(result, result, out result);
            Montgomery(result, result, out result);
            Montgomery(result, result, out result);
            Montgomery(result, result, out result);
            int digit = (int)(exponent[position >> 6] >> (position & 63)) & 15;
            if (digit != 0) Montgomery(result, powers[digit], out result);
        }
    }

    /// <summary>a·b/2^256 mod n.</summary>
    private static void Montgomery(in UInt256 a, in UInt256 b, out UInt256 result)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
        Round(a, b.U0, ref t0, ref t1, ref t2, ref t3, ref t4);
        Round(a, b.U1, ref t0, ref t1, ref t2, ref t3, ref t4);
        Round(a, b.U2, ref t0, ref t1, ref t2, ref t3, ref t4);
        Round(a, b.U3, ref t0, ref t1, ref t2, ref t3, ref t4);
        ulong borrow = 0;
        ulong s0 = SubtractBorrow(t0, N0, ref borrow);
        ulong s1 = SubtractBorrow(t1, N1, ref borrow);
        ulong s2 = SubtractBorrow(t2, N2, ref borrow);
        ulong s3 = SubtractBorrow(t3, N3, ref borrow);
        result = borrow > t4 ? new UInt256(t0, t1, t2, t3) : new UInt256(s0, s1, s2, s3);
    }

    /// <summary>t = (t + a·v + m·n)/2^64, which stays below 2n: the fifth limb is 0 or 1. It does not overflow on the
    /// way, because a is less than n, which is 2^224 short of 2^256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        in UInt256 a, ulong v, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4)
    {
        ulong high = 0;
        t0 = MultiplyAdd(a.U0, v, t0, ref high);
        t1 = MultiplyAdd(a.U1, v, t1, ref high);
        t2 = MultiplyAdd(a.U2, v, t2, ref high);
        t3 = MultiplyAdd(a.U3, v, t3, ref high);
        t4 += high;
        ulong m = t0 * NegatedInverse;
        high = MultiplyHigh(m, N0) + Bit(t0 != 0);
        t0 = MultiplyAdd(m, N1, t1, ref high);
        t1 = MultiplyAdd(m, N2, t2, ref high);
        t2 = MultiplyAdd(m, N3, t3, ref high);
        t3 = t4 + high;
        t4 = Bit(t3 < high);
    }
}
