using System.Runtime.InteropServices;
using Weft.Evm.Analysis;
using Weft.Evm.Instructions;
using Weft.Evm.Interpreter;
using Weft.Evm.Precompiles;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Evm;

/// <summary>
/// Runs messages under the rules of one fork. One instance per worker thread: it owns stack and memory arenas that are
/// reused from message to message. Message calls do not recurse on the machine stack: a call makes another frame
/// current and returns to the loop in <see cref="Run"/>.
/// </summary>
public sealed unsafe partial class VirtualMachine : IDisposable
{
    private const int MaxDepth = 1024;
    private const int StackLimit = 1024;
    private const int CodeDepositGas = 200;

    private PrecompileSet _precompiles;
    private readonly Frame?[] _frames = new Frame?[MaxDepth + 1];
    private readonly UInt256* _stack;
    private readonly MemoryArena _memory = new();
    private byte[] _returnData = new byte[1024];
    private Frame _current = null!;
    private ITracer? _tracer;

    /// <summary>What the creation that is ending returned.</summary>
    private ReadOnlyMemory<byte> _tracedCode;

    public VirtualMachine(ForkRules rules)
    {
        Rules = rules;
        _precompiles = PrecompileSet.Of(rules.Fork);
        // Untouched pages cost nothing. A frame's words start right above those of its caller.
        _stack = (UInt256*)NativeMemory.Alloc((MaxDepth + 2) * (StackLimit + 1), (nuint)sizeof(UInt256));
    }

    ~VirtualMachine() => Release();

    public ForkRules Rules { get; }

    /// <summary>Those of the fork unless somebody moved them. Between messages only.</summary>
    public PrecompileSet Precompiles { get => _precompiles; set => _precompiles = value; }

    internal BlockEnvironment Block { get; private set; } = null!;

    internal TransactionEnvironment Transaction { get; private set; } = null!;

    /// <summary>
    /// Runs a message to its end. State changes are the host's; those of a failed message have been reverted. A
    /// creation finds the sender's nonce already raised.
    /// </summary>
    public MessageResult Run(
        in Message message, IHost host, BlockEnvironment block, TransactionEnvironment transaction,
        ITracer? tracer = null)
    {
        (Block, Transaction, _tracer, _tracedCode) = (block, transaction, tracer, default);
        Frame frame = FrameAt(0);
        frame.Host = host;
        frame.Rules = Rules;
        frame.StackBottom = frame.Sp = _stack;
        frame.Kind = message.Kind;
        frame.Caller = message.Caller;
        frame.Recipient = message.Recipient;
        frame.Value = message.Value;
        frame.IsStatic = message.IsStatic || message.Kind == MessageKind.StaticCall;
        frame.InputOffset = 0;
        frame.InputLength = frame.IsCreate ? 0 : message.Input.Length;
        frame.MemoryOffset = MemoryArena.Align((ulong)frame.InputLength);
        _memory.Reserve(frame.MemoryOffset);
        if (!frame.IsCreate) message.Input.Span.CopyTo(new Span<byte>(_memory.Base, frame.InputLength));
        tracer?.Enter(in message, 0);
        MessageResult result = RunOutermost(frame, in message);
        if (tracer is not null) ReportOutermostExit(in result, frame.IsCreate);
        _memory.Trim();
        return result;
    }

    private MessageResult RunOutermost(Frame frame, in Message message)
    {
        IHost host = frame.Host;
        bool transfers = message.Kind is MessageKind.Call or MessageKind.Create or MessageKind.Create2;
        if (transfers && !message.Value.IsZero && !host.CanPay(message.Caller, message.Value))
            return new(Halt.InsufficientBalance, message.Gas, 0, default);
        if (frame.IsCreate)
        {
            if (Rules.ColdAccess) host.AccessAccount(in frame.Recipient);
            if (host.HasCollision(in frame.Recipient)) return new(Halt.CreateCollision, 0, 0, default);
            frame.Checkpoint = host.Checkpoint();
            BeginContract(frame);
            return RunFrames(frame, new Bytecode(message.Input, Hash256.Zero), message.Gas);
        }
        frame.Checkpoint = host.Checkpoint();
        if (transfers) host.Transfer(message.Caller, in frame.Recipient, message.Value);
        if (_precompiles.Find(message.CodeAddress) is { } precompile)
            return RunOutermostPrecompile(frame, precompile, message.Gas);
        Bytecode code = host.GetCode(message.CodeAddress);
        if (code.IsDelegation) code = host.GetCode(code.Delegation!.Value);
        return code.IsEmpty ? new(Halt.Success, message.Gas, 0, default) : RunFrames(frame, code, message.Gas);
    }

    private MessageResult RunOutermostPrecompile(Frame frame, Precompile precompile, long gas)
    {
        frame.Input = _memory.Base;
        Halt halt = RunPrecompile(precompile, frame.InputSpan, ref gas, out int length);
        if (halt == Halt.Success) return new(halt, gas, 0, _returnData.AsMemory(0, length));
        frame.Host.Revert(frame.Checkpoint);
        return new(halt, 0, 0, default);
    }

    /// <summary>The loop: resume the current frame until the outermost one has ended.</summary>
    private MessageResult RunFrames(Frame outermost, Bytecode code, long gas)
    {
        Enter(outermost, code, gas);
        while (true)
        {
            Frame frame = _current;
            Exit exit = frame.Ip->Handler(frame.Ip, frame.Sp, frame.Gas, frame);
            if (_isInterrupted) throw new ExecutionInterruptedException();
            if (exit == Exit.SwitchFrame) continue;
            Halt halt = Conclude(frame, (Halt)exit);
            if (frame == outermost)
                return new(halt, halt <= Halt.Revert ? frame.Gas : 0, halt == Halt.Success ? frame.Refund : 0,
                    _returnData.AsMemory(0, halt == Halt.Success && frame.IsCreate ? 0 : frame.OutputLength));
            ReturnToCaller(frame, halt);
        }
    }

    /// <summary>Makes a frame current whose message has been set.</summary>
    private void Enter(Frame frame, Bytecode code, long gas)
    {
        frame.Code = code;
        frame.Program = code.StreamFor(Rules, _tracer is not null);
        frame.Ip = frame.Program.Start;
        frame.Gas = gas;
        frame.Refund = 0;
        frame.ReturnDataLength = 0;
        frame.MemorySize = 0;
        frame.Memory = _memory.Base + frame.MemoryOffset;
        frame.Input = _memory.Base + frame.InputOffset;
        _current = frame;
    }

    /// <summary>Keeps the output, deposits code, undoes the state of what failed.</summary>
    private Halt Conclude(Frame frame, Halt halt)
    {
        if (halt > Halt.Revert) frame.OutputLength = 0;
        if (halt == Halt.Success && frame.IsCreate) halt = DepositCode(frame);
        else KeepReturnData(frame);
        if (halt != Halt.Success) frame.Host.Revert(frame.Checkpoint);
        return halt;
    }

    private void KeepReturnData(Frame frame)
    {
        int length = frame.OutputLength;
        if (length == 0) return;
        ReserveReturnData(length);
        new ReadOnlySpan<byte>(frame.Memory + frame.OutputOffset, length).CopyTo(_returnData);
    }

    private void ReserveReturnData(int length)
    {
        if (_returnData.Length >= length) return;
        _returnData = new byte[Math.Max(length, Math.Min(2L * _returnData.Length, Array.MaxLength))];
    }

    /// <summary>Yellow Paper 7; EIP-2, 170, 3541.</summary>
    private Halt DepositCode(Frame frame)
    {
        int length = frame.OutputLength;
        ReadOnlySpan<byte> code = length == 0 ? [] : new(frame.Memory + frame.OutputOffset, length);
        frame.OutputLength = 0;
        if (_tracer is not null) _tracedCode = code.ToArray();
        if (length > Rules.MaxCodeSize) return Halt.CodeTooLarge;
        if (Rules.RejectsCodeStartingWithEF && length > 0 && code[0] == 0xef) return Halt.CodeStartsWithEF;
        long cost = (long)CodeDepositGas * length;
        if (cost > frame.Gas) return Rules.CreateFailsWithoutDepositGas ? Halt.CodeStoreOutOfGas : Halt.Success;
        frame.Gas -= cost;
        if (length > 0) frame.Host.SetCode(in frame.Recipient, code.ToArray());
        return Halt.Success;
    }

    private void ReturnToCaller(Frame frame, Halt halt)
    {
        Frame caller = _frames[frame.Depth - 1]!;
        _current = caller;
        if (halt <= Halt.Revert) caller.Gas += frame.Gas;
        if (halt == Halt.Success) caller.Refund += frame.Refund;
        caller.ReturnDataLength = frame.OutputLength;
        if (_tracer is not null) ReportExit(frame, halt);
        if (frame.IsCreate)
        {
            *caller.Sp = halt == Halt.Success ? frame.Recipient.ToWord() : UInt256.Zero;
            return;
        }
        Word.Set(out *caller.Sp, halt == Halt.Success);
        CopyToCaller(caller, frame.CallerOutputOffset, frame.CallerOutputLength);
    }

    private void CopyToCaller(Frame caller, ulong offset, int length)
    {
        length = Math.Min(length, caller.ReturnDataLength);
        if (length > 0) _returnData.AsSpan(0, length).CopyTo(new Span<byte>(caller.Memory + offset, length));
    }

    // ---- Services for instructions ----

    /// <summary>What the last call of this frame returned.</summary>
    internal ReadOnlySpan<byte> ReturnData(Frame frame) => _returnData.AsSpan(0, frame.ReturnDataLength);

    /// <summary>Extends the frame's memory with zeros; the frame is the current one, so its memory is the
    /// last.</summary>
    internal void GrowMemory(Frame frame, ulong size)
    {
        byte* before = _memory.Base;
        _memory.Reserve(frame.MemoryOffset + size);
        if (_memory.Base != before) Relocate(frame.Depth);
        NativeMemory.Clear(frame.Memory + frame.MemorySize, (nuint)(size - frame.MemorySize));
        frame.MemorySize = size;
    }

    private void Relocate(int deepest)
    {
        for (int depth = 0; depth <= deepest; depth++)
        {
            Frame frame = _frames[depth]!;
            frame.Memory = _memory.Base + frame.MemoryOffset;
            frame.Input = _memory.Base + frame.InputOffset;
        }
    }

    private Frame FrameAt(int depth) => _frames[depth] ??= new Frame(this, depth);

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private bool _released;

    private void Release()
    {
        if (_released) return;
        _released = true;
        NativeMemory.Free(_stack);
        _memory.Free();
    }
}
