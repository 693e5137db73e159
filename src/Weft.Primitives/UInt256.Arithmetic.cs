using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Weft.Primitives;

// ADD, SUB, MUL, EXP. RyuJIT has no add-with-carry, so a carry is the comparison "the sum is smaller than a summand",
// turned into 0 or 1 without a branch. All operands are read before the result is written: it may be one of them.
public readonly partial struct UInt256
{
    /// <summary>ADD: <c>a + b</c> modulo 2^256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(in UInt256 a, in UInt256 b, out UInt256 r) => AddCarry(a, b, out r);

    /// <summary>As <see cref="Add"/>; true when the sum does not fit 256 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AddOverflows(in UInt256 a, in UInt256 b, out UInt256 r) => AddCarry(a, b, out r) != 0;

    /// <summary>SUB: <c>a - b</c> modulo 2^256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(in UInt256 a, in UInt256 b, out UInt256 r) => SubtractBorrow(a, b, out r);

    /// <summary>As <see cref="Subtract"/>; true when b is greater than a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool SubtractUnderflows(in UInt256 a, in UInt256 b, out UInt256 r) =>
        SubtractBorrow(a, b, out r) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddCarry(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        ulong carry = 0;
        ulong r0 = AddLimb(a.U0, b.U0, ref carry);
        ulong r1 = AddLimb(a.U1, b.U1, ref carry);
        ulong r2 = AddLimb(a.U2, b.U2, ref carry);
        ulong r3 = AddLimb(a.U3, b.U3, ref carry);
        r = new(r0, r1, r2, r3);
        return carry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractBorrow(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        ulong borrow = 0;
        ulong r0 = SubtractLimb(a.U0, b.U0, ref borrow);
        ulong r1 = SubtractLimb(a.U1, b.U1, ref borrow);
        ulong r2 = SubtractLimb(a.U2, b.U2, ref borrow);
        ulong r3 = SubtractLimb(a.U3, b.U3, ref borrow);
        r = new(r0, r1, r2, r3);
        return borrow;
    }

    // The two partial sums cannot both overflow, so the carries combine with an or.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddLimb(ulong a, ulong b, ref ulong carry)
    {
        ulong partial = a + b;
        ulong sum = partial + carry;
        carry = (partial < a ? 1ul : 0) | (sum < partial ? 1ul : 0);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractLimb(ulong a, ulong b, ref ulong borrow)
    {
        ulong partial = a - b;
        ulong difference = partial - borrow;
        borrow = (a < b ? 1ul : 0) | (partial < borrow ? 1ul : 0);
        return difference;
    }

    /// <summary>MUL: <c>a · b</c> modulo 2^256.</summary>
    [MethodImpl(OutOfLine)]
    public static void Multiply(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        ulong a0 = a.U0, a1 = a.U1, a2 = a.U2, b0 = b.U0, b1 = b.U1, b2 = b.U2;
        ulong top = a0 * b.U3 + a1 * b2 + a2 * b1 + a.U3 * b0;

        ulong r0 = a0 * b0, r1 = MultiplyHigh(a0, b0);
        ulong carry = AddTo(ref r1, a0 * b1) + AddTo(ref r1, a1 * b0);

        ulong r2 = MultiplyHigh(a0, b1);
        ulong topCarry = AddTo(ref r2, MultiplyHigh(a1, b0)) + AddTo(ref r2, a0 * b2)
            + AddTo(ref r2, a1 * b1) + AddTo(ref r2, a2 * b0) + AddTo(ref r2, carry);

        top += MultiplyHigh(a0, b2) + MultiplyHigh(a1, b1) + MultiplyHigh(a2, b0);
        r = new(r0, r1, r2, top + topCarry);
    }

    /// <summary>As <see cref="Multiply"/>; true when the product does not fit 256 bits.</summary>
    [MethodImpl(OutOfLine)]
    public static bool MultiplyOverflows(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        MultiplyFull(a, b, out r, out var high);
        return !high.IsZero;
    }

    [MethodImpl(OutOfLine)]
    private static void Square(in UInt256 a, out UInt256 r)
    {
        ulong a0 = a.U0, a1 = a.U1, a2 = a.U2;
        ulong top = ((a0 * a.U3 + a1 * a2) << 1) + MultiplyHigh(a1, a1);

        // 2·a0·a1 and 2·a0·a2, doubled as one number of three limbs
        ulong low01 = a0 * a1, high01 = MultiplyHigh(a0, a1), low02 = a0 * a2;
        top += (MultiplyHigh(a0, a2) + AddTo(ref low02, high01)) << 1;
        top += low02 >> 63;
        ulong r2 = (low02 << 1) | (low01 >> 63), r1 = low01 << 1;

        ulong carry = AddTo(ref r1, MultiplyHigh(a0, a0));
        top += AddTo(ref r2, a1 * a1) + AddTo(ref r2, carry);
        r = new(a0 * a0, r1, r2, top);
    }

    /// <summary>EXP: <c>a^e</c> modulo 2^256, where 0^0 is 1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Exp(in UInt256 a, in UInt256 e, out UInt256 r)
    {
        if (e.IsZero) r = One;
        else if (IsEvenPowerZero(a, e)) r = default;
        else if (e.IsUInt64) ExpSmall(a, e.U0, out r);
        else ExpLarge(a, e, out r);
    }

    // An even number has at least one factor of two, its power e times as many; 256 of them leave nothing.
    private static bool IsEvenPowerZero(in UInt256 a, in UInt256 e)
    {
        if ((a.U0 & 1) != 0) return false;
        if (a.IsZero || e.U0 >= 256 || !e.IsUInt64) return true;
        return (ulong)TrailingZeroCount(a) * e.U0 >= 256;
    }

    private static int TrailingZeroCount(in UInt256 a)
    {
        if (a.U0 != 0) return BitOperations.TrailingZeroCount(a.U0);
        if (a.U1 != 0) return 64 + BitOperations.TrailingZeroCount(a.U1);
        return a.U2 != 0 ? 128 + BitOperations.TrailingZeroCount(a.U2) : 192 + BitOperations.TrailingZeroCount(a.U3);
    }

    [MethodImpl(OutOfLine)]
    private static void ExpSmall(in UInt256 a, ulong e, out UInt256 r)
    {
        if ((a & (a - 1)).IsZero) ShiftLeft(One, TrailingZeroCount(a) * (int)e, out r);
        else if (a.IsUInt64) ExpSmallBase(a.U0, e, out r);
        else
        {
            UInt256 b = a, result = a;
            for (int bit = 62 - BitOperations.LeadingZeroCount(e); bit >= 0; bit--)
            {
                Square(result, out result);
                if (((e >> bit) & 1) != 0) Multiply(result, b, out result);
            }
            r = result;
        }
    }

    // Powers of ten, most of all: they often stay in one limb.
    [MethodImpl(OutOfLine)]
    private static void ExpSmallBase(ulong a, ulong e, out UInt256 r)
    {
        ulong small = a;
        int bit = 62 - BitOperations.LeadingZeroCount(e);
        for (; bit >= 0 && small >> 32 == 0; bit--)
        {
            ulong square = small * small, factor = ((e >> bit) & 1) != 0 ? a : 1;
            if (MultiplyHigh(square, factor) != 0) break;
            small = square * factor;
        }
        UInt256 result = small;
        for (; bit >= 0; bit--)
        {
            Square(result, out result);
            if (((e >> bit) & 1) != 0) Multiply(result, a, out result);
        }
        r = result;
    }

    // Four bits of the exponent at a time, all of them multiplied, also by one: no branch depends on its bits.
    [MethodImpl(OutOfLine)]
    private static void ExpLarge(in UInt256 a, in UInt256 e, out UInt256 r)
    {
        Span<UInt256> powers = stackalloc UInt256[16];
        powers[0] = One;
        for (int i = 1; i < 16; i++) Multiply(powers[i - 1], a, out powers[i]);
        int digit = (e.BitLength - 1) / 4;
        var result = powers[DigitAt(e, digit)];
        while (--digit >= 0)
        {
            Square(result, out result);
            Square(result, out result);
            Square(result, out result);
            Square(result, out result);
            Multiply(result, powers[DigitAt(e, digit)], out result);
        }
        r = result;
    }

    private static int DigitAt(in UInt256 e, int digit) => (int)(LimbAt(e, digit >> 4) >> ((digit & 15) * 4)) & 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddTo(ref ulong sum, ulong summand)
    {
        sum += summand;
        return sum < summand ? 1ul : 0;
    }

    // Taking the low half from a second, plain multiplication is cheaper
    // than the stack slot through which mulx would hand it over.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyHigh(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator +(in UInt256 a, in UInt256 b) { Add(a, b, out var r); return r; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator -(in UInt256 a, in UInt256 b) { Subtract(a, b, out var r); return r; }

    public static UInt256 operator *(in UInt256 a, in UInt256 b) { Multiply(a, b, out var r); return r; }
}
