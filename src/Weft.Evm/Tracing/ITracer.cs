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
    /// <summary>What the transaction has earned before its first frame, in gas (EIP-7702).</summary>
    void Refunded(long gas)
    {
    }

    /// <summary>A frame begins, of which nothing is in the state yet; called for precompiles too, and for calls that
    /// turn out not to be made.</summary>
    void Enter(in Message message, int depth);

    /// <summary>Before each instruction, and before it is known whether gas and stack suffice for it.</summary>
    void Step(in Step step);

    /// <summary>SELFDESTRUCT has been paid for; the balance, in wei, is about to move.</summary>
    void SelfDestruct(in Address address, in Address beneficiary, in UInt256 balance)
    {
    }

    /// <summary>The frame ended; what a failure changed has been undone. The output of a creation that succeeded is
    /// the code.</summary>
    void Exit(in MessageResult result, int depth);
}
