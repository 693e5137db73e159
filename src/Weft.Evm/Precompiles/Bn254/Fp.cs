using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using static Weft.Evm.Precompiles.Limbs;

namespace Weft.Evm.Precompiles.Bn254;

/// <summary>
/// An element of the prime field of alt_bn128 (EIP-196) in Montgomery form: the limbs, least significant first, hold
/// a·2^256 mod p, and are always less than p. Results may overwrite operands: every operation reads before it writes.
/// </summary>
/// <remarks>
/// RyuJIT has no add-with-carry, so a carry costs a comparison, and a product costs about 28 ns. What saves time is
/// reducing less: a sum of products is reduced once (<see cref="Dot2"/>, <see cref="Dot6"/>), as in
/// Longa, "Efficient algorithms for large prime characteristic fields and their application to bilinear pairings"
/// (2022).
/// </remarks>
[SkipLocalsInit]
internal partial struct Fp : IEquatable<Fp>
{
    public ulong L0, L1, L2, L3;

    // p, and -1/p mod 2^64.
    internal const ulong P0 = 0x3c208c16d87cfd47, P1 = 0x97816a916871ca8d;
    internal const ulong P2 = 0xb85045b68181585d, P3 = 0x30644e72e131a029;
    private const ulong NegatedInverse = 0x87d20782e4866389;

    public Fp(ulong l0, ulong l1, ulong l2, ulong l3) => (L0, L1, L2, L3) = (l0, l1, l2, l3);

    /// <summary>2^256 mod p.</summary>
    public static Fp One => new(0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c, 0x0e0a77c19a07df2f);

    /// <summary>2^512 mod p: times this, a plain number takes Montgomery form.</summary>
    private static Fp RSquared => new(0xf32cfc5b538afa89, 0xb5e71911d44501fb, 0x47ab1eff0a417ff6, 0x06d89f71cab8351f);

    public readonly bool IsZero => (L0 | L1 | L2 | L3) == 0;

    public readonly bool Equals(Fp other) =>
        ((L0 ^ other.L0) | (L1 ^ other.L1) | (L2 ^ other.L2) | (L3 ^ other.L3)) == 0;

    public override readonly bool Equals(object? obj) => obj is Fp other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(L0, L1, L2, L3);

    // ---- Encoding ----

    public static Fp From(ulong value)
    {
        Multiply(RSquared, new Fp(value, 0, 0, 0), out Fp result);
        return result;
    }

    /// <summary>Reads 32 big-endian bytes; false when the number is not less than p.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Fp value)
    {
        ulong l0 = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
        ulong l1 = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        ulong l2 = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        ulong l3 = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var plain = new Fp(l0, l1, l2, l3);
        Multiply(RSquared, plain, out value);
        return plain.IsLessThanP;
    }

    public readonly void Write(Span<byte> bytes)
    {
        Multiply(this, new Fp(1, 0, 0, 0), out Fp plain);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], plain.L0);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], plain.L1);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], plain.L2);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, plain.L3);
    }

    private readonly bool IsLessThanP =>
        L3 != P3 ? L3 < P3 : L2 != P2 ? L2 < P2 : L1 != P1 ? L1 < P1 : L0 < P0;

    // ---- Sums ----

    public static void Add(in Fp a, in Fp b, out Fp result)
    {
        // Less than 2p, so the top limb does not overflow.
        ulong t0 = a.L0 + b.L0, carry = Bit(t0 < b.L0);
        ulong t1 = AddCarry(a.L1, b.L1, ref carry);
        ulong t2 = AddCarry(a.L2, b.L2, ref carry);
        ReduceOnce(t0, t1, t2, a.L3 + b.L3 + carry, out result);
    }

    public static void Double(in Fp a, out Fp result)
    {
        ReduceOnce(a.L0 << 1, (a.L1 << 1) | (a.L0 >> 63), (a.L2 << 1) | (a.L1 >> 63), (a.L3 << 1) | (a.L2 >> 63),
            out result);
    }

    public static void Subtract(in Fp a, in Fp b, out Fp result)
    {
        ulong t0 = a.L0 - b.L0, borrow = Bit(a.L0 < b.L0);
        ulong t1 = SubtractBorrow(a.L1, b.L1, ref borrow);
        ulong t2 = SubtractBorrow(a.L2, b.L2, ref borrow);
        ulong t3 = a.L3 - b.L3 - borrow;
        // Both are less than 2^254, so a negative difference shows in the top bit; p is added to it.
        ulong mask = (ulong)((long)t3 >> 63);
        ulong m0 = P0 & mask, m1 = P1 & mask, m2 = P2 & mask, m3 = P3 & mask;
        t0 += m0;
        ulong carry = Bit(t0 < m0);
        t1 = AddCarry(t1, m1, ref carry);
        t2 = AddCarry(t2, m2, ref carry);
        result = new Fp(t0, t1, t2, t3 + m3 + carry);
    }

    /// <summary>p - a. For zero that is p itself: an operand for products and sums of products, not a stored
    /// value.</summary>
    public static void NegateLoosely(in Fp a, out Fp result)
    {
        ulong t0 = P0 - a.L0, borrow = Bit(P0 < a.L0);
        ulong t1 = SubtractBorrow(P1, a.L1, ref borrow);
        ulong t2 = SubtractBorrow(P2, a.L2, ref borrow);
        result = new Fp(t0, t1, t2, P3 - a.L3 - borrow);
    }

    public static void Negate(in Fp a, out Fp result) => Subtract(default, a, out result);

    /// <summary>9a + b, what multiplying by the non-residue 9 + u of Fp2 takes. <paramref name="b"/> may be
    /// p.</summary>
    public static void NineTimesPlus(in Fp a, in Fp b, out Fp result)
    {
        ulong t4 = 0;
        ulong t0 = MultiplyAdd(a.L0, 9, b.L0, ref t4);
        ulong t1 = MultiplyAdd(a.L1, 9, b.L1, ref t4);
        ulong t2 = MultiplyAdd(a.L2, 9, b.L2, ref t4);
        ulong t3 = MultiplyAdd(a.L3, 9, b.L3, ref t4);
        // The sum is at most 10p. Its quotient by p, taken from the bits above 2^226 alone, is right or one too small,
        // because 2^226 is far below p.
        ulong quotient = (((t4 << 30) | (t3 >> 34)) * QuotientFactor) >> 60;
        ulong borrow = MultiplyFull(quotient, P0, out ulong low);
        ulong carry = Bit(t0 < low);
        t0 -= low;
        t1 = SubtractProduct(t1, quotient, P1, ref borrow, ref carry);
        t2 = SubtractProduct(t2, quotient, P2, ref borrow, ref carry);
        t3 = t3 - quotient * P3 - borrow - carry;
        ReduceOnce(t0, t1, t2, t3, out result);
    }

    // floor(2^60 · 2^226 / p): rounded down, so that a quotient is never too large.
    private const ulong QuotientFactor = 5680255369;

    // ---- Products ----

    /// <summary>a·b/2^256 mod p. <paramref name="a"/> is at most p; <paramref name="b"/> may be any 256-bit
    /// number.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static unsafe void Multiply(in Fp a, in Fp b, out Fp result)
    {
        if (!MontgomeryX64.IsSupported)
        {
            MultiplyPortable(a, b, out result);
            return;
        }
        // Safe: the code reads and writes exactly one element through each pointer and is called without a transition.
        fixed (Fp* pa = &a, pb = &b, pr = &result) MontgomeryX64.Multiply(pr, pa, pb);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void MultiplyPortable(in Fp a, in Fp b, out Fp result)
    {
        ulong t0, t1, t2, t3, high, carry, m;
        ulong a0 = a.L0, a1 = a.L1, a2 = a.L2, a3 = a.L3;
        ulong v = b.L0;
        high = MultiplyFull(a0, v, out t0);
        m = t0 * NegatedInverse;
        carry = Discard(m, t0);
        t1 = MultiplyAdd(a1, v, ref high);
        t0 = MultiplyAdd(m, P1, t1, ref carry);
        t2 = MultiplyAdd(a2, v, ref high);
        t1 = MultiplyAdd(m, P2, t2, ref carry);
        t3 = MultiplyAdd(a3, v, ref high);
        t2 = MultiplyAdd(m, P3, t3, ref carry);
        t3 = high + carry;
        Row(a0, a1, a2, a3, b.L1, ref t0, ref t1, ref t2, ref t3);
        Row(a0, a1, a2, a3, b.L2, ref t0, ref t1, ref t2, ref t3);
        Row(a0, a1, a2, a3, b.L3, ref t0, ref t1, ref t2, ref t3);
        ReduceOnce(t0, t1, t2, t3, out result);
    }

    /// <summary>The limbs of p and -1/p mod 2^64, for machine code.</summary>
    internal static void WriteConstants(Span<ulong> destination)
    {
        ReadOnlySpan<ulong> constants = [P0, P1, P2, P3, NegatedInverse];
        constants.CopyTo(destination);
    }

    public static void Square(in Fp a, out Fp result) => Multiply(a, a, out result);

    /// <summary>(a·b + c·d)/2^256 mod p with one reduction. Operands are at most p.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Dot2(in Fp a, in Fp b, in Fp c, in Fp d, out Fp result)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0;
        for (int i = 0; i < 4; i++)
        {
            ulong t4 = 0;
            MultiplyAddRow(a, b.Limb(i), ref t0, ref t1, ref t2, ref t3, ref t4);
            MultiplyAddRow(c, d.Limb(i), ref t0, ref t1, ref t2, ref t3, ref t4);
            // After each round t is less than 3p, which fits four limbs.
            ReduceLimb(ref t0, ref t1, ref t2, ref t3, t4);
        }
        ReduceOnce(t0, t1, t2, t3, out result);
    }

    /// <summary>The sum of six products over 2^256 mod p, with one reduction. Operands are at most p.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Dot6(in Fp a, in Fp b, in Fp c, in Fp d, in Fp e, in Fp f, in Fp g, in Fp h, in Fp i, in Fp j,
        in Fp k, in Fp l, out Fp result)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, top = 0;
        for (int limb = 0; limb < 4; limb++)
        {
            // Six products of p and a limb stay below 1.14·2^320: the fifth limb overflows at most once, and only
            // where it takes the last two.
            ulong t4 = top;
            MultiplyAddRow(a, b.Limb(limb), ref t0, ref t1, ref t2, ref t3, ref t4);
            MultiplyAddRow(c, d.Limb(limb), ref t0, ref t1, ref t2, ref t3, ref t4);
            MultiplyAddRow(e, f.Limb(limb), ref t0, ref t1, ref t2, ref t3, ref t4);
            MultiplyAddRow(g, h.Limb(limb), ref t0, ref t1, ref t2, ref t3, ref t4);
            ulong before = t4;
            MultiplyAddRow(i, j.Limb(limb), ref t0, ref t1, ref t2, ref t3, ref t4);
            MultiplyAddRow(k, l.Limb(limb), ref t0, ref t1, ref t2, ref t3, ref t4);
            top = Bit(t4 < before) + ReduceLimb(ref t0, ref t1, ref t2, ref t3, t4);
        }
        // By now less than 6p²/2^256 + p, which is 2.14p.
        ReduceOnce(t0, t1, t2, t3, out result);
        ReduceOnce(result.L0, result.L1, result.L2, result.L3, out result);
    }
}
