using System.Runtime.CompilerServices;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>
/// Where a fused instruction finds an operand. PUSH and DUP before an instruction need not move words: the instruction
/// reads the constant or the deeper word in place. Modes are type arguments, so that each form compiles to straight
/// code.
/// </summary>
internal unsafe interface IOperand
{
    /// <summary>1 when the operand is taken off the stack.</summary>
    static abstract int Pops { get; }

    /// <summary>The operand's address. A word on top is at <paramref name="sp"/>; a copy is counted from the top
    /// before the instruction, so the second operand is located from sp - (pops of the first) only when it is itself
    /// taken off.</summary>
    static abstract UInt256* Locate(ulong immediate, UInt256* sp);
}

/// <summary>The word on top, taken off.</summary>
internal readonly unsafe struct Top : IOperand
{
    public static int Pops => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256* Locate(ulong immediate, UInt256* sp) => sp;
}

/// <summary>PUSHn: a constant; its address is the low 48 bits of the immediate.</summary>
internal readonly unsafe struct Constant : IOperand
{
    public const int AddressBits = 48;

    public static int Pops => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256* Locate(ulong immediate, UInt256* sp) => (UInt256*)(immediate & ((1ul << AddressBits) - 1));
}

/// <summary>DUPn: a word that stays; bits 48 to 63 are its distance from the top in bytes.</summary>
internal readonly unsafe struct Copy : IOperand
{
    public static int Pops => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256* Locate(ulong immediate, UInt256* sp) => (UInt256*)((byte*)sp - (immediate >> 48));
}

/// <summary>As <see cref="Copy"/>, for the second of two: bits 32 to 47.</summary>
internal readonly unsafe struct SecondCopy : IOperand
{
    public static int Pops => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256* Locate(ulong immediate, UInt256* sp) =>
        (UInt256*)((byte*)sp - ((immediate >> 32) & 0xffff));
}
