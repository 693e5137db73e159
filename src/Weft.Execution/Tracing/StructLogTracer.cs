using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;

namespace Weft.Execution.Tracing;

/// <summary>The options of geth's struct logger, the tracer that is used where none is named.</summary>
public sealed record StructLogOptions
{
    public bool EnableMemory { get; init; }

    public bool DisableStack { get; init; }

    public bool DisableStorage { get; init; }

    public bool EnableReturnData { get; init; }

    /// <summary>Instructions after this many bytes of output are left out; 0 is no limit.</summary>
    public long Limit { get; init; }
}

/// <summary>Every instruction of a transaction with stack, memory and storage.</summary>
public sealed class StructLogTracer(StructLogOptions options, TraceBudget budget) : ITransactionTracer
{
    /// <summary>What an instruction takes, a word of its stack, a word of memory, a slot: here or in JSON, whatever is
    /// more. A word of the stack takes 6 to 69 bytes in JSON, mostly few.</summary>
    private const int BytesOfLog = 140, BytesOfStackWord = 32, BytesOfWord = 69, BytesOfSlot = 138;

    private readonly List<StructLog> _logs = [];
    private readonly Stack<OpenFrame> _frames = [];
    private readonly Dictionary<Address, StorageAccesses> _storage = [];
    private TracedTransaction _traced = null!;
    private FrameErrors _errors = null!;
    private long _refund;
    private long _bytes;

    public IReadOnlyList<StructLog> Logs => _logs;

    /// <summary>Of the receipt.</summary>
    public ulong GasUsed { get; private set; }

    public bool Failed { get; private set; }

    /// <summary>What was returned or reverted with; of a creation the code.</summary>
    public ReadOnlyMemory<byte> ReturnValue { get; private set; }

    public void Begin(TracedTransaction traced) => (_traced, _errors) = (traced, new(traced.Rules));

    public void Refunded(long gas) => _refund = gas;

    public void Enter(in Message message, int depth)
    {
        _frames.TryPeek(out OpenFrame? caller);
        if (caller is not null) caller.GasOfCreation = message.Kind >= MessageKind.Create ? message.Gas : 0;
        _frames.Push(new OpenFrame { RefundBefore = caller?.RefundNow ?? _refund, To = message.CodeAddress });
    }

    public void Step(in Step step)
    {
        budget.Step();
        _errors.Step(step);
        OpenFrame frame = _frames.Peek();
        if (frame.Last is { } last) last.GasCost = last.Gas - step.Gas + frame.GasReturned - frame.GasOfCreation;
        (frame.GasReturned, frame.GasOfCreation) = (0, 0);
        frame.RefundNow = frame.RefundBefore + step.Refund;
        frame.CostIfLast = InstructionCost.Of(step, _traced.Rules);
        frame.Last = IsFull ? null : Keep(step, frame.RefundNow);
    }

    public void Exit(in MessageResult result, int depth)
    {
        OpenFrame frame = _frames.Pop();
        if (frame.Last is { } last) Finish(last, frame, result);
        if (_frames.TryPeek(out OpenFrame? caller))
        {
            caller.GasReturned = result.GasLeft;
            return;
        }
        Failed = !result.Succeeded;
        if (result.Halt > Halt.Revert) return;
        budget.Charge(2L * result.Output.Length);
        ReturnValue = result.Output.ToArray();
    }

    public void End(in TransactionResult result) => GasUsed = result.GasUsed;

    private bool IsFull => options.Limit > 0 && _bytes > options.Limit;

    private StructLog Keep(in Step step, long refund)
    {
        bool withMemory = options.EnableMemory && !step.Memory.IsEmpty;
        bool withReturnData = options.EnableReturnData && !step.ReturnData.IsEmpty;
        Charge(BytesOfLog + (options.DisableStack ? 0 : BytesOfStackWord * step.Stack.Length)
            + (withMemory ? BytesOfWord * step.Memory.Length / 32 : 0)
            + (withReturnData ? 2 * step.ReturnData.Length : 0));
        var log = new StructLog
        {
            Pc = step.Pc,
            Opcode = step.Opcode,
            Gas = step.Gas,
            Depth = step.Depth,
            Refund = refund,
            Stack = options.DisableStack ? null : step.Stack.ToArray(),
            Memory = withMemory ? step.Memory.ToArray() : null,
            ReturnData = withReturnData ? step.ReturnData.ToArray() : null,
            Storage = options.DisableStorage ? null : Access(step),
        };
        _logs.Add(log);
        return log;
    }

    private StorageSoFar? Access(in Step step)
    {
        var stack = step.Stack;
        KeyValuePair<UInt256, UInt256>? access = (Opcode)step.Opcode switch
        {
            Opcode.SLOAD when stack.Length >= 1 =>
                new(stack[^1], StateProbe.Storage(_traced.State, step.Address, stack[^1])),
            Opcode.SSTORE when stack.Length >= 2 => new(stack[^1], stack[^2]),
            _ => null,
        };
        if (access is not { } known) return null;
        if (!_storage.TryGetValue(step.Address, out StorageAccesses? accesses))
            _storage.Add(step.Address, accesses = new());
        accesses.Add(known);
        Charge(BytesOfSlot * accesses.Keys.Count);
        return new(accesses.List, accesses.List.Count);
    }

    private void Charge(long bytes)
    {
        _bytes += bytes;
        budget.Charge(bytes);
    }

    /// <summary>An instruction for which gas or stack did not suffice was not run.</summary>
    private void Finish(StructLog last, OpenFrame frame, in MessageResult result)
    {
        bool isSelfDestruct = last.Opcode == (byte)Opcode.SELFDESTRUCT && result.Succeeded;
        last.GasCost = isSelfDestruct ? last.Gas - result.GasLeft : frame.CostIfLast;
        if (result.Halt is Halt.OutOfGas or Halt.StackUnderflow or Halt.StackOverflow or Halt.InitCodeTooLarge)
            last.Error = _errors.Describe(result.Halt, frame.To, []);
    }

    /// <summary>A frame that runs, and what has become of its last instruction.</summary>
    private sealed class OpenFrame
    {
        public required long RefundBefore { get; init; }

        public required Address To { get; init; }

        public long RefundNow { get; set; }

        public StructLog? Last { get; set; }

        public long CostIfLast { get; set; }

        public long GasReturned { get; set; }

        public long GasOfCreation { get; set; }
    }

    private sealed class StorageAccesses
    {
        public readonly List<KeyValuePair<UInt256, UInt256>> List = [];
        public readonly HashSet<UInt256> Keys = [];

        public void Add(KeyValuePair<UInt256, UInt256> access)
        {
            List.Add(access);
            Keys.Add(access.Key);
        }
    }
}
