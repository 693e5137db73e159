using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Weft.Evm.Precompiles;

/// <summary>Steps on 64-bit limbs that long numbers are calculated with. RyuJIT has no add-with-carry: a carry is a
/// comparison.</summary>
internal static class Limbs
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bit(bool condition) => condition ? 1ul : 0ul;

    /// <summary>Both limbs of a·b. Math.BigMul passes the lower one through memory, which costs more than a second
    /// multiplication.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyFull(ulong a, ulong b, out ulong low)
    {
        low = a * b;
        return MultiplyHigh(a, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyHigh(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b, overflow = Bit(sum < b);
        sum += carry;
        carry = overflow | Bit(sum < carry);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b, underflow = Bit(a < b);
        underflow |= Bit(difference < borrow);
        difference -= borrow;
        borrow = underflow;
        return difference;
    }

    /// <summary>The low limb of a·b + addend + high, which never exceeds 128 bits; the other limb becomes
    /// high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ref ulong high)
    {
        ulong upper = MultiplyFull(a, b, out ulong low);
        low += addend;
        upper += Bit(low < addend);
        low += high;
        upper += Bit(low < high);
        high = upper;
        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAdd(ulong a, ulong b, ref ulong high)
    {
        ulong upper = MultiplyFull(a, b, out ulong low);
        low += high;
        high = upper + Bit(low < high);
        return low;
    }
}
