using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Primitives;

/// <summary>
/// A 256-bit machine word of the EVM (Yellow Paper, section 9.1), unsigned unless an operation says otherwise.
/// Four 64-bit limbs in little-endian order: the value is U0 + U1·2^64 + U2·2^128 + U3·2^192.
/// All arithmetic wraps modulo 2^256.
/// </summary>
// No method reads a local or a stack buffer before it has written it; clearing them first costs stores.
[SkipLocalsInit]
[StructLayout(LayoutKind.Sequential)]
public readonly partial struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>
{
    // What is too long to repeat at every call. Profiles of the first calls would lay these methods out for the
    // operands of those, and cost up to a third for others; nor should the first calls run unoptimised.
    private const MethodImplOptions OutOfLine = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>The limbs, least significant first.</summary>
    public readonly ulong U0, U1, U2, U3;

    public UInt256(ulong u0, ulong u1, ulong u2, ulong u3) => (U0, U1, U2, U3) = (u0, u1, u2, u3);

    public static UInt256 Zero => default;
    public static UInt256 One => new(1, 0, 0, 0);
    public static UInt256 MaxValue => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    public bool IsZero => (U0 | U1 | U2 | U3) == 0;

    /// <summary>True when the value fits 64 bits.</summary>
    public bool IsUInt64 => (U1 | U2 | U3) == 0;

    public static implicit operator UInt256(ulong value) => new(value, 0, 0, 0);

    public bool Equals(UInt256 other) =>
        ((U0 ^ other.U0) | (U1 ^ other.U1) | (U2 ^ other.U2) | (U3 ^ other.U3)) == 0;

    public override bool Equals(object? obj) => obj is UInt256 other && Equals(other);

    public override int GetHashCode() => LocationHash.Of(this);

    public int CompareTo(UInt256 other) => LessThan(this, other) ? -1 : Equals(other) ? 0 : 1;
}
