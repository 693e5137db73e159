using System.Numerics;
using System.Runtime.CompilerServices;

namespace Weft.Primitives;

// ADDMOD and MULMOD, whose sums and products have more than 256 bits before they are reduced.
public readonly partial struct UInt256
{
    /// <summary>ADDMOD: <c>(a + b) mod m</c> without wrapping in between; zero when m is zero.</summary>
    [MethodImpl(OutOfLine)]
    public static void AddMod(in UInt256 a, in UInt256 b, in UInt256 m, out UInt256 r)
    {
        if (LessThan(a, m) && LessThan(b, m)) AddModReduced(a, b, m, out r);
        else if (m.IsZero) r = default;
        else
        {
            Mod(a, m, out var x);
            Mod(b, m, out var y);
            AddModReduced(x, y, m, out r);
        }
    }

    // Both below m, so the sum is below 2m: one subtraction at most.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddModReduced(in UInt256 a, in UInt256 b, in UInt256 m, out UInt256 r)
    {
        ulong carry = AddCarry(a, b, out var sum);
        ulong borrow = SubtractBorrow(sum, m, out var difference);
        // The difference counts unless it was borrowed from a bit that the sum does not have.
        ulong keep = 0 - (borrow & ~carry);
        r = new(
            difference.U0 ^ ((difference.U0 ^ sum.U0) & keep), difference.U1 ^ ((difference.U1 ^ sum.U1) & keep),
            difference.U2 ^ ((difference.U2 ^ sum.U2) & keep), difference.U3 ^ ((difference.U3 ^ sum.U3) & keep));
    }

    /// <summary>
    /// MULMOD: <c>(a · b) mod m</c> without wrapping in between; zero when m is zero. A modulus that returns on the
    /// same thread is reduced by a reciprocal instead of a division.
    /// </summary>
    [MethodImpl(OutOfLine)]
    public static void MultiplyMod(in UInt256 a, in UInt256 b, in UInt256 m, out UInt256 r)
    {
        if ((a.U2 | a.U3 | b.U2 | b.U3) == 0)
        {
            Multiply(a, b, out var product);
            Mod(product, m, out r);
        }
        else if (m.IsMaxValue) MultiplyModMax(a, b, out r);
        else if (LessThan(b, m)) MultiplyModReduced(a, b, m, out r);
        else if (LessThan(a, m)) MultiplyModReduced(b, a, m, out r);
        else if (m.IsZero) r = default;
        else
        {
            Mod(b, m, out var reduced);
            MultiplyModReduced(a, reduced, m, out r);
        }
    }

    // 2^256 is 1 modulo 2^256 - 1: the upper half counts like the lower. This is how mulDiv libraries ask for the upper
    // half of a product, so it has its own way.
    [MethodImpl(OutOfLine)]
    private static void MultiplyModMax(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        MultiplyFull(a, b, out var low, out var high);
        ulong carry = AddCarry(low, high, out var sum);
        sum += carry;
        r = sum.IsMaxValue ? default : sum;
    }

    // With b < m.
    [MethodImpl(OutOfLine)]
    private static void MultiplyModReduced(in UInt256 a, in UInt256 b, in UInt256 m, out UInt256 r)
    {
        if (Reciprocal.Find(m) is { } reciprocal) reciprocal.MultiplyMod(a, b, out r);
        else MultiplyModByDivision(a, b, m, out r);
    }

    // With b < m, b·2^s < m·2^s <= 2^256 and the upper half of a·b·2^s is less than m·2^s: four quotient limbs.
    [MethodImpl(OutOfLine)]
    private static void MultiplyModByDivision(in UInt256 a, in UInt256 b, in UInt256 m, out UInt256 r)
    {
        int s = 256 - m.BitLength;
        ShiftLeft(b, s, out var shifted);
        ShiftLeft(m, s, out var divisor);
        MultiplyFull(a, shifted, out var low, out var high);
        ReduceByDivision(low, high, divisor, out low);
        ShiftRight(low, s, 0, out r);
    }

    // Remainder of eight limbs by four; high < v, and the top bit of v is set.
    [MethodImpl(OutOfLine)]
    private static void ReduceByDivision(in UInt256 low, in UInt256 high, in UInt256 v, out UInt256 r)
    {
        ulong u6 = high.U2, u5 = high.U1, u4 = high.U0, u3 = low.U3, u2 = low.U2, u1 = low.U1, u0 = low.U0;
        ulong v3 = v.U3, v2 = v.U2, v1 = v.U1, v0 = v.U0;
        Step4(high.U3, ref u6, ref u5, ref u4, ref u3, v3, v2, v1, v0);
        Step4(u6, ref u5, ref u4, ref u3, ref u2, v3, v2, v1, v0);
        Step4(u5, ref u4, ref u3, ref u2, ref u1, v3, v2, v1, v0);
        Step4(u4, ref u3, ref u2, ref u1, ref u0, v3, v2, v1, v0);
        r = new(u0, u1, u2, u3);
    }

    // All 512 bits of a product, one column of limb products after the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyFull(in UInt256 a, in UInt256 b, out UInt256 low, out UInt256 high)
    {
        ulong a0 = a.U0, a1 = a.U1, a2 = a.U2, a3 = a.U3, b0 = b.U0, b1 = b.U1, b2 = b.U2, b3 = b.U3;

        ulong r1 = MultiplyHigh(a0, b0);
        ulong carry = AddTo(ref r1, a0 * b1) + AddTo(ref r1, a1 * b0);

        ulong r2 = MultiplyHigh(a0, b1);
        carry = AddTo(ref r2, carry) + AddTo(ref r2, MultiplyHigh(a1, b0))
            + AddTo(ref r2, a0 * b2) + AddTo(ref r2, a1 * b1) + AddTo(ref r2, a2 * b0);

        ulong r3 = MultiplyHigh(a0, b2);
        carry = AddTo(ref r3, carry) + AddTo(ref r3, MultiplyHigh(a1, b1)) + AddTo(ref r3, MultiplyHigh(a2, b0))
            + AddTo(ref r3, a0 * b3) + AddTo(ref r3, a1 * b2) + AddTo(ref r3, a2 * b1) + AddTo(ref r3, a3 * b0);

        ulong r4 = MultiplyHigh(a0, b3);
        carry = AddTo(ref r4, carry) + AddTo(ref r4, MultiplyHigh(a1, b2)) + AddTo(ref r4, MultiplyHigh(a2, b1))
            + AddTo(ref r4, MultiplyHigh(a3, b0)) + AddTo(ref r4, a1 * b3) + AddTo(ref r4, a2 * b2)
            + AddTo(ref r4, a3 * b1);

        ulong r5 = MultiplyHigh(a1, b3);
        carry = AddTo(ref r5, carry) + AddTo(ref r5, MultiplyHigh(a2, b2)) + AddTo(ref r5, MultiplyHigh(a3, b1))
            + AddTo(ref r5, a2 * b3) + AddTo(ref r5, a3 * b2);

        ulong r6 = MultiplyHigh(a2, b3);
        carry = AddTo(ref r6, carry) + AddTo(ref r6, MultiplyHigh(a3, b2)) + AddTo(ref r6, a3 * b3);

        low = new(a0 * b0, r1, r2, r3);
        high = new(r4, r5, r6, MultiplyHigh(a3, b3) + carry);
    }
}
