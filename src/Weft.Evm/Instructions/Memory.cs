using System.Runtime.CompilerServices;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>Memory and the data that is copied into it; KECCAK256 of it (Yellow Paper 9.1, appendix H).</summary>
internal static unsafe class Memory
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    private const int CopyWordGas = 3;
    private const int KeccakWordGas = 6;

    /// <summary>Memory ends at 2 GiB, which would cost over 8·10^12 gas: no block has that.</summary>
    private const ulong MaxSize = int.MaxValue;

    // ---- Expansion ----

    /// <summary>Makes room for <paramref name="length"/> bytes at <paramref name="offset"/>; returns the gas that is
    /// left, negative when it does not suffice. Nothing happens for length zero, whatever the offset.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Expand(Frame frame, UInt256* offset, UInt256* length, long gas)
    {
        if (length->IsZero) return gas;
        if (!length->IsUInt64 || length->U0 > MaxSize) return -1;
        return Expand(frame, offset, length->U0, gas);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Expand(Frame frame, UInt256* offset, ulong length, long gas)
    {
        if (!offset->IsUInt64 || offset->U0 > MaxSize - length) return -1;
        ulong end = offset->U0 + length;
        if (end <= frame.MemorySize) return gas;
        ulong words = (end + 31) / 32;
        gas -= Cost(words) - Cost(frame.MemorySize / 32);
        if (gas < 0) return -1;
        frame.Machine.GrowMemory(frame, words * 32);
        return gas;
    }

    private static long Cost(ulong words) => (long)(3 * words + words * words / 512);

    /// <summary>True when all 32 bytes at the offset are in memory already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasWord(Frame frame, UInt256* offset) =>
        (offset->U1 | offset->U2 | offset->U3 | (offset->U0 >> 32)) == 0 && offset->U0 + 32 <= frame.MemorySize;

    private static long Words(ulong bytes) => (long)((bytes + 31) / 32);

    // ---- Words and bytes ----

    [MethodImpl(Hot)]
    public static Exit Load<TA>(Instruction* ip, UInt256* sp, long gas, Frame frame) where TA : struct, IOperand
    {
        UInt256* offset = TA.Locate(ip->Immediate, sp);
        if (!HasWord(frame, offset))
        {
            gas = Expand(frame, offset, 32, gas);
            if (gas < 0) return (Exit)Halt.OutOfGas;
        }
        sp += 1 - TA.Pops;
        Word.Load(frame.Memory + offset->U0, sp);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit Store<TA, TB>(Instruction* ip, UInt256* sp, long gas, Frame frame)
        where TA : struct, IOperand where TB : struct, IOperand
    {
        UInt256* offset = TA.Locate(ip->Immediate, sp);
        UInt256* value = TB.Locate(ip->Immediate, sp - TA.Pops * TB.Pops);
        if (!HasWord(frame, offset))
        {
            gas = Expand(frame, offset, 32, gas);
            if (gas < 0) return (Exit)Halt.OutOfGas;
        }
        Word.Store(value, frame.Memory + offset->U0);
        return ip[1].Handler(ip + 1, sp - (TA.Pops + TB.Pops), gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit StoreByte(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        gas = Expand(frame, sp, 1, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        frame.Memory[sp->U0] = (byte)sp[-1].U0;
        return ip[1].Handler(ip + 1, sp - 2, gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit Size(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        sp++;
        Word.Set(out *sp, frame.MemorySize);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    // ---- Copies ----

    /// <summary>EIP-5656.</summary>
    [MethodImpl(Hot)]
    public static Exit MemoryCopy(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        gas = CopyWithin(frame, sp, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        return ip[1].Handler(ip + 1, sp - 3, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long CopyWithin(Frame frame, UInt256* sp, long gas)
    {
        UInt256* to = sp, from = sp - 1, length = sp - 2;
        UInt256* farther = UInt256.LessThan(*to, *from) ? from : to;
        gas = Expand(frame, farther, length, gas);
        if (gas < 0 || length->IsZero) return gas;
        gas -= CopyWordGas * Words(length->U0);
        if (gas >= 0)
            Buffer.MemoryCopy(frame.Memory + from->U0, frame.Memory + to->U0, length->U0, length->U0);
        return gas;
    }

    [MethodImpl(Hot)]
    public static Exit CallDataCopy(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        gas = PrepareCopy(frame, sp, sp - 2, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        CopyPadded(frame, sp, frame.InputSpan);
        return ip[1].Handler(ip + 1, sp - 3, gas, frame);
    }

    [MethodImpl(Hot)]
    public static Exit CodeCopy(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        gas = PrepareCopy(frame, sp, sp - 2, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        CopyPadded(frame, sp, frame.Code.Code.Span);
        return ip[1].Handler(ip + 1, sp - 3, gas, frame);
    }

    /// <summary>Reading past the end is an exceptional halt, also for length zero (EIP-211).</summary>
    [MethodImpl(Hot)]
    public static Exit ReturnDataCopy(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        if (!IsInside(sp - 1, sp - 2, frame.ReturnDataLength)) return (Exit)Halt.ReturnDataOutOfBounds;
        gas = PrepareCopy(frame, sp, sp - 2, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        CopyPadded(frame, sp, frame.Machine.ReturnData(frame));
        return ip[1].Handler(ip + 1, sp - 3, gas, frame);
    }

    private static bool IsInside(UInt256* offset, UInt256* length, int available) =>
        offset->IsUInt64 && length->IsUInt64 && offset->U0 <= (ulong)available
        && length->U0 <= (ulong)available - offset->U0;

    /// <summary>Gas for words and expansion of a copy to <paramref name="offset"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long PrepareCopy(Frame frame, UInt256* offset, UInt256* length, long gas)
    {
        gas = Expand(frame, offset, length, gas);
        return gas < 0 ? gas : gas - CopyWordGas * Words(length->U0);
    }

    /// <summary>Operands from <paramref name="sp"/>: to, from, length. What lies past the end of the source reads as
    /// zeros. Memory has been made ready.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CopyPadded(Frame frame, UInt256* sp, ReadOnlySpan<byte> source)
    {
        if (sp[-2].IsZero) return;
        var destination = new Span<byte>(frame.Memory + sp[0].U0, checked((int)sp[-2].U0));
        ulong from = sp[-1].IsUInt64 ? sp[-1].U0 : ulong.MaxValue;
        int available = from < (ulong)source.Length ? Math.Min(source.Length - (int)from, destination.Length) : 0;
        if (available > 0) source.Slice((int)from, available).CopyTo(destination);
        destination[available..].Clear();
    }

    // ---- KECCAK256 ----

    [MethodImpl(Hot)]
    public static Exit Keccak256(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        gas = HashMemory(frame, sp, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        return ip[1].Handler(ip + 1, sp - 1, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long HashMemory(Frame frame, UInt256* sp, long gas)
    {
        gas = Expand(frame, sp, sp - 1, gas);
        if (gas < 0) return gas;
        gas -= KeccakWordGas * Words(sp[-1].U0);
        if (gas < 0) return gas;
        ReadOnlySpan<byte> data = sp[-1].IsZero ? [] : new(frame.Memory + sp[0].U0, checked((int)sp[-1].U0));
        UInt256 digest = Keccak.HashToWord(data);
        Word.Copy(&digest, sp - 1);
        return gas;
    }
}
