using System.Numerics;
using System.Runtime.CompilerServices;

namespace Weft.Primitives;

// DIV, MOD, SDIV, SMOD: long division in base 2^64 (Knuth, TAOCP volume 2, 4.3.1 D), unrolled for each length of the
// divisor. A window of the dividend that is one limb longer than the divisor gives one quotient limb at a time.
public readonly partial struct UInt256
{
    /// <summary>DIV: <c>a / b</c> rounded down; zero when b is zero.</summary>
    [MethodImpl(OutOfLine)]
    public static void Divide(in UInt256 a, in UInt256 b, out UInt256 r) =>
        DivideRemainder(a, b, wantRemainder: false, out r, out _);

    /// <summary>MOD: the remainder of <c>a / b</c>; zero when b is zero.</summary>
    [MethodImpl(OutOfLine)]
    public static void Mod(in UInt256 a, in UInt256 b, out UInt256 r) =>
        DivideRemainder(a, b, wantRemainder: true, out _, out r);

    /// <summary>Quotient and remainder at once; both zero when b is zero.</summary>
    [MethodImpl(OutOfLine)]
    public static void DivideRemainder(in UInt256 a, in UInt256 b, out UInt256 quotient, out UInt256 remainder) =>
        DivideRemainder(a, b, wantRemainder: true, out quotient, out remainder);

    /// <summary>SDIV: two's complement, rounded towards zero; zero when b is zero, -2^255 / -1 is -2^255.</summary>
    [MethodImpl(OutOfLine)]
    public static void SignedDivide(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        ulong signs = (a.U3 ^ b.U3) >> 63;
        NegateIf(a.U3 >> 63, a, out var dividend);
        NegateIf(b.U3 >> 63, b, out var divisor);
        Divide(dividend, divisor, out dividend);
        NegateIf(signs, dividend, out r);
    }

    /// <summary>SMOD: two's complement, with the sign of a; zero when b is zero.</summary>
    [MethodImpl(OutOfLine)]
    public static void SignedMod(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        ulong sign = a.U3 >> 63;
        NegateIf(sign, a, out var dividend);
        NegateIf(b.U3 >> 63, b, out var divisor);
        Mod(dividend, divisor, out dividend);
        NegateIf(sign, dividend, out r);
    }

    public static UInt256 operator /(in UInt256 a, in UInt256 b) { Divide(a, b, out var r); return r; }

    public static UInt256 operator %(in UInt256 a, in UInt256 b) { Mod(a, b, out var r); return r; }

    // -v is ~v + 1, and ~v is v xor all ones: with a one or a zero the same steps negate or change nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NegateIf(ulong one, in UInt256 v, out UInt256 r)
    {
        ulong mask = 0 - one, r0 = v.U0 ^ mask, r1 = v.U1 ^ mask, r2 = v.U2 ^ mask;
        ulong carry = AddTo(ref r0, one);
        carry = AddTo(ref r1, carry);
        carry = AddTo(ref r2, carry);
        r = new(r0, r1, r2, (v.U3 ^ mask) + carry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DivideRemainder(
        in UInt256 a, in UInt256 b, bool wantRemainder, out UInt256 quotient, out UInt256 remainder)
    {
        if ((b.U1 | b.U2 | b.U3) == 0)
        {
            if (a.IsUInt64) DivideSmall(a.U0, b.U0, out quotient, out remainder);
            else DivideBy1(a, b.U0, out quotient, out remainder);
        }
        else if (LessThan(a, b)) (quotient, remainder) = (default, a);
        else if (b.U3 != 0) DivideBy4(a, b, wantRemainder, out quotient, out remainder);
        else if (b.U2 != 0) DivideBy3(a, b, out quotient, out remainder);
        else DivideBy2(a, b, out quotient, out remainder);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DivideSmall(ulong a, ulong b, out UInt256 quotient, out UInt256 remainder)
    {
        ulong q = 0, r = 0;
        if (b != 0) (q, r) = Math.DivRem(a, b);
        (quotient, remainder) = (q, r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DivideBy1(in UInt256 a, ulong b, out UInt256 quotient, out UInt256 remainder)
    {
        if (b == 0)
        {
            (quotient, remainder) = (default, default);
            return;
        }
        ulong q3 = 0, q2 = 0, u3 = a.U3, u2 = a.U2, r = 0;
        if (u3 != 0) (q3, r) = Math.DivRem(u3, b);
        if ((u3 | u2) != 0) (q2, r) = DivideWide(r, u2, b);
        (ulong q1, r) = DivideWide(r, a.U1, b);
        (ulong q0, r) = DivideWide(r, a.U0, b);
        (quotient, remainder) = (new(q0, q1, q2, q3), r);
    }

    // The divisors of the following three are shifted left until their top bit is set, the dividends as far: quotients
    // stay the same, remainders are shifted back.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DivideBy2(in UInt256 a, in UInt256 b, out UInt256 quotient, out UInt256 remainder)
    {
        int s = BitOperations.LeadingZeroCount(b.U1);
        ulong v1 = ShiftIn(b.U1, b.U0, s), v0 = b.U0 << s;
        ulong u4 = ShiftIn(0, a.U3, s), u3 = ShiftIn(a.U3, a.U2, s);
        ulong u2 = ShiftIn(a.U2, a.U1, s), u1 = ShiftIn(a.U1, a.U0, s), u0 = a.U0 << s;
        ulong q2 = 0, q1 = 0;
        if ((u4 | u3) != 0)
        {
            q2 = Step2(u4, ref u3, ref u2, v1, v0);
            q1 = Step2(u3, ref u2, ref u1, v1, v0);
        }
        else if (u2 >= v1) q1 = Step2(0, ref u2, ref u1, v1, v0);
        ulong q0 = Step2(u2, ref u1, ref u0, v1, v0);
        quotient = new(q0, q1, q2, 0);
        remainder = new(ShiftOut(u1, u0, s), u1 >> s, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DivideBy3(in UInt256 a, in UInt256 b, out UInt256 quotient, out UInt256 remainder)
    {
        int s = BitOperations.LeadingZeroCount(b.U2);
        ulong v2 = ShiftIn(b.U2, b.U1, s), v1 = ShiftIn(b.U1, b.U0, s), v0 = b.U0 << s;
        ulong u4 = ShiftIn(0, a.U3, s), u3 = ShiftIn(a.U3, a.U2, s);
        ulong u2 = ShiftIn(a.U2, a.U1, s), u1 = ShiftIn(a.U1, a.U0, s), u0 = a.U0 << s;
        ulong q1 = 0;
        if (u4 != 0 || u3 >= v2) q1 = Step3(u4, ref u3, ref u2, ref u1, v2, v1, v0);
        ulong q0 = Step3(u3, ref u2, ref u1, ref u0, v2, v1, v0);
        quotient = new(q0, q1, 0, 0);
        remainder = new(ShiftOut(u1, u0, s), ShiftOut(u2, u1, s), u2 >> s, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DivideBy4(
        in UInt256 a, in UInt256 b, bool wantRemainder, out UInt256 quotient, out UInt256 remainder)
    {
        int s = BitOperations.LeadingZeroCount(b.U3);
        ulong v3 = ShiftIn(b.U3, b.U2, s), v2 = ShiftIn(b.U2, b.U1, s);
        ulong u4 = ShiftIn(0, a.U3, s), u3 = ShiftIn(a.U3, a.U2, s), u2 = ShiftIn(a.U2, a.U1, s);
        ulong v1 = ShiftIn(b.U1, b.U0, s), v0 = b.U0 << s, u1 = ShiftIn(a.U1, a.U0, s), u0 = a.U0 << s;
        ulong top = Estimate(u4, ref u3, ref u2, v3, v2, out ulong q);
        // The two low limbs take less than 2^192 away. A remainder of at least that much in the upper limbs proves
        // the estimate right, and the quotient is known without them.
        if (wantRemainder || u3 == 0) Settle4(top, ref u3, ref u2, ref u1, ref u0, v3, v2, v1, v0, ref q);
        quotient = q;
        remainder = new(ShiftOut(u1, u0, s), ShiftOut(u2, u1, s), ShiftOut(u3, u2, s), u3 >> s);
    }

    // Upper limb of (high, low) · 2^s, for s from 0 to 63.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ShiftIn(ulong high, ulong low, int s) => (high << s) | (low >> 1 >> (63 - s));

    // Lower limb of (high, low) / 2^s, for s from 0 to 63.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ShiftOut(ulong high, ulong low, int s) => (low >> s) | (high << 1 << (63 - s));
}
