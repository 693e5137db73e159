using System.Numerics;
using System.Runtime.CompilerServices;

namespace Weft.Primitives;

// LT, GT, SLT, SGT, EQ and the lengths that gas and division ask for.
public readonly partial struct UInt256
{
    /// <summary>LT: unsigned <c>a &lt; b</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LessThan(in UInt256 a, in UInt256 b)
    {
        if (a.U3 != b.U3) return a.U3 < b.U3;
        if (a.U2 != b.U2) return a.U2 < b.U2;
        if (a.U1 != b.U1) return a.U1 < b.U1;
        return a.U0 < b.U0;
    }

    /// <summary>SLT: <c>a &lt; b</c> with both read as two's complement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool SignedLessThan(in UInt256 a, in UInt256 b)
    {
        if (a.U3 != b.U3) return (long)a.U3 < (long)b.U3;
        if (a.U2 != b.U2) return a.U2 < b.U2;
        if (a.U1 != b.U1) return a.U1 < b.U1;
        return a.U0 < b.U0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator <(in UInt256 a, in UInt256 b) => LessThan(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator >(in UInt256 a, in UInt256 b) => LessThan(b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator <=(in UInt256 a, in UInt256 b) => !LessThan(b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator >=(in UInt256 a, in UInt256 b) => !LessThan(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator ==(in UInt256 a, in UInt256 b) =>
        ((a.U0 ^ b.U0) | (a.U1 ^ b.U1) | (a.U2 ^ b.U2) | (a.U3 ^ b.U3)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator !=(in UInt256 a, in UInt256 b) => !(a == b);

    /// <summary>Number of significant bits, 0 for zero.</summary>
    public int BitLength
    {
        get
        {
            if (U3 != 0) return 256 - BitOperations.LeadingZeroCount(U3);
            if (U2 != 0) return 192 - BitOperations.LeadingZeroCount(U2);
            if (U1 != 0) return 128 - BitOperations.LeadingZeroCount(U1);
            return 64 - BitOperations.LeadingZeroCount(U0);
        }
    }

    /// <summary>Number of significant bytes, 0 for zero: what EXP pays for.</summary>
    public int ByteLength => (BitLength + 7) / 8;

    private bool IsMaxValue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (U0 & U1 & U2 & U3) == ulong.MaxValue;
    }
}
