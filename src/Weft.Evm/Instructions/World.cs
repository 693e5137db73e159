using System.Runtime.CompilerServices;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>
/// Instructions that read or write the state. The handlers stay free of locals with an address; the work is in
/// functions beside them that return the gas left, negative for a halt.
/// </summary>
internal static unsafe class World
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    // EIP-2929. The static cost is the warm one, so a cold access adds the difference.
    public const int ColdAccountGas = 2600;
    public const int WarmGas = 100;
    private const int ColdSlotGas = 2100;

    private const int SstoreSetGas = 20000;

    /// <summary>EIP-2200: SSTORE needs more than the stipend of a call with value.</summary>
    private const int SstoreSentryGas = 2300;

    private const int LogByteGas = 8;

    /// <summary>What a first access costs beyond the warm price that has been paid.</summary>
    public static int ColdSurcharge(Frame frame, in Address address) =>
        frame.Rules.ColdAccess && frame.Host.AccessAccount(in address) ? ColdAccountGas - WarmGas : 0;

    // ---- Other accounts ----

    /// <summary>What an instruction asks of an account; the address on the stack makes way for the answer.</summary>
    internal interface IQuestion
    {
        static abstract UInt256 Ask(IHost host, in Address address);
    }

    internal readonly struct Balance : IQuestion
    {
        public static UInt256 Ask(IHost host, in Address address) => host.GetBalance(in address);
    }

    internal readonly struct CodeSize : IQuestion
    {
        public static UInt256 Ask(IHost host, in Address address) => (ulong)host.GetCode(in address).Code.Length;
    }

    internal readonly struct CodeHash : IQuestion
    {
        public static UInt256 Ask(IHost host, in Address address) => host.GetCodeHash(in address).ToWord();
    }

    /// <summary>BALANCE, EXTCODESIZE, EXTCODEHASH.</summary>
    [MethodImpl(Hot)]
    public static Exit Ask<TQuestion>(Instruction* ip, UInt256* sp, long gas, Frame frame)
        where TQuestion : struct, IQuestion
    {
        gas = Answer<TQuestion>(frame, sp, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Answer<TQuestion>(Frame frame, UInt256* sp, long gas) where TQuestion : struct, IQuestion
    {
        Address address = Address.FromWord(*sp);
        gas -= ColdSurcharge(frame, in address);
        if (gas >= 0) *sp = TQuestion.Ask(frame.Host, in address);
        return gas;
    }

    [MethodImpl(Hot)]
    public static Exit ExtCodeCopy(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        gas = CopyCode(frame, sp, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        return ip[1].Handler(ip + 1, sp - 4, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long CopyCode(Frame frame, UInt256* sp, long gas)
    {
        Address address = Address.FromWord(*sp);
        gas = Memory.PrepareCopy(frame, sp - 1, sp - 3, gas);
        if (gas < 0) return gas;
        gas -= ColdSurcharge(frame, in address);
        if (gas >= 0) Memory.CopyPadded(frame, sp - 1, frame.Host.GetCode(in address).Code.Span);
        return gas;
    }

    // ---- Storage ----

    [MethodImpl(Hot)]
    public static Exit Sload(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        gas = ReadSlot(frame, sp, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long ReadSlot(Frame frame, UInt256* sp, long gas)
    {
        bool wasCold = frame.Host.GetStorage(in frame.Recipient, in *sp, out UInt256 value);
        Word.Set(out *sp, value.U0, value.U1, value.U2, value.U3);
        return wasCold && frame.Rules.ColdAccess ? gas - (ColdSlotGas - WarmGas) : gas;
    }

    [MethodImpl(Hot)]
    public static Exit Sstore(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        if (frame.IsStatic) return (Exit)Halt.StaticViolation;
        gas = WriteSlot(frame, sp, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        return ip[1].Handler(ip + 1, sp - 2, gas, frame);
    }

    /// <summary>Writes first and charges then: if the gas does not suffice the frame's state is undone
    /// anyway.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long WriteSlot(Frame frame, UInt256* sp, long gas)
    {
        ForkRules rules = frame.Rules;
        if (rules.Sstore == SstoreRule.Net2200 && gas <= SstoreSentryGas) return -1;
        bool wasCold = frame.Host.SetStorage(
            in frame.Recipient, in sp[0], in sp[-1], out UInt256 original, out UInt256 current);
        if (wasCold && rules.ColdAccess) gas -= ColdSlotGas;
        return gas - (rules.Sstore == SstoreRule.Simple
            ? SimpleCost(frame, in current, in sp[-1])
            : NetCost(frame, in original, in current, in sp[-1]));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long SimpleCost(Frame frame, in UInt256 current, in UInt256 value)
    {
        if (!current.IsZero && value.IsZero) frame.Refund += frame.Rules.SstoreClearRefund;
        return current.IsZero && !value.IsZero ? SstoreSetGas : frame.Rules.SstoreResetGas;
    }

    /// <summary>EIP-2200; EIP-1283 is the same with its own price of a read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long NetCost(Frame frame, in UInt256 original, in UInt256 current, in UInt256 value)
    {
        ForkRules rules = frame.Rules;
        if (current.Equals(value)) return rules.SloadGas;
        if (original.Equals(current))
        {
            if (original.IsZero) return SstoreSetGas;
            if (value.IsZero) frame.Refund += rules.SstoreClearRefund;
            return rules.SstoreResetGas;
        }
        if (!original.IsZero)
        {
            if (current.IsZero) frame.Refund -= rules.SstoreClearRefund;
            else if (value.IsZero) frame.Refund += rules.SstoreClearRefund;
        }
        if (original.Equals(value))
            frame.Refund += (original.IsZero ? SstoreSetGas : rules.SstoreResetGas) - rules.SloadGas;
        return rules.SloadGas;
    }

    /// <summary>EIP-1153.</summary>
    [MethodImpl(Hot)]
    public static Exit Tload(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        ReadTransient(frame, sp);
        return ip[1].Handler(ip + 1, sp, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadTransient(Frame frame, UInt256* sp) =>
        *sp = frame.Host.GetTransientStorage(in frame.Recipient, in *sp);

    /// <summary>EIP-1153.</summary>
    [MethodImpl(Hot)]
    public static Exit Tstore(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        if (frame.IsStatic) return (Exit)Halt.StaticViolation;
        frame.Host.SetTransientStorage(in frame.Recipient, in sp[0], in sp[-1]);
        return ip[1].Handler(ip + 1, sp - 2, gas, frame);
    }

    // ---- Logs ----

    /// <summary>The immediate is the number of topics.</summary>
    [MethodImpl(Hot)]
    public static Exit Log(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        if (frame.IsStatic) return (Exit)Halt.StaticViolation;
        gas = WriteLog(frame, sp, (int)ip->Immediate, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        return ip[1].Handler(ip + 1, sp - (2 + (long)ip->Immediate), gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long WriteLog(Frame frame, UInt256* sp, int topicCount, long gas)
    {
        gas = Memory.Expand(frame, sp, sp - 1, gas);
        if (gas < 0) return gas;
        int length = (int)sp[-1].U0;
        gas -= (long)LogByteGas * length;
        if (gas < 0) return gas;
        Span<Hash256> topics = stackalloc Hash256[4];
        for (int i = 0; i < topicCount; i++) topics[i] = Hash256.FromWord(sp[-2 - i]);
        ReadOnlySpan<byte> data = length == 0 ? [] : new(frame.Memory + sp[0].U0, length);
        frame.Host.Log(in frame.Recipient, topics[..topicCount], data);
        return gas;
    }
}
