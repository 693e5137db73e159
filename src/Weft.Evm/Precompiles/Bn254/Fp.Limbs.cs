using System.Runtime.CompilerServices;
using static Weft.Evm.Precompiles.Limbs;

namespace Weft.Evm.Precompiles.Bn254;

// The steps on single limbs that products and sums are made of. All are inlined.
internal partial struct Fp
{
    /// <summary>The limb with this index, which is less than 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ulong Limb(int index) =>
        // Safe: the four limbs are the structure's only fields, in order, and callers count to 4.
        Unsafe.Add(ref Unsafe.AsRef(in L0), index);

    /// <summary>The limb a - low(q·p + high) - borrow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractProduct(ulong a, ulong q, ulong p, ref ulong high, ref ulong borrow)
    {
        ulong upper = MultiplyFull(q, p, out ulong low);
        low += high;
        high = upper + Bit(low < high);
        return SubtractBorrow(a, low, ref borrow);
    }

    /// <summary>The upper limb of t + m·p, whose lower limb is zero by the choice of m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Discard(ulong m, ulong t) => MultiplyHigh(m, P0) + Bit(t != 0);

    /// <summary>t = (t + a·v + m·p)/2^64: one round of a Montgomery product. p leaves its two top bits free, so what is
    /// carried out of the fourth limb fits one (Acar; "no-carry" form).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(ulong a0, ulong a1, ulong a2, ulong a3, ulong v,
        ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3)
    {
        ulong high = 0;
        ulong u0 = MultiplyAdd(a0, v, t0, ref high);
        ulong m = u0 * NegatedInverse;
        ulong carry = Discard(m, u0);
        ulong u = MultiplyAdd(a1, v, t1, ref high);
        t0 = MultiplyAdd(m, P1, u, ref carry);
        u = MultiplyAdd(a2, v, t2, ref high);
        t1 = MultiplyAdd(m, P2, u, ref carry);
        u = MultiplyAdd(a3, v, t3, ref high);
        t2 = MultiplyAdd(m, P3, u, ref carry);
        t3 = high + carry;
    }

    /// <summary>t += a·v, carrying into a fifth limb.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAddRow(in Fp a, ulong v,
        ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4)
    {
        ulong high = 0;
        t0 = MultiplyAdd(a.L0, v, t0, ref high);
        t1 = MultiplyAdd(a.L1, v, t1, ref high);
        t2 = MultiplyAdd(a.L2, v, t2, ref high);
        t3 = MultiplyAdd(a.L3, v, t3, ref high);
        t4 += high;
    }

    /// <summary>t = (t + m·p)/2^64 for five limbs, with the m that makes this exact; gives the carry out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReduceLimb(ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ulong t4)
    {
        ulong m = t0 * NegatedInverse;
        ulong carry = Discard(m, t0);
        t0 = MultiplyAdd(m, P1, t1, ref carry);
        t1 = MultiplyAdd(m, P2, t2, ref carry);
        t2 = MultiplyAdd(m, P3, t3, ref carry);
        t3 = t4 + carry;
        return Bit(t3 < carry);
    }

    /// <summary>t, or t - p when that is not negative; t is less than 2^255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceOnce(ulong t0, ulong t1, ulong t2, ulong t3, out Fp result)
    {
        ulong s0 = t0 - P0, borrow = Bit(t0 < P0);
        ulong s1 = SubtractBorrow(t1, P1, ref borrow);
        ulong s2 = SubtractBorrow(t2, P2, ref borrow);
        ulong s3 = t3 - P3 - borrow;
        bool isLess = (long)s3 < 0;
        Unsafe.SkipInit(out result);
        result.L0 = isLess ? t0 : s0;
        result.L1 = isLess ? t1 : s1;
        result.L2 = isLess ? t2 : s2;
        result.L3 = isLess ? t3 : s3;
    }
}
