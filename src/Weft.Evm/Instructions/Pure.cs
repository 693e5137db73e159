using System.Runtime.CompilerServices;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>Instructions that only compute: one generic handler for each shape, whatever the operator.</summary>
internal static unsafe class Pure
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    [MethodImpl(Hot)]
    public static Exit Binary<TOperator, TA, TB>(Instruction* ip, UInt256* sp, long gas, Frame frame)
        where TOperator : struct, IBinaryOperator where TA : struct, IOperand where TB : struct, IOperand
    {
        UInt256* a = TA.Locate(ip->Immediate, sp);
        UInt256* b = TB.Locate(ip->Immediate, sp - TA.Pops * TB.Pops);
        sp += 1 - TA.Pops - TB.Pops;
        TOperator.Apply(in *a, in *b, out *sp);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    /// <summary>SWAP1 and the operator: the second word is the first operand.</summary>
    [MethodImpl(Hot)]
    public static Exit BinarySwapped<TOperator>(Instruction* ip, UInt256* sp, long gas, Frame frame)
        where TOperator : struct, IBinaryOperator
    {
        TOperator.Apply(in sp[-1], in sp[0], out sp[-1]);
        return ip[1].Handler(ip + 1, sp - 1, gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit Unary<TOperator, TA>(Instruction* ip, UInt256* sp, long gas, Frame frame)
        where TOperator : struct, IUnaryOperator where TA : struct, IOperand
    {
        UInt256* a = TA.Locate(ip->Immediate, sp);
        sp += 1 - TA.Pops;
        TOperator.Apply(in *a, out *sp);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit AddMod(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        AddModOfTop(sp);
        return ip[1].Handler(ip + 1, sp - 2, gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit MulMod(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        MultiplyModOfTop(sp);
        return ip[1].Handler(ip + 1, sp - 2, gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit Exp(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        gas -= (long)frame.Rules.ExpByteGas * sp[-1].ByteLength;
        if (gas < 0) return (Exit)Halt.OutOfGas;
        ExpOfTop(sp);
        return ip[1].Handler(ip + 1, sp - 1, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddModOfTop(UInt256* sp) => UInt256.AddMod(in sp[0], in sp[-1], in sp[-2], out sp[-2]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MultiplyModOfTop(UInt256* sp) =>
        UInt256.MultiplyMod(in sp[0], in sp[-1], in sp[-2], out sp[-2]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ExpOfTop(UInt256* sp) => UInt256.Exp(in sp[0], in sp[-1], out sp[-1]);
}
