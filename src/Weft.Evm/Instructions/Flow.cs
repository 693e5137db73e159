using System.Runtime.CompilerServices;
using Weft.Evm.Analysis;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>
/// Blocks, jumps and ends. The cell that opens a block demands gas and stack for all of it at once (immediate: gas in
/// bits 0 to 31, bytes of stack needed in 32 to 47, bytes by which it grows in 48 to 63). Jumps settle the demand of
/// their target themselves and go on behind it.
/// </summary>
internal static unsafe class Flow
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    private const long StackBytes = 1024 * 32;

    [MethodImpl(Hot)]
    public static Exit Block(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        if (Refuses(ip, sp, gas, frame)) return Refusal(ip, sp, gas, frame);
        return ip[1].Handler(ip + 1, sp, gas - (uint)ip->Immediate, frame);
    }

    /// <summary>One branch for three limits: each difference is negative when its limit is broken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Refuses(Instruction* block, UInt256* sp, long gas, Frame frame)
    {
        ulong demand = block->Immediate;
        long used = (byte*)sp - (byte*)frame.StackBottom;
        long needed = (long)((demand >> 32) & 0xffff), growth = (long)(demand >> 48);
        return ((gas - (uint)demand) | (used - needed) | (StackBytes - used - growth)) < 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Exit Refusal(Instruction* block, UInt256* sp, long gas, Frame frame)
    {
        long used = (byte*)sp - (byte*)frame.StackBottom;
        if (used < (long)((block->Immediate >> 32) & 0xffff)) return (Exit)Halt.StackUnderflow;
        return (Exit)(gas < (uint)block->Immediate ? Halt.OutOfGas : Halt.StackOverflow);
    }

    /// <summary>Behind a second entry into a block: on to the block's instructions, whose demand has been
    /// met.</summary>
    [MethodImpl(Hot)]
    public static Exit Goto(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        var target = (Instruction*)ip->Immediate;
        return target->Handler(target, sp, gas, frame);
    }

    /// <summary>PUSH and JUMP; the immediate is the target's block.</summary>
    [MethodImpl(Hot)]
    public static Exit JumpTo(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        var target = (Instruction*)ip->Immediate;
        if (Refuses(target, sp, gas, frame)) return Refusal(target, sp, gas, frame);
        return target[1].Handler(target + 1, sp, gas - (uint)target->Immediate, frame);
    }

    /// <summary>A comparison, PUSH and JUMPI; the target's block is the second cell's immediate, the block that follows
    /// is the third cell.</summary>
    [MethodImpl(Hot)]
    public static Exit JumpIf<TComparison, TA, TB, TNegated>(Instruction* ip, UInt256* sp, long gas, Frame frame)
        where TComparison : struct, IComparison where TA : struct, IOperand where TB : struct, IOperand
        where TNegated : struct
    {
        UInt256* a = TA.Locate(ip->Immediate, sp);
        UInt256* b = TB.Locate(ip->Immediate, sp - TA.Pops * TB.Pops);
        sp -= TA.Pops + TB.Pops;
        bool taken = TComparison.Test(in *a, in *b) != (typeof(TNegated) == typeof(Negated));
        Instruction* target = taken ? (Instruction*)ip[1].Immediate : ip + 2;
        if (Refuses(target, sp, gas, frame)) return Refusal(target, sp, gas, frame);
        return target[1].Handler(target + 1, sp, gas - (uint)target->Immediate, frame);
    }

    /// <summary>As <see cref="JumpIf{TComparison,TA,TB,TNegated}"/> with a word that is or, negated, is not
    /// zero.</summary>
    [MethodImpl(Hot)]
    public static Exit JumpIfNonZero<TA, TNegated>(Instruction* ip, UInt256* sp, long gas, Frame frame)
        where TA : struct, IOperand where TNegated : struct
    {
        UInt256* a = TA.Locate(ip->Immediate, sp);
        sp -= TA.Pops;
        bool taken = ((a->U0 | a->U1 | a->U2 | a->U3) != 0) != (typeof(TNegated) == typeof(Negated));
        Instruction* target = taken ? (Instruction*)ip[1].Immediate : ip + 2;
        if (Refuses(target, sp, gas, frame)) return Refusal(target, sp, gas, frame);
        return target[1].Handler(target + 1, sp, gas - (uint)target->Immediate, frame);
    }

    [MethodImpl(Hot)]
    public static Exit Jump(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        Instruction* target = Target(sp, frame);
        if (target == null) return (Exit)Halt.InvalidJump;
        if (Refuses(target, sp - 1, gas, frame)) return Refusal(target, sp - 1, gas, frame);
        return target[1].Handler(target + 1, sp - 1, gas - (uint)target->Immediate, frame);
    }

    [MethodImpl(Hot)]
    public static Exit JumpI(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        Instruction* target = sp[-1].IsZero ? ip + 1 : Target(sp, frame);
        if (target == null) return (Exit)Halt.InvalidJump;
        if (Refuses(target, sp - 2, gas, frame)) return Refusal(target, sp - 2, gas, frame);
        return target[1].Handler(target + 1, sp - 2, gas - (uint)target->Immediate, frame);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Instruction* Target(UInt256* destination, Frame frame)
    {
        InstructionStream program = frame.Program;
        bool inside = (destination->U1 | destination->U2 | destination->U3) == 0
            && destination->U0 < program.CodeLength;
        int cell = inside ? program.Jumpdests[destination->U0] : -1;
        return cell < 0 ? null : program.Start + cell;
    }

    [MethodImpl(Hot)]
    public static Exit Gas(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        sp++;
        Word.Set(out *sp, (ulong)gas);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit Stop(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        frame.Gas = gas;
        frame.OutputLength = 0;
        return (Exit)Halt.Success;
    }

    [MethodImpl(Hot)]
    public static Exit Return(Instruction* ip, UInt256* sp, long gas, Frame frame) =>
        Finish(sp, gas, frame, Halt.Success);

    [MethodImpl(Hot)]
    public static Exit Revert(Instruction* ip, UInt256* sp, long gas, Frame frame) =>
        Finish(sp, gas, frame, Halt.Revert);

    private static Exit Finish(UInt256* sp, long gas, Frame frame, Halt halt)
    {
        gas = Memory.Expand(frame, sp, sp - 1, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        frame.Gas = gas;
        frame.OutputOffset = sp[0].U0;
        frame.OutputLength = (int)sp[-1].U0;
        return (Exit)halt;
    }

    [MethodImpl(Hot)]
    public static Exit InvalidOpcode(Instruction* ip, UInt256* sp, long gas, Frame frame) => (Exit)Halt.InvalidOpcode;

    [MethodImpl(Hot)]
    public static Exit InvalidJump(Instruction* ip, UInt256* sp, long gas, Frame frame) => (Exit)Halt.InvalidJump;

    /// <summary>Stands before each instruction of a traced program; the immediate is the pc.</summary>
    [MethodImpl(Hot)]
    public static Exit Trace(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        frame.Machine.ReportStep((int)ip->Immediate, sp, gas, frame);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }
}

/// <summary>Type argument: the jump is taken when the test fails (an odd number of ISZERO came between).</summary>
internal readonly struct Negated;

/// <summary>Type argument: the jump is taken when the test holds.</summary>
internal readonly struct Plain;
