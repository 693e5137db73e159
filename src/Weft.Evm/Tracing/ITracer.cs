using Weft.Primitives;

namespace Weft.Evm.Tracing;

/// <summary>One instruction about to run (EIP-3155). The spans live for the call only.</summary>
public readonly ref struct Step
{
    public int Pc { get; init; }
    public byte Opcode { get; init; }

    /// <summary>Gas left before the instruction.</summary>
    public long Gas { get; init; }

    /// <summary>1 for the outermost frame.</summary>
    public int Depth { get; init; }

    /// <summary>Bottom first.</summary>
    public ReadOnlySpan<UInt256> Stack { get; init; }

    public ReadOnlySpan<byte> Memory { get; init; }
    public ReadOnlySpan<byte> ReturnData { get; init; }
    public long Refund { get; init; }
    public Address Address { get; init; }
}

/// <summary>
/// Watches execution. Where none is given nothing is paid for it: a traced run uses code that was analysed with a
/// reporting instruction before each one.
/// </summary>
public interface ITracer
{
    /// <summary>A frame begins; called for precompiles too.</summary>
    void Enter(in Message message, int depth);

    /// <summary>Before each instruction.</summary>
    void Step(in Step step);

    /// <summary>The frame ended; also for calls that were not made.</summary>
    void Exit(in MessageResult result, int depth);
}
