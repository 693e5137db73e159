using System.Numerics;
using System.Runtime.CompilerServices;

namespace Weft.Primitives;

// ADDMOD and MULMOD, whose sums and products have more than 256 bits before they are reduced.
public readonly partial struct UInt256
{
    /// <summary>ADDMOD: <c>(a + b) mod m</c> without wrapping in between; zero when m is zero.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
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
    [MethodImpl(MethodImplOptions.NoInlining)]
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
    private static void MultiplyModMax(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        MultiplyFull(a, b, out var low, out var high);
        ulong carry = AddCarry(low, high, out var sum);
        sum += carry;
        r = sum.IsMaxValue ? default : sum;
    }

    // With b < m, b·2^s < m·2^s <= 2^256 and the upper half of a·b·2^s is less than m·2^s: four quotient limbs.
    private static void MultiplyModReduced(in UInt256 a, in UInt256 b, in UInt256 m, out UInt256 r)
    {
        ref var memo = ref Reciprocal.Of(m);
        int s = memo.Shift;
        ShiftLeft(b, s, out var shifted);
        MultiplyFull(a, shifted, out var low, out var high);
        if (memo.IsKnown) memo.Reduce(low, high, out low);
        else ReduceByDivision(low, high, memo.Divisor, out low);
        ShiftRight(low, s, 0, out r);
    }

    // Remainder of eight limbs by four; high < v, and the top bit of v is set.
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

    // Quotient of the same division.
    private static void DivideFull(in UInt256 low, in UInt256 high, in UInt256 v, out UInt256 quotient)
    {
        ulong u6 = high.U2, u5 = high.U1, u4 = high.U0, u3 = low.U3, u2 = low.U2, u1 = low.U1, u0 = low.U0;
        ulong v3 = v.U3, v2 = v.U2, v1 = v.U1, v0 = v.U0;
        ulong q3 = Step4(high.U3, ref u6, ref u5, ref u4, ref u3, v3, v2, v1, v0);
        ulong q2 = Step4(u6, ref u5, ref u4, ref u3, ref u2, v3, v2, v1, v0);
        ulong q1 = Step4(u5, ref u4, ref u3, ref u2, ref u1, v3, v2, v1, v0);
        ulong q0 = Step4(u4, ref u3, ref u2, ref u1, ref u0, v3, v2, v1, v0);
        quotient = new(q0, q1, q2, q3);
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

    /// <summary>
    /// The last modulus of a thread, ready to divide by. Contracts that compute in a prime field use the same one
    /// millions of times. From its second use on, division by it becomes two multiplications: with d the modulus shifted
    /// left until its top bit is set, and v = (2^512 - 1) / d - 2^256 (Möller and Granlund, "Improved division by
    /// invariant integers", with limbs of 256 bits).
    /// </summary>
    /// <remarks>Only remembers a pure function, so results never depend on it. One per thread: nothing is shared.</remarks>
    private struct Reciprocal
    {
        [ThreadStatic]
        private static Reciprocal _last;

        private const ulong Slack = 16;

        private UInt256 _modulus;
        private UInt256 _value;

        /// <summary>The modulus times 2^<see cref="Shift"/>, at least 2^255.</summary>
        public UInt256 Divisor;
        public int Shift;
        public bool IsKnown;

        /// <summary>m is not zero.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ref Reciprocal Of(in UInt256 m)
        {
            ref var last = ref _last;
            if (last._modulus != m) last.Start(m);
            else if (!last.IsKnown) last.Compute();
            return ref last;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Start(in UInt256 m)
        {
            _modulus = m;
            Shift = 256 - m.BitLength;
            ShiftLeft(m, Shift, out Divisor);
            IsKnown = false;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Compute()
        {
            DivideFull(MaxValue, ~Divisor, Divisor, out _value);
            IsKnown = true;
        }

        /// <summary>Remainder of (high, low) by the divisor; high is less than it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Reduce(in UInt256 low, in UInt256 high, out UInt256 r)
        {
            // The quotient is the upper half of value·high + (high, low), or one more. fraction is the limb below it.
            // The columns under that are left out: they could add no more than Slack to it.
            ulong fraction = EstimateQuotient(low.U3, high, out var quotient);
            Multiply(quotient, Divisor, out var product);
            Subtract(low, product, out var rest);
            // One too many for random input every other time, and then r is below zero, that is above the fraction.
            ulong distance = rest.U3 - fraction;
            if (distance + Slack <= 2 * Slack || fraction > ulong.MaxValue - Slack)
            {
                ReduceByDivision(low, high, Divisor, out r);
                return;
            }
            ulong mask = rest.U3 > fraction ? ulong.MaxValue : 0;
            Add(rest, new(Divisor.U0 & mask, Divisor.U1 & mask, Divisor.U2 & mask, Divisor.U3 & mask), out rest);
            if (LessThan(rest, Divisor)) r = rest;
            else Subtract(rest, Divisor, out r);
        }

        // Column sums; "carry" counts what overflows into the next column.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly ulong EstimateQuotient(ulong below, in UInt256 u, out UInt256 quotient)
        {
            ulong u0 = u.U0, u1 = u.U1, u2 = u.U2, u3 = u.U3;
            ulong v0 = _value.U0, v1 = _value.U1, v2 = _value.U2, v3 = _value.U3;

            ulong fraction = below;
            ulong carry = AddTo(ref fraction, MultiplyHigh(u0, v2)) + AddTo(ref fraction, MultiplyHigh(u1, v1))
                + AddTo(ref fraction, MultiplyHigh(u2, v0)) + AddTo(ref fraction, u0 * v3)
                + AddTo(ref fraction, u1 * v2) + AddTo(ref fraction, u2 * v1) + AddTo(ref fraction, u3 * v0);

            ulong q0 = u0;
            carry = AddTo(ref q0, carry + 1) + AddTo(ref q0, MultiplyHigh(u0, v3)) + AddTo(ref q0, MultiplyHigh(u1, v2))
                + AddTo(ref q0, MultiplyHigh(u2, v1)) + AddTo(ref q0, MultiplyHigh(u3, v0))
                + AddTo(ref q0, u1 * v3) + AddTo(ref q0, u2 * v2) + AddTo(ref q0, u3 * v1);

            ulong q1 = u1;
            carry = AddTo(ref q1, carry) + AddTo(ref q1, MultiplyHigh(u1, v3)) + AddTo(ref q1, MultiplyHigh(u2, v2))
                + AddTo(ref q1, MultiplyHigh(u3, v1)) + AddTo(ref q1, u2 * v3) + AddTo(ref q1, u3 * v2);

            ulong q2 = u2;
            carry = AddTo(ref q2, carry) + AddTo(ref q2, MultiplyHigh(u2, v3)) + AddTo(ref q2, MultiplyHigh(u3, v2))
                + AddTo(ref q2, u3 * v3);

            quotient = new(q0, q1, q2, u3 + MultiplyHigh(u3, v3) + carry);
            return fraction;
        }
    }
}
