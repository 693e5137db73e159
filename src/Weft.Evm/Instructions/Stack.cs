using System.Runtime.CompilerServices;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>PUSH, DUP, SWAP and POP where no other instruction has taken them in.</summary>
internal static unsafe class Stack
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>PUSH of a number below 2^64: the immediate itself.</summary>
    [MethodImpl(Hot)]
    public static Exit PushSmall(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        sp++;
        Word.Set(out *sp, ip->Immediate);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    /// <summary>PUSH or DUP.</summary>
    [MethodImpl(Hot)]
    public static Exit Push<TA>(Instruction* ip, UInt256* sp, long gas, Frame frame) where TA : struct, IOperand
    {
        Word.Copy(TA.Locate(ip->Immediate, sp), sp + 1);
        return ip[1].Handler(ip + 1, sp + 1, gas, frame);
    }

    /// <summary>Two of them in a row; the second finds its operand through the second cell.</summary>
    [MethodImpl(Hot)]
    public static Exit PushTwo<TA, TB>(Instruction* ip, UInt256* sp, long gas, Frame frame)
        where TA : struct, IOperand where TB : struct, IOperand
    {
        Word.Copy(TA.Locate(ip[0].Immediate, sp), sp + 1);
        Word.Copy(TB.Locate(ip[1].Immediate, sp + 1), sp + 2);
        return ip[2].Handler(ip + 2, sp + 2, gas, frame);
    }

    /// <summary>The immediate is how many words, in bytes.</summary>
    [MethodImpl(Hot)]
    public static Exit Pop(Instruction* ip, UInt256* sp, long gas, Frame frame) =>
        ip[1].Handler(ip + 1, (UInt256*)((byte*)sp - ip->Immediate), gas, frame);

    [MethodImpl(Hot)]
    public static Exit Swap(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        var deep = (UInt256*)((byte*)sp - ip->Immediate);
        ulong a0 = sp->U0, a1 = sp->U1, a2 = sp->U2, a3 = sp->U3;
        ulong b0 = deep->U0, b1 = deep->U1, b2 = deep->U2, b3 = deep->U3;
        Word.Set(out *sp, b0, b1, b2, b3);
        Word.Set(out *deep, a0, a1, a2, a3);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    /// <summary>SWAPn and POP: the top replaces the deep word.</summary>
    [MethodImpl(Hot)]
    public static Exit SwapPop(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        Word.Copy(sp, (UInt256*)((byte*)sp - ip->Immediate));
        return ip[1].Handler(ip + 1, sp - 1, gas, frame);
    }
}
