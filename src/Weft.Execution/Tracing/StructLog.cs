using Weft.Primitives;

namespace Weft.Execution.Tracing;

/// <summary>One instruction, as it was about to run.</summary>
public sealed class StructLog
{
    public int Pc { get; init; }

    public byte Opcode { get; init; }

    public long Gas { get; init; }

    /// <summary>With what a call passes on, without what a creation does, as geth counts it.</summary>
    public long GasCost { get; internal set; }

    /// <summary>1 for the outermost frame.</summary>
    public int Depth { get; init; }

    /// <summary>Gas that the transaction has earned so far.</summary>
    public long Refund { get; init; }

    /// <summary>Bottom first; null where it is not asked for.</summary>
    public UInt256[]? Stack { get; init; }

    public byte[]? Memory { get; init; }

    public byte[]? ReturnData { get; init; }

    /// <summary>Where the instruction is a SLOAD or SSTORE: what the contract has read and written so far, with this
    /// one.</summary>
    public StorageSoFar? Storage { get; internal set; }

    /// <summary>Why the instruction was not run: gas or stack did not suffice.</summary>
    public string? Error { get; internal set; }
}

/// <summary>The first <paramref name="Count"/> of a contract's accesses, of which the last one of a slot counts.
/// </summary>
public readonly record struct StorageSoFar(IReadOnlyList<KeyValuePair<UInt256, UInt256>> Accesses, int Count);
