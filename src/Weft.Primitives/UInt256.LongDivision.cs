using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Weft.Primitives;

// One quotient limb of a long division. The window u is one limb longer than the normalised divisor v (top bit set)
// and less than v·2^64; what remains of it is left in its lower limbs.
public readonly partial struct UInt256
{
    // Quotient limb of three limbs by two, exact unless u2 = v1 and the window is not below v·2^64 as the upper part of
    // a longer one; then it is 2^64 - 1, and the part of the remainder that exceeds two limbs is returned.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Estimate(ulong u2, ref ulong u1, ref ulong u0, ulong v1, ulong v0, out ulong q)
    {
        Debug.Assert(v1 >> 63 == 1 && u2 <= v1);
        ulong r, top = 0;
        if (u2 < v1) (q, r) = DivideWide(u2, u1, v1);
        else
        {
            // (u2, u1) - (2^64 - 1)·v1 = u1 + v1
            q = ulong.MaxValue;
            r = u1 + v1;
            top = r < v1 ? 1ul : 0;
        }

        ulong product = q * v0;
        ulong high = MultiplyHigh(q, v0) + (u0 < product ? 1ul : 0);
        ulong r0 = u0 - product, r1 = r - high;
        ulong borrow = r < high ? 1ul : 0;

        // Too large by one in about a third of all cases: corrected by mask, for no predictor could know.
        ulong negative = borrow & ~top, mask = 0 - negative, before = r1;
        q += mask;
        r1 += (v1 & mask) + AddTo(ref r0, v0 & mask);
        if (negative != 0 && r1 > before)
        {
            q--;
            r1 += v1 + AddTo(ref r0, v0);
        }
        (u1, u0) = (r1, r0);
        return top & ~borrow;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Step2(ulong u2, ref ulong u1, ref ulong u0, ulong v1, ulong v0)
    {
        Estimate(u2, ref u1, ref u0, v1, v0, out ulong q);
        return q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Step3(ulong u3, ref ulong u2, ref ulong u1, ref ulong u0, ulong v2, ulong v1, ulong v0)
    {
        ulong top = Estimate(u3, ref u2, ref u1, v2, v1, out ulong q);
        ulong taken = SubtractProduct(ref u0, q, v0, 0);
        ulong borrow = SubtractFrom(ref u2, SubtractFrom(ref u1, taken));
        if ((borrow & ~top) != 0)
        {
            q--;
            ulong carry = 0;
            u0 = AddLimb(u0, v0, ref carry);
            u1 = AddLimb(u1, v1, ref carry);
            u2 = AddLimb(u2, v2, ref carry);
        }
        return q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Step4(
        ulong u4, ref ulong u3, ref ulong u2, ref ulong u1, ref ulong u0, ulong v3, ulong v2, ulong v1, ulong v0)
    {
        ulong top = Estimate(u4, ref u3, ref u2, v3, v2, out ulong q);
        Settle4(top, ref u3, ref u2, ref u1, ref u0, v3, v2, v1, v0, ref q);
        return q;
    }

    // Takes the two lower limbs of the divisor into account; the estimate may be one too large, hardly ever is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Settle4(
        ulong top, ref ulong u3, ref ulong u2, ref ulong u1, ref ulong u0,
        ulong v3, ulong v2, ulong v1, ulong v0, ref ulong q)
    {
        ulong taken = SubtractProduct(ref u0, q, v0, 0);
        taken = SubtractProduct(ref u1, q, v1, taken);
        ulong borrow = SubtractFrom(ref u3, SubtractFrom(ref u2, taken));
        if ((borrow & ~top) != 0)
        {
            q--;
            ulong carry = 0;
            u0 = AddLimb(u0, v0, ref carry);
            u1 = AddLimb(u1, v1, ref carry);
            u2 = AddLimb(u2, v2, ref carry);
            u3 = AddLimb(u3, v3, ref carry);
        }
    }

    // u - (q·v + taken): the lower limb in u, what the limb above has to give returned. It is q·v + taken + 1 at most,
    // which with limbs of 2^64 - 1 is 2^128 - 2^64 + 1: the upper limb never overflows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractProduct(ref ulong u, ulong q, ulong v, ulong taken)
    {
        ulong low = q * v, high = MultiplyHigh(q, v);
        high += AddTo(ref low, taken);
        return high + SubtractFrom(ref u, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractFrom(ref ulong u, ulong taken)
    {
        ulong borrow = u < taken ? 1ul : 0;
        u -= taken;
        return borrow;
    }

    /// <summary>Two limbs by one; high is less than the divisor, so that the quotient fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Quotient, ulong Remainder) DivideWide(ulong high, ulong low, ulong divisor)
    {
        Debug.Assert(high < divisor);
#pragma warning disable SYSLIB5004 // X86Base.X64.DivRem is marked as experimental; the machine's div is all we want
        return X86Base.X64.IsSupported
            ? X86Base.X64.DivRem(low, high, divisor)
            : DivideWidePortable(high, low, divisor);
#pragma warning restore SYSLIB5004
    }

    /// <summary>The same in base 2^32, for processors without a 128-bit division.</summary>
    internal static (ulong Quotient, ulong Remainder) DivideWidePortable(ulong high, ulong low, ulong divisor)
    {
        int s = BitOperations.LeadingZeroCount(divisor);
        ulong v = divisor << s, u = ShiftIn(high, low, s), rest = low << s;
        ulong q1 = HalfStep(ref u, rest >> 32, v);
        ulong q0 = HalfStep(ref u, (uint)rest, v);
        return ((q1 << 32) | q0, u >> s);
    }

    // Quotient of (u, next) by v, where next is 32 bits and u < v; the remainder replaces u.
    private static ulong HalfStep(ref ulong u, ulong next, ulong v)
    {
        ulong vHigh = v >> 32, vLow = (uint)v;
        (ulong q, ulong r) = Math.DivRem(u, vHigh);
        while (q >> 32 != 0 || q * vLow > ((r << 32) | next))
        {
            q--;
            r += vHigh;
            if (r >> 32 != 0) break;
        }
        u = ((u << 32) | next) - q * v;
        return q;
    }
}
