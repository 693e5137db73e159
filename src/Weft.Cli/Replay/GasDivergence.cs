using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;

namespace Weft.Cli.Replay;

/// <summary>
/// Watches one transaction of a block that used another amount of gas than expected, and keeps the instructions around
/// the point where the outermost frame had used more than the whole transaction should; where that never happens, the
/// last ones.
/// </summary>
internal sealed class GasDivergence(int transactionIndex, ulong gasLimit, ulong expectedGas) : ITracer
{
    private const int Before = 8, After = 4;

    /// <summary>Who makes system calls (EIP-4788 and later), which are no transactions.</summary>
    private static readonly Address SystemAddress = Address.Parse("0xfffffffffffffffffffffffffffffffffffffffe");

    private readonly Queue<string> _steps = new();
    private int _current = -1;
    private int _left = int.MaxValue;
    private bool _isWatching;

    public void Enter(in Message message, int depth)
    {
        if (depth > 1) return;
        if (message.Caller != SystemAddress) _current++;
        _isWatching = _current == transactionIndex && message.Caller != SystemAddress;
    }

    public void Step(in Step step)
    {
        if (!_isWatching || _left == 0) return;
        bool isBeyond = step.Depth == 1 && gasLimit - (ulong)step.Gas > expectedGas;
        if (isBeyond && _left == int.MaxValue) _left = After;
        else if (_left != int.MaxValue) _left--;
        _steps.Enqueue(Describe(step));
        int kept = _left == int.MaxValue ? Before : Before + After;
        if (_steps.Count > kept) _steps.Dequeue();
    }

    public void Exit(in MessageResult result, int depth) => _isWatching &= depth > 1;

    public IReadOnlyList<string> Describe()
    {
        if (_steps.Count == 0) return ["no instruction ran: the difference is in what the transaction itself costs"];
        string title = _left == int.MaxValue
            ? "the outermost frame never used more than expected; its last instructions:"
            : "instructions around the point where more was used than the whole transaction should:";
        return [title, .. _steps];
    }

    private static string Describe(in Step step)
    {
        string top = step.Stack.IsEmpty ? "" : $" top {step.Stack[^1].ToHex()}";
        return $"depth {step.Depth} {step.Address} pc {step.Pc} {OpcodeNames.Of(step.Opcode)} gas {step.Gas}{top}";
    }
}
