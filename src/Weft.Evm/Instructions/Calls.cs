using System.Runtime.CompilerServices;
using Weft.Evm.Analysis;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>
/// Message calls, creations and SELFDESTRUCT. They charge, then hand the message to the machine, which either answers
/// at once (precompile, no code, call not made) or makes a new frame current.
/// </summary>
internal static unsafe class Calls
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    private const int ValueGas = 9000;
    private const int Stipend = 2300;
    private const int NewAccountGas = 25000;
    private const int Create2WordGas = 6;

    [MethodImpl(Hot)]
    public static Exit Call(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        if (frame.IsStatic && !sp[-2].IsZero) return (Exit)Halt.StaticViolation;
        return Start(ip, sp, gas, frame, MessageKind.Call);
    }

    [MethodImpl(Hot)]
    public static Exit CallCode(Instruction* ip, UInt256* sp, long gas, Frame frame) =>
        Start(ip, sp, gas, frame, MessageKind.CallCode);

    [MethodImpl(Hot)]
    public static Exit DelegateCall(Instruction* ip, UInt256* sp, long gas, Frame frame) =>
        Start(ip, sp, gas, frame, MessageKind.DelegateCall);

    [MethodImpl(Hot)]
    public static Exit StaticCall(Instruction* ip, UInt256* sp, long gas, Frame frame) =>
        Start(ip, sp, gas, frame, MessageKind.StaticCall);

    /// <summary>Comes back to the handler that follows when the machine could answer at once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Exit Start(Instruction* ip, UInt256* sp, long gas, Frame frame, MessageKind kind)
    {
        bool hasValue = kind <= MessageKind.CallCode;
        UInt256* input = sp - (hasValue ? 3 : 2);
        UInt256* result = sp - (hasValue ? 6 : 5);
        gas = Charge(frame, sp, hasValue ? sp - 2 : null, input, kind, gas, out CallTarget target);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        bool paysValue = hasValue && !sp[-2].IsZero;
        long childGas = frame.Rules.KeepsOneSixtyFourth
            ? (long)Math.Min(sp->IsUInt64 ? sp->U0 : ulong.MaxValue, (ulong)(gas - gas / 64))
            : sp->IsUInt64 && sp->U0 <= (ulong)gas ? (long)sp->U0 : -1;
        if (childGas < 0) return (Exit)Halt.OutOfGas;
        frame.Gas = gas - childGas;
        frame.Ip = ip + 1;
        frame.Sp = result;
        if (paysValue) childGas += Stipend;
        return frame.Machine.Call(frame, kind, in target, hasValue ? sp - 2 : null, input, childGas);
    }

    /// <summary>All costs but the gas that the callee gets. Finds out whose code is to run.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Charge(
        Frame frame, UInt256* sp, UInt256* value, UInt256* input, MessageKind kind, long gas, out CallTarget target)
    {
        target = new(Address.FromWord(sp[-1]));
        gas = Memory.Expand(frame, input, input - 1, gas);
        if (gas < 0) return gas;
        gas = Memory.Expand(frame, input - 2, input - 3, gas);
        if (gas < 0) return gas;
        gas -= ColdSurcharge(frame, in target.Address);
        if (gas < 0) return gas;
        bool paysValue = value != null && !value->IsZero;
        if (paysValue) gas -= ValueGas;
        if (kind == MessageKind.Call && PaysForNewAccount(frame, in target.Address, paysValue)) gas -= NewAccountGas;
        if (gas < 0) return gas;
        return frame.Rules.Delegations ? FollowDelegation(frame, ref target, gas) : gas;
    }

    private static int ColdSurcharge(Frame frame, in Address address) => World.ColdSurcharge(frame, in address);

    /// <summary>Before EIP-161 for every account that is missing, since then for a payment to an empty one.</summary>
    private static bool PaysForNewAccount(Frame frame, in Address address, bool paysValue) =>
        frame.Rules.ClearsEmptyAccounts
            ? paysValue && frame.Host.AccountIsEmpty(in address)
            : !frame.Host.AccountExists(in address);

    /// <summary>EIP-7702: the account that holds the code is paid for like any other, once and not further.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long FollowDelegation(Frame frame, ref CallTarget target, long gas)
    {
        Bytecode code = frame.Host.GetCode(in target.Address);
        if (!code.IsDelegation) { target.Code = code; return gas; }
        Address delegated = code.Delegation!.Value;
        gas -= frame.Host.AccessAccount(in delegated) ? World.ColdAccountGas : World.WarmGas;
        if (gas >= 0) target = new(target.Address) { Code = frame.Host.GetCode(in delegated), IsDelegated = true };
        return gas;
    }

    // ---- Creations ----

    [MethodImpl(Hot)]
    public static Exit Create(Instruction* ip, UInt256* sp, long gas, Frame frame) =>
        frame.IsStatic ? (Exit)Halt.StaticViolation : StartCreate(ip, sp, gas, frame, MessageKind.Create);

    [MethodImpl(Hot)]
    public static Exit Create2(Instruction* ip, UInt256* sp, long gas, Frame frame) =>
        frame.IsStatic ? (Exit)Halt.StaticViolation : StartCreate(ip, sp, gas, frame, MessageKind.Create2);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Exit StartCreate(Instruction* ip, UInt256* sp, long gas, Frame frame, MessageKind kind)
    {
        ForkRules rules = frame.Rules;
        UInt256* length = sp - 2;
        gas = Memory.Expand(frame, sp - 1, length, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        if (length->U0 > (ulong)rules.MaxInitCodeSize) return (Exit)Halt.InitCodeTooLarge;
        int wordGas = rules.InitCodeWordGas + (kind == MessageKind.Create2 ? Create2WordGas : 0);
        gas -= wordGas * (long)((length->U0 + 31) / 32);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        long childGas = rules.KeepsOneSixtyFourth ? gas - gas / 64 : gas;
        frame.Gas = gas - childGas;
        frame.Ip = ip + 1;
        frame.Sp = sp - (kind == MessageKind.Create2 ? 3 : 2);
        return frame.Machine.Create(frame, kind, sp, childGas);
    }

    // ---- SELFDESTRUCT ----

    [MethodImpl(Hot)]
    public static Exit SelfDestruct(Instruction* ip, UInt256* sp, long gas, Frame frame)
    {
        if (frame.IsStatic) return (Exit)Halt.StaticViolation;
        gas = Destroy(frame, sp, gas);
        if (gas < 0) return (Exit)Halt.OutOfGas;
        return Flow.Stop(ip, sp, gas, frame);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Destroy(Frame frame, UInt256* sp, long gas)
    {
        ForkRules rules = frame.Rules;
        Address beneficiary = Address.FromWord(*sp);
        // The static cost holds no warm price here: a cold beneficiary costs all of it (EIP-2929).
        if (rules.ColdAccess && frame.Host.AccessAccount(in beneficiary)) gas -= World.ColdAccountGas;
        if (gas < 0) return gas;
        if (rules.SelfDestructPaysForNewAccount && IsNewBeneficiary(frame, in beneficiary)) gas -= NewAccountGas;
        if (gas < 0) return gas;
        frame.Machine.ReportSelfDestruct(frame, in beneficiary);
        if (frame.Host.SelfDestruct(in frame.Recipient, in beneficiary, rules.SelfDestructOnlyWhenCreated))
            frame.Refund += rules.SelfDestructRefund;
        return gas;
    }

    private static bool IsNewBeneficiary(Frame frame, in Address beneficiary) =>
        frame.Rules.ClearsEmptyAccounts
            ? frame.Host.AccountIsEmpty(in beneficiary) && !frame.Host.GetBalance(in frame.Recipient).IsZero
            : !frame.Host.AccountExists(in beneficiary);
}

/// <summary>Whom a call goes to, and the code found there when it had to be looked at already.</summary>
internal struct CallTarget(Address address)
{
    public readonly Address Address = address;
    public Bytecode? Code;

    /// <summary>The code is another account's: it runs even at the address of a precompile, which counts as
    /// empty.</summary>
    public bool IsDelegated;
}
