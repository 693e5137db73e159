using System.Runtime.CompilerServices;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>What an instruction can ask of its message, transaction and block.</summary>
internal static unsafe class Context
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>A value that is pushed as it is.</summary>
    internal interface IValue
    {
        static abstract void Get(Frame frame, out UInt256 value);
    }

    [MethodImpl(Hot)]
    public static Exit Push<TValue>(Instruction* ip, UInt256* sp, long gas, Frame frame) where TValue : struct, IValue
    {
        sp++;
        TValue.Get(frame, out *sp);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    internal readonly struct Address : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value) => value = frame.Recipient.ToWord();
    }

    internal readonly struct Origin : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value) => value = frame.Machine.Transaction.Origin.ToWord();
    }

    internal readonly struct Caller : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value) => value = frame.Caller.ToWord();
    }

    internal readonly struct CallValue : IValue
    {
        public static void Get(Frame frame, out UInt256 value)
        {
            ref readonly UInt256 v = ref frame.Value;
            Word.Set(out value, v.U0, v.U1, v.U2, v.U3);
        }
    }

    internal readonly struct CallDataSize : IValue
    {
        public static void Get(Frame frame, out UInt256 value) => Word.Set(out value, (ulong)frame.InputLength);
    }

    internal readonly struct ReturnDataSize : IValue
    {
        public static void Get(Frame frame, out UInt256 value) => Word.Set(out value, (ulong)frame.ReturnDataLength);
    }

    internal readonly struct GasPrice : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value) => value = frame.Machine.Transaction.GasPrice;
    }

    internal readonly struct Coinbase : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value) => value = frame.Machine.Block.Coinbase.ToWord();
    }

    internal readonly struct Timestamp : IValue
    {
        public static void Get(Frame frame, out UInt256 value) => Word.Set(out value, frame.Machine.Block.Timestamp);
    }

    internal readonly struct Number : IValue
    {
        public static void Get(Frame frame, out UInt256 value) => Word.Set(out value, frame.Machine.Block.Number);
    }

    /// <summary>Opcode 0x44: DIFFICULTY until Paris, then PREVRANDAO (EIP-4399).</summary>
    internal readonly struct PrevRandao : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value)
        {
            BlockEnvironment block = frame.Machine.Block;
            value = frame.Rules.PrevRandao ? block.PrevRandao.ToWord() : block.Difficulty;
        }
    }

    internal readonly struct GasLimit : IValue
    {
        public static void Get(Frame frame, out UInt256 value) => Word.Set(out value, frame.Machine.Block.GasLimit);
    }

    internal readonly struct ChainId : IValue
    {
        public static void Get(Frame frame, out UInt256 value) => Word.Set(out value, frame.Machine.Block.ChainId);
    }

    internal readonly struct BaseFee : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value) => value = frame.Machine.Block.BaseFee;
    }

    internal readonly struct BlobBaseFee : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value) => value = frame.Machine.Block.BlobBaseFee;
    }

    internal readonly struct SelfBalance : IValue
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Get(Frame frame, out UInt256 value) => value = frame.Host.GetBalance(in frame.Recipient);
    }

    [MethodImpl(Hot)]
    public static Exit CallDataLoad<TA>(Instruction* ip, UInt256* sp, long gas, Frame frame) where TA : struct, IOperand
    {
        UInt256* offset = TA.Locate(ip->Immediate, sp);
        sp += 1 - TA.Pops;
        bool isInside = (offset->U1 | offset->U2 | offset->U3 | (offset->U0 >> 32)) == 0
            && (long)offset->U0 + 32 <= frame.InputLength;
        if (isInside) Word.Load(frame.Input + offset->U0, sp);
        else LoadPadded(frame, offset, sp);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoadPadded(Frame frame, UInt256* offset, UInt256* destination)
    {
        byte* word = stackalloc byte[32];
        new Span<byte>(word, 32).Clear();
        if (offset->IsUInt64 && offset->U0 < (ulong)frame.InputLength)
        {
            int start = (int)offset->U0;
            frame.InputSpan.Slice(start, Math.Min(32, frame.InputLength - start)).CopyTo(new Span<byte>(word, 32));
        }
        Word.Load(word, destination);
    }

    [MethodImpl(Hot)]
    public static Exit BlockHash(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        ReadBlockHash(frame, sp);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    /// <summary>The 256 blocks before this one, else zero.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadBlockHash(Frame frame, UInt256* sp)
    {
        ulong current = frame.Machine.Block.Number;
        bool known = sp->IsUInt64 && sp->U0 < current && current - sp->U0 <= 256;
        *sp = known ? frame.Host.GetBlockHash(sp->U0).ToWord() : UInt256.Zero;
    }

    /// <summary>EIP-4844.</summary>
    [MethodImpl(Hot)]
    public static Exit BlobHash(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        ReadBlobHash(frame, sp);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadBlobHash(Frame frame, UInt256* sp)
    {
        IReadOnlyList<Hash256> hashes = frame.Machine.Transaction.BlobVersionedHashes;
        *sp = sp->IsUInt64 && sp->U0 < (ulong)hashes.Count ? hashes[(int)sp->U0].ToWord() : UInt256.Zero;
    }
}
