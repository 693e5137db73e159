using System.Numerics;
using System.Runtime.CompilerServices;

namespace Weft.Primitives;

// AND, OR, XOR, NOT, BYTE, SIGNEXTEND and the shifts of EIP-145.
public readonly partial struct UInt256
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator &(in UInt256 a, in UInt256 b) =>
        new(a.U0 & b.U0, a.U1 & b.U1, a.U2 & b.U2, a.U3 & b.U3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator |(in UInt256 a, in UInt256 b) =>
        new(a.U0 | b.U0, a.U1 | b.U1, a.U2 | b.U2, a.U3 | b.U3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator ^(in UInt256 a, in UInt256 b) =>
        new(a.U0 ^ b.U0, a.U1 ^ b.U1, a.U2 ^ b.U2, a.U3 ^ b.U3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator ~(in UInt256 a) => new(~a.U0, ~a.U1, ~a.U2, ~a.U3);

    /// <summary>SHL: <c>v · 2^n</c> modulo 2^256; zero when n is 256 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ShiftLeft(in UInt256 v, in UInt256 n, out UInt256 r)
    {
        if (!IsShiftInRange(n)) r = default;
        else ShiftLeft(v, (int)n.U0, out r);
    }

    /// <summary>SHR: <c>v / 2^n</c>; zero when n is 256 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ShiftRight(in UInt256 v, in UInt256 n, out UInt256 r)
    {
        if (!IsShiftInRange(n)) r = default;
        else ShiftRight(v, (int)n.U0, 0, out r);
    }

    /// <summary>SAR: <c>v / 2^n</c> of two's complement, rounded down; 0 or -1 when n is 256 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ShiftRightArithmetic(in UInt256 v, in UInt256 n, out UInt256 r)
    {
        ulong sign = (ulong)((long)v.U3 >> 63);
        if (!IsShiftInRange(n)) r = new(sign, sign, sign, sign);
        else ShiftRight(v, (int)n.U0, sign, out r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsShiftInRange(in UInt256 n) => ((n.U0 >> 8) | n.U1 | n.U2 | n.U3) == 0;

    // n is 0 to 255. The amount is nearly always a constant of the program, so the branch on whole limbs is predicted.
    // "x >> 1 >> (63 - s)" is x >> (64 - s) without the case s = 0, where the machine would shift by 0 instead of 64.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ShiftLeft(in UInt256 v, int n, out UInt256 r)
    {
        ulong v0 = v.U0, v1 = v.U1, v2 = v.U2, v3 = v.U3;
        if ((n & 128) != 0) (v3, v2, v1, v0) = (v1, v0, 0, 0);
        if ((n & 64) != 0) (v3, v2, v1, v0) = (v2, v1, v0, 0);
        int s = n & 63;
        r = new(
            v0 << s,
            (v1 << s) | (v0 >> 1 >> (63 - s)),
            (v2 << s) | (v1 >> 1 >> (63 - s)),
            (v3 << s) | (v2 >> 1 >> (63 - s)));
    }

    // n is 0 to 255; fill is what comes in from above: all zeros, or all ones for a negative number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ShiftRight(in UInt256 v, int n, ulong fill, out UInt256 r)
    {
        ulong v0 = v.U0, v1 = v.U1, v2 = v.U2, v3 = v.U3;
        if ((n & 128) != 0) (v0, v1, v2, v3) = (v2, v3, fill, fill);
        if ((n & 64) != 0) (v0, v1, v2, v3) = (v1, v2, v3, fill);
        int s = n & 63;
        r = new(
            (v0 >> s) | (v1 << 1 << (63 - s)),
            (v1 >> s) | (v2 << 1 << (63 - s)),
            (v2 >> s) | (v3 << 1 << (63 - s)),
            (v3 >> s) | (fill << 1 << (63 - s)));
    }

    /// <summary>Shift by 0 or more bits; everything is gone from 256 on.</summary>
    public static UInt256 operator <<(in UInt256 a, int n) { ShiftLeft(a, (ulong)(uint)n, out var r); return r; }

    /// <summary>Logical shift by 0 or more bits; everything is gone from 256 on.</summary>
    public static UInt256 operator >>(in UInt256 a, int n) { ShiftRight(a, (ulong)(uint)n, out var r); return r; }

    /// <summary>BYTE: byte <paramref name="index"/> counted from the most significant; zero from 32 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Byte(in UInt256 index, in UInt256 v, out UInt256 r)
    {
        if (((index.U0 >> 5) | index.U1 | index.U2 | index.U3) != 0) r = default;
        else
        {
            int position = 31 - (int)index.U0;
            r = new((byte)(LimbAt(v, position >> 3) >> ((position & 7) * 8)), 0, 0, 0);
        }
    }

    /// <summary>
    /// SIGNEXTEND: copies the top bit of byte <paramref name="byteIndex"/>, counted from the least significant, into
    /// all bits above it; nothing changes from 31 on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SignExtend(in UInt256 byteIndex, in UInt256 v, out UInt256 r)
    {
        if (((byteIndex.U0 >> 5) | byteIndex.U1 | byteIndex.U2 | byteIndex.U3) != 0) r = v;
        else SignExtend((int)byteIndex.U0, v, out r);
    }

    private static void SignExtend(int byteIndex, in UInt256 v, out UInt256 r)
    {
        int limb = byteIndex >> 3, unused = 56 - (byteIndex & 7) * 8;
        ulong extended = (ulong)((long)(LimbAt(v, limb) << unused) >> unused);
        ulong sign = (ulong)((long)extended >> 63);
        r = new(
            limb == 0 ? extended : v.U0,
            limb == 1 ? extended : limb < 1 ? sign : v.U1,
            limb == 2 ? extended : limb < 2 ? sign : v.U2,
            limb == 3 ? extended : sign);
    }

    // Safe: the limbs lie one after the other in declaration order, and every caller passes 0 to 3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LimbAt(in UInt256 v, int limb) => Unsafe.Add(ref Unsafe.AsRef(in v.U0), limb);
}
