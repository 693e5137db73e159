using System.Runtime.CompilerServices;
using Weft.Primitives;
using static Weft.Evm.Precompiles.Limbs;

namespace Weft.Evm.Precompiles.P256;

/// <summary>
/// An element of the field of secp256r1 in Montgomery form: a·2^256 mod p, always less than p. Results may overwrite
/// operands. The shape of p = 2^256 - 2^224 + 2^192 + 2^96 - 1 makes reducing a matter of shifts.
/// </summary>
[SkipLocalsInit]
internal struct P256Element : IEquatable<P256Element>
{
    public ulong L0, L1, L2, L3;

    private const ulong P0 = 0xffffffffffffffff, P1 = 0x00000000ffffffff, P2 = 0, P3 = 0xffffffff00000001;

    public P256Element(ulong l0, ulong l1, ulong l2, ulong l3) => (L0, L1, L2, L3) = (l0, l1, l2, l3);

    /// <summary>p.</summary>
    public static UInt256 Modulus => new(P0, P1, P2, P3);

    /// <summary>2^256 mod p.</summary>
    public static P256Element One => new(1, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000fffffffe);

    /// <summary>2^512 mod p: times this, a plain number takes Montgomery form.</summary>
    private static P256Element RSquared => new(3, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x00000004fffffffd);

    public readonly bool IsZero => (L0 | L1 | L2 | L3) == 0;

    public readonly bool Equals(P256Element other) =>
        ((L0 ^ other.L0) | (L1 ^ other.L1) | (L2 ^ other.L2) | (L3 ^ other.L3)) == 0;

    public override readonly bool Equals(object? obj) => obj is P256Element other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(L0, L1, L2, L3);

    /// <summary>From a number less than p.</summary>
    public static void From(in UInt256 value, out P256Element result) =>
        Multiply(new P256Element(value.U0, value.U1, value.U2, value.U3), RSquared, out result);

    public readonly UInt256 ToPlain()
    {
        Multiply(this, new P256Element(1, 0, 0, 0), out P256Element plain);
        return new(plain.L0, plain.L1, plain.L2, plain.L3);
    }

    public static void Add(in P256Element a, in P256Element b, out P256Element result)
    {
        ulong carry = 0;
        ulong t0 = AddCarry(a.L0, b.L0, ref carry);
        ulong t1 = AddCarry(a.L1, b.L1, ref carry);
        ulong t2 = AddCarry(a.L2, b.L2, ref carry);
        ulong t3 = AddCarry(a.L3, b.L3, ref carry);
        ReduceOnce(t0, t1, t2, t3, carry, out result);
    }

    public static void Double(in P256Element a, out P256Element result) => Add(a, a, out result);

    public static void Subtract(in P256Element a, in P256Element b, out P256Element result)
    {
        ulong borrow = 0;
        ulong t0 = SubtractBorrow(a.L0, b.L0, ref borrow);
        ulong t1 = SubtractBorrow(a.L1, b.L1, ref borrow);
        ulong t2 = SubtractBorrow(a.L2, b.L2, ref borrow);
        ulong t3 = SubtractBorrow(a.L3, b.L3, ref borrow);
        // A negative difference gets p added; the carry out of that undoes the borrow.
        ulong mask = 0 - borrow, carry = 0;
        t0 = AddCarry(t0, P0 & mask, ref carry);
        t1 = AddCarry(t1, P1 & mask, ref carry);
        t2 = AddCarry(t2, P2, ref carry);
        result = new P256Element(t0, t1, t2, t3 + (P3 & mask) + carry);
    }

    public static void Square(in P256Element a, out P256Element result) => Multiply(a, a, out result);

    /// <summary>a·b/2^256 mod p.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Multiply(in P256Element a, in P256Element b, out P256Element result)
    {
        ulong t4 = 0, t5 = 0, t6 = 0, t7 = 0;
        ulong v = b.L0;
        ulong t0 = MultiplyAdd(a.L0, v, ref t4);
        ulong t1 = MultiplyAdd(a.L1, v, ref t4);
        ulong t2 = MultiplyAdd(a.L2, v, ref t4);
        ulong t3 = MultiplyAdd(a.L3, v, ref t4);
        v = b.L1;
        t1 = MultiplyAdd(a.L0, v, t1, ref t5);
        t2 = MultiplyAdd(a.L1, v, t2, ref t5);
        t3 = MultiplyAdd(a.L2, v, t3, ref t5);
        t4 = MultiplyAdd(a.L3, v, t4, ref t5);
        v = b.L2;
        t2 = MultiplyAdd(a.L0, v, t2, ref t6);
        t3 = MultiplyAdd(a.L1, v, t3, ref t6);
        t4 = MultiplyAdd(a.L2, v, t4, ref t6);
        t5 = MultiplyAdd(a.L3, v, t5, ref t6);
        v = b.L3;
        t3 = MultiplyAdd(a.L0, v, t3, ref t7);
        t4 = MultiplyAdd(a.L1, v, t4, ref t7);
        t5 = MultiplyAdd(a.L2, v, t5, ref t7);
        t6 = MultiplyAdd(a.L3, v, t6, ref t7);

        ulong carry = 0;
        ReduceLimb(t0, ref t1, ref t2, ref t3, ref t4, ref carry);
        ReduceLimb(t1, ref t2, ref t3, ref t4, ref t5, ref carry);
        ReduceLimb(t2, ref t3, ref t4, ref t5, ref t6, ref carry);
        ReduceLimb(t3, ref t4, ref t5, ref t6, ref t7, ref carry);
        ReduceOnce(t4, t5, t6, t7, carry, out result);
    }

    /// <summary>
    /// Adds m·p to the number whose lowest limb is m. This clears that limb, since p is -1 mod 2^64. Of the four limbs
    /// above, the lower two get m·2^32 and the upper two m·(2^64 - 2^32 + 1). <paramref name="carry"/> goes into the
    /// last limb, and comes out of it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceLimb(ulong m, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4, ref ulong carry)
    {
        ulong shifted = m << 32;
        // The upper limb is at most 2^64 - 2^32, so the carry fits.
        ulong upper = m - (m >> 32) - Bit(m < shifted) + carry;
        carry = 0;
        t1 = AddCarry(t1, shifted, ref carry);
        t2 = AddCarry(t2, m >> 32, ref carry);
        t3 = AddCarry(t3, m - shifted, ref carry);
        t4 = AddCarry(t4, upper, ref carry);
    }

    /// <summary>t, or t - p when that is not negative, for t = carry·2^256 + … less than 2p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReduceOnce(ulong t0, ulong t1, ulong t2, ulong t3, ulong carry, out P256Element result)
    {
        ulong borrow = 0;
        ulong s0 = SubtractBorrow(t0, P0, ref borrow);
        ulong s1 = SubtractBorrow(t1, P1, ref borrow);
        ulong s2 = SubtractBorrow(t2, P2, ref borrow);
        ulong s3 = SubtractBorrow(t3, P3, ref borrow);
        bool isLess = borrow > carry;
        Unsafe.SkipInit(out result);
        result.L0 = isLess ? t0 : s0;
        result.L1 = isLess ? t1 : s1;
        result.L2 = isLess ? t2 : s2;
        result.L3 = isLess ? t3 : s3;
    }
}
