using System.Numerics;
using System.Runtime.CompilerServices;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>
/// A pure function of two words; <c>a</c> is the one on top. The result may lie where an operand lies. What needs
/// locals with an address must not be inlined: the handler could not end in a jump any more (a test watches this).
/// </summary>
internal interface IBinaryOperator
{
    static abstract void Apply(in UInt256 a, in UInt256 b, out UInt256 r);
}

/// <summary>A comparison, which a conditional jump can take in.</summary>
internal interface IComparison : IBinaryOperator
{
    static abstract bool Test(in UInt256 a, in UInt256 b);
}

/// <summary>A pure function of one word.</summary>
internal interface IUnaryOperator
{
    static abstract void Apply(in UInt256 a, out UInt256 r);
}

internal readonly struct Add : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.Add(a, b, out r);
}

internal readonly struct Mul : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.Multiply(a, b, out r);
}

internal readonly struct Sub : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.Subtract(a, b, out r);
}

internal readonly struct Div : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.Divide(a, b, out r);
}

internal readonly struct SDiv : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.SignedDivide(a, b, out r);
}

internal readonly struct Mod : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.Mod(a, b, out r);
}

internal readonly struct SMod : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.SignedMod(a, b, out r);
}

internal readonly struct SignExtend : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.SignExtend(a, b, out r);
}

internal readonly struct And : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) =>
        Word.Set(out r, a.U0 & b.U0, a.U1 & b.U1, a.U2 & b.U2, a.U3 & b.U3);
}

internal readonly struct Or : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) =>
        Word.Set(out r, a.U0 | b.U0, a.U1 | b.U1, a.U2 | b.U2, a.U3 | b.U3);
}

internal readonly struct Xor : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) =>
        Word.Set(out r, a.U0 ^ b.U0, a.U1 ^ b.U1, a.U2 ^ b.U2, a.U3 ^ b.U3);
}

internal readonly struct Byte : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.Byte(a, b, out r);
}

internal readonly struct Shl : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.ShiftLeft(b, a, out r);
}

internal readonly struct Shr : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.ShiftRight(b, a, out r);
}

internal readonly struct Sar : IBinaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.ShiftRightArithmetic(b, a, out r);
}

internal readonly struct Lt : IComparison
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Test(in UInt256 a, in UInt256 b) => UInt256.LessThan(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => Word.Set(out r, Test(a, b));
}

internal readonly struct Gt : IComparison
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Test(in UInt256 a, in UInt256 b) => UInt256.LessThan(b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => Word.Set(out r, Test(a, b));
}

internal readonly struct Slt : IComparison
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Test(in UInt256 a, in UInt256 b) => UInt256.SignedLessThan(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => Word.Set(out r, Test(a, b));
}

internal readonly struct Sgt : IComparison
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Test(in UInt256 a, in UInt256 b) => UInt256.SignedLessThan(b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => Word.Set(out r, Test(a, b));
}

internal readonly struct Eq : IComparison
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Test(in UInt256 a, in UInt256 b) =>
        ((a.U0 ^ b.U0) | (a.U1 ^ b.U1) | (a.U2 ^ b.U2) | (a.U3 ^ b.U3)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, in UInt256 b, out UInt256 r) => Word.Set(out r, Test(a, b));
}

internal readonly struct IsZero : IUnaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, out UInt256 r) => Word.Set(out r, (a.U0 | a.U1 | a.U2 | a.U3) == 0);
}

internal readonly struct Not : IUnaryOperator
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(in UInt256 a, out UInt256 r) => Word.Set(out r, ~a.U0, ~a.U1, ~a.U2, ~a.U3);
}

/// <summary>EIP-7939.</summary>
internal readonly struct Clz : IUnaryOperator
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(in UInt256 a, out UInt256 r) => Word.Set(out r, (ulong)(256 - a.BitLength));
}
