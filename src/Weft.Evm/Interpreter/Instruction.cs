using Weft.Primitives;

namespace Weft.Evm.Interpreter;

/// <summary>Why a handler chain came back to the machine: a <see cref="Halt"/>, or that another frame is to
/// run.</summary>
internal enum Exit
{
    /// <summary>Values below are those of <see cref="Halt"/>.</summary>
    LastHalt = (int)Halt.NonceOverflow,

    /// <summary>The machine's current frame has changed; resume that one.</summary>
    SwitchFrame,
}

/// <summary>
/// One cell of an analysed program: what to do and one operand. Each handler ends by calling the handler of the cell
/// that follows, as its last act and with the same signature, which RyuJIT turns into a jump: so pc, stack pointer
/// and gas live in registers from block to block and there is no dispatch loop (docs/decisions/0001).
/// A handler may therefore not take the address of a local, or the call would stop being a jump.
/// </summary>
/// <remarks>
/// <paramref name="sp"/> points at the top word. Cells and constants live in memory that the frame's program
/// keeps alive, hence the raw pointers.
/// </remarks>
internal unsafe struct Instruction
{
    public delegate*<Instruction*, UInt256*, long, Frame, Exit> Handler;

    /// <summary>A number, a pointer to a constant (48 bits) with a stack depth above it, or what a block
    /// demands.</summary>
    public ulong Immediate;
}
