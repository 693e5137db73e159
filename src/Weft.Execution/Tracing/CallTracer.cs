using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;

namespace Weft.Execution.Tracing;

/// <summary>The options of geth's callTracer.</summary>
public sealed record CallTracerOptions
{
    /// <summary>Only the outermost frame.</summary>
    public bool OnlyTopCall { get; init; }

    /// <summary>With the logs of frames that were not undone.</summary>
    public bool WithLog { get; init; }
}

/// <summary>The frames of a transaction as a tree (geth's callTracer).</summary>
public sealed class CallTracer(CallTracerOptions options, TraceBudget budget) : ITransactionTracer
{
    /// <summary>What a frame or a log takes in JSON beside its data.</summary>
    private const int BytesOfFrame = 320;

    private readonly Stack<CallFrame> _open = [];
    private TracedTransaction _traced = null!;
    private FrameErrors _errors = null!;
    private int _logsSeen;

    /// <summary>Null before the outermost frame has begun.</summary>
    public CallFrame? Root { get; private set; }

    public void Begin(TracedTransaction traced) => (_traced, _errors) = (traced, new(traced.Rules));

    public void Enter(in Message message, int depth)
    {
        if (depth > 0) TakeLogs();
        if (options.OnlyTopCall && depth > 0) return;
        budget.Charge(BytesOfFrame + 2L * message.Input.Length);
        bool isDelegate = message.Kind == MessageKind.DelegateCall;
        Open(new(
            (CallType)message.Kind, isDelegate ? message.Recipient : message.Caller, message.CodeAddress,
            message.Kind == MessageKind.StaticCall ? null : message.Value,
            depth == 0 ? (long)_traced.Transaction.GasLimit : message.Gas) { Input = message.Input });
    }

    public void Step(in Step step)
    {
        budget.Step();
        _errors.Step(step);
    }

    public void SelfDestruct(in Address address, in Address beneficiary, in UInt256 balance)
    {
        if (options.OnlyTopCall) return;
        TakeLogs();
        budget.Charge(BytesOfFrame);
        _open.Peek().Calls.Add(new(CallType.SelfDestruct, address, beneficiary, balance, 0));
    }

    public void Exit(in MessageResult result, int depth)
    {
        if (depth == 0 || !options.OnlyTopCall) Close(result);
        else _logsSeen = _traced.State.Logs.Count;
    }

    public void End(in TransactionResult result)
    {
        if (Root is not { } root) return;
        root.GasUsed = (long)result.GasUsed;
        if (options.WithLog) DropFailedLogs(root, parentFailed: false);
    }

    private void Open(CallFrame frame)
    {
        if (_open.TryPeek(out CallFrame? caller)) caller.Calls.Add(frame);
        else Root = frame;
        _open.Push(frame);
    }

    private void Close(in MessageResult result)
    {
        TakeLogs();
        CallFrame frame = _open.Pop();
        frame.GasUsed = frame.Gas - result.GasLeft;
        frame.Error = _errors.Describe(result.Halt, frame.To!.Value, frame.Input.Span);
        if (frame.Error is not null && frame.Type is CallType.Create or CallType.Create2) frame.To = null;
        if (result.Halt > Halt.Revert || result.Output.IsEmpty) return;
        budget.Charge(2L * result.Output.Length);
        frame.Output = result.Output.ToArray();
        if (result.Halt == Halt.Revert) frame.RevertReason = RevertReason.Decode(frame.Output.Span);
    }

    /// <summary>What has come to the logs of the transaction since the last look was written by the frame that runs;
    /// when a frame has failed they have become fewer.</summary>
    private void TakeLogs()
    {
        var logs = _traced.State.Logs;
        if (options.WithLog && _open.TryPeek(out CallFrame? frame))
        {
            for (int i = _logsSeen; i < logs.Count; i++)
            {
                budget.Charge(BytesOfFrame + 2L * logs[i].Data.Length);
                frame.Logs.Add(new(logs[i], _traced.FirstLogIndex + i, frame.Calls.Count));
            }
        }
        _logsSeen = logs.Count;
    }

    private static void DropFailedLogs(CallFrame frame, bool parentFailed)
    {
        bool failed = parentFailed || frame.Error is not null;
        if (failed) frame.Logs.Clear();
        foreach (CallFrame call in frame.Calls) DropFailedLogs(call, failed);
    }
}
