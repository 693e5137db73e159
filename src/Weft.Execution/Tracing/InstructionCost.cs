using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;

namespace Weft.Execution.Tracing;

/// <summary>
/// What an instruction that ends its frame costs, or would have cost: what is left of the gas does not tell. Of those
/// whose price depends on the state, as SSTORE and calls, only the static part is known then.
/// </summary>
internal static class InstructionCost
{
    private const int CopyWordGas = 3, KeccakWordGas = 6, LogByteGas = 8;

    public static long Of(in Step step, ForkRules rules)
    {
        OpcodeRules opcode = OpcodeRules.Of(rules.Fork, step.Opcode);
        if (step.Stack.Length < opcode.Pops) return opcode.Gas;
        var (offset, length, wordGas, byteGas) = Region(step);
        if (length.IsZero) return opcode.Gas;
        if (!offset.IsUInt64 || !length.IsUInt64 || offset.U0 > int.MaxValue || length.U0 > int.MaxValue)
            return opcode.Gas;
        long words = (long)(length.U0 + 31) / 32;
        return opcode.Gas + Expansion(step.Memory.Length, offset.U0 + length.U0) + words * wordGas
            + (long)length.U0 * byteGas;
    }

    /// <summary>Yellow Paper, appendix H.</summary>
    private static long Expansion(int size, ulong end)
    {
        long before = size / 32, after = (long)(end + 31) / 32;
        return after <= before ? 0 : 3 * (after - before) + after * after / 512 - before * before / 512;
    }

    private static (UInt256 Offset, UInt256 Length, int WordGas, int ByteGas) Region(in Step step)
    {
        var stack = step.Stack;
        return (Opcode)step.Opcode switch
        {
            Opcode.RETURN or Opcode.REVERT => (stack[^1], stack[^2], 0, 0),
            Opcode.KECCAK256 => (stack[^1], stack[^2], KeccakWordGas, 0),
            Opcode.MLOAD or Opcode.MSTORE => (stack[^1], 32, 0, 0),
            Opcode.MSTORE8 => (stack[^1], 1, 0, 0),
            Opcode.CALLDATACOPY or Opcode.CODECOPY or Opcode.RETURNDATACOPY => (stack[^1], stack[^3], CopyWordGas, 0),
            Opcode.MCOPY => (Larger(stack[^1], stack[^2]), stack[^3], CopyWordGas, 0),
            Opcode.EXTCODECOPY => (stack[^2], stack[^4], CopyWordGas, 0),
            >= Opcode.LOG0 and <= Opcode.LOG4 => (stack[^1], stack[^2], 0, LogByteGas),
            Opcode.CREATE or Opcode.CREATE2 => (stack[^2], stack[^3], 0, 0),
            _ => default,
        };
    }

    private static UInt256 Larger(in UInt256 a, in UInt256 b) => a < b ? b : a;
}
