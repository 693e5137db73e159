using System.Runtime.CompilerServices;
using Weft.Evm.Analysis;
using Weft.Evm.Instructions;
using Weft.Evm.Interpreter;
using Weft.Evm.Precompiles;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Evm;

/// <summary>Messages from inside: CALL, CREATE and their kin (Yellow Paper 7 and 8).</summary>
public sealed unsafe partial class VirtualMachine
{
    /// <summary>
    /// Answers a call at once (call not made, precompile, no code) or makes its frame current. The caller's frame has
    /// been left: its stack pointer is at the word for the answer. <paramref name="input"/> points at four words:
    /// offset and length of the input, offset and length of the output.
    /// </summary>
    internal Exit Call(Frame caller, MessageKind kind, in CallTarget target, UInt256* value, UInt256* input, long gas)
    {
        IHost host = caller.Host;
        caller.ReturnDataLength = 0;
        bool paysValue = value != null && !value->IsZero;
        Halt refusal = caller.Depth >= MaxDepth ? Halt.CallDepth
            : paysValue && !host.CanPay(in caller.Recipient, in *value) ? Halt.InsufficientBalance
            : Halt.Success;
        Frame frame = FrameAt(Math.Min(caller.Depth + 1, MaxDepth));
        if (refusal == Halt.Success) SetMessage(frame, caller, kind, in target, value, input);
        if (_tracer is not null) ReportEnter(caller, kind, in target.Address, value, input, gas);
        if (refusal != Halt.Success) return Refuse(caller, refusal, gas);

        frame.Checkpoint = host.Checkpoint();
        if (kind == MessageKind.Call) host.Transfer(in caller.Recipient, in target.Address, in frame.Value);
        else if (kind == MessageKind.StaticCall) host.Transfer(in caller.Recipient, in target.Address, UInt256.Zero);
        if (!target.IsDelegated && _precompiles.Find(in target.Address) is { } precompile)
            return AnswerByPrecompile(caller, frame, precompile, gas);
        Bytecode code = target.Code ?? host.GetCode(in target.Address);
        if (code.IsEmpty) return Answer(caller, frame, Halt.Success, gas, 0);
        Enter(frame, code, gas);
        return Exit.SwitchFrame;
    }

    private static void SetMessage(
        Frame frame, Frame caller, MessageKind kind, in CallTarget target, UInt256* value, UInt256* input)
    {
        frame.Host = caller.Host;
        frame.Rules = caller.Rules;
        frame.Kind = kind;
        bool isDelegate = kind == MessageKind.DelegateCall;
        frame.Caller = isDelegate ? caller.Caller : caller.Recipient;
        frame.Recipient = isDelegate || kind == MessageKind.CallCode ? caller.Recipient : target.Address;
        frame.Value = isDelegate ? caller.Value : value != null ? *value : UInt256.Zero;
        frame.IsStatic = caller.IsStatic || kind == MessageKind.StaticCall;
        frame.InputLength = (int)input[-1].U0;
        frame.InputOffset = caller.MemoryOffset + (frame.InputLength == 0 ? 0 : input[0].U0);
        frame.CallerOutputLength = (int)input[-3].U0;
        frame.CallerOutputOffset = frame.CallerOutputLength == 0 ? 0 : input[-2].U0;
        PlaceAbove(frame, caller);
    }

    /// <summary>Stack and memory of a frame begin where its caller's end.</summary>
    private static void PlaceAbove(Frame frame, Frame caller)
    {
        frame.StackBottom = frame.Sp = caller.Sp;
        frame.MemoryOffset = caller.MemoryOffset + caller.MemorySize;
    }

    /// <summary>The call is not made: the caller gets its gas back and a zero.</summary>
    private Exit Refuse(Frame caller, Halt reason, long gas)
    {
        caller.Gas += gas;
        Word.Set(out *caller.Sp, 0);
        if (_tracer is not null) _tracer.Exit(new MessageResult(reason, gas, 0, default), caller.Depth + 1);
        return Exit.SwitchFrame;
    }

    private Exit AnswerByPrecompile(Frame caller, Frame frame, Precompile precompile, long gas)
    {
        frame.Input = _memory.Base + frame.InputOffset;
        Halt halt = RunPrecompile(precompile, frame.InputSpan, ref gas, out int length);
        if (halt != Halt.Success) caller.Host.Revert(frame.Checkpoint);
        return Answer(caller, frame, halt, gas, length);
    }

    private Exit Answer(Frame caller, Frame frame, Halt halt, long gasLeft, int outputLength)
    {
        caller.Gas += gasLeft;
        caller.ReturnDataLength = outputLength;
        Word.Set(out *caller.Sp, halt == Halt.Success);
        CopyToCaller(caller, frame.CallerOutputOffset, frame.CallerOutputLength);
        if (_tracer is not null)
            _tracer.Exit(new MessageResult(halt, gasLeft, 0, _returnData.AsMemory(0, outputLength)), frame.Depth);
        return Exit.SwitchFrame;
    }

    /// <summary>Leaves the output in the return data. A failure takes all gas.</summary>
    private Halt RunPrecompile(Precompile precompile, ReadOnlySpan<byte> input, ref long gas, out int length)
    {
        length = 0;
        long cost = precompile.Gas(input);
        if (cost > gas) { gas = 0; return Halt.OutOfGas; }
        ReserveReturnData(precompile.MaxOutputLength(input));
        length = precompile.Run(input, _returnData);
        if (length >= 0) { gas -= cost; return Halt.Success; }
        (length, gas) = (0, 0);
        return Halt.PrecompileFailure;
    }

    /// <summary>As <see cref="Call"/>; <paramref name="arguments"/> points at value, offset, length and, for CREATE2,
    /// salt.</summary>
    internal Exit Create(Frame caller, MessageKind kind, UInt256* arguments, long gas)
    {
        IHost host = caller.Host;
        caller.ReturnDataLength = 0;
        ulong nonce = host.GetNonce(in caller.Recipient);
        Halt refusal = caller.Depth >= MaxDepth ? Halt.CallDepth
            : !host.CanPay(in caller.Recipient, in arguments[0]) ? Halt.InsufficientBalance
            : nonce == ulong.MaxValue ? Halt.NonceOverflow // EIP-2681
            : Halt.Success;
        byte[] initCode = arguments[-2].IsZero
            ? []
            : new ReadOnlySpan<byte>(caller.Memory + arguments[-1].U0, (int)arguments[-2].U0).ToArray();
        Address address = kind == MessageKind.Create2
            ? ContractAddress.Create2(caller.Recipient, arguments[-3], Keccak.Hash(initCode))
            : ContractAddress.Create(caller.Recipient, nonce);
        if (_tracer is not null)
            _tracer.Enter(new(kind, caller.Recipient, address, address, arguments[0], gas, initCode), caller.Depth + 1);
        if (refusal != Halt.Success) return Refuse(caller, refusal, gas);

        host.SetNonce(in caller.Recipient, nonce + 1);
        if (Rules.ColdAccess) host.AccessAccount(in address);
        if (host.HasCollision(in address)) return Refuse(caller, Halt.CreateCollision, 0);
        Frame frame = FrameAt(caller.Depth + 1);
        SetCreateMessage(frame, caller, kind, address, arguments);
        frame.Checkpoint = host.Checkpoint();
        BeginContract(frame);
        Enter(frame, new Bytecode(initCode, Hash256.Zero), gas);
        return Exit.SwitchFrame;
    }

    private static void SetCreateMessage(
        Frame frame, Frame caller, MessageKind kind, Address address, UInt256* arguments)
    {
        frame.Host = caller.Host;
        frame.Rules = caller.Rules;
        frame.Kind = kind;
        frame.Caller = caller.Recipient;
        frame.Recipient = address;
        frame.Value = arguments[0];
        frame.IsStatic = false;
        frame.InputOffset = caller.MemoryOffset;
        frame.InputLength = 0;
        PlaceAbove(frame, caller);
    }

    private void BeginContract(Frame frame)
    {
        frame.Host.CreateAccount(in frame.Recipient);
        if (Rules.ClearsEmptyAccounts) frame.Host.SetNonce(in frame.Recipient, 1); // EIP-161
        frame.Host.Transfer(in frame.Caller, in frame.Recipient, in frame.Value);
    }

    // ---- Tracing ----

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void ReportStep(int pc, UInt256* sp, long gas, Frame frame)
    {
        ReadOnlySpan<byte> code = frame.Code.Code.Span;
        // An interrupted frame has lost its bottom, which may happen at any time.
        UInt256* bottom = frame.StackBottom;
        if (bottom == null) throw new ExecutionInterruptedException();
        _tracer!.Step(new Step
        {
            Pc = pc,
            Opcode = pc < code.Length ? code[pc] : (byte)0,
            Gas = gas,
            Depth = frame.Depth + 1,
            Stack = new(bottom + 1, (int)(sp - bottom)),
            Memory = new(frame.Memory, (int)frame.MemorySize),
            ReturnData = ReturnData(frame),
            Refund = frame.Refund,
            Address = frame.Recipient,
        });
    }

    private void ReportEnter(
        Frame caller, MessageKind kind, in Address target, UInt256* value, UInt256* input, long gas)
    {
        byte[] data = input[-1].IsZero
            ? []
            : new ReadOnlySpan<byte>(caller.Memory + input[0].U0, (int)input[-1].U0).ToArray();
        bool keepsStorage = kind is MessageKind.DelegateCall or MessageKind.CallCode;
        _tracer!.Enter(
            new(kind, kind == MessageKind.DelegateCall ? caller.Caller : caller.Recipient,
                keepsStorage ? caller.Recipient : target, target,
                kind == MessageKind.DelegateCall ? caller.Value : value != null ? *value : UInt256.Zero,
                gas, data, caller.IsStatic || kind == MessageKind.StaticCall),
            caller.Depth + 1);
    }

    private void ReportExit(Frame frame, Halt halt) =>
        _tracer!.Exit(
            new(halt, halt <= Halt.Revert ? frame.Gas : 0, halt == Halt.Success ? frame.Refund : 0,
                halt == Halt.Success && frame.IsCreate ? _tracedCode : _returnData.AsMemory(0, frame.OutputLength)),
            frame.Depth);

    private void ReportOutermostExit(in MessageResult result, bool isCreate) =>
        _tracer!.Exit(isCreate && result.Succeeded ? result with { Output = _tracedCode } : result, 0);

    internal void ReportSelfDestruct(Frame frame, in Address beneficiary) =>
        _tracer?.SelfDestruct(in frame.Recipient, in beneficiary, frame.Host.GetBalance(in frame.Recipient));
}
