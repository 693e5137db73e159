using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>What a call came to.</summary>
public sealed record CallResult
{
    /// <summary>Other than None: nothing was executed; <see cref="Message"/> has the reason as clients know it.
    /// </summary>
    public TransactionError Error { get; init; }

    /// <summary>The call was stopped: out of time, or cancelled.</summary>
    public bool WasStopped { get; init; }

    /// <summary>How execution ended.</summary>
    public Halt Halt { get; init; }

    /// <summary>Return or revert data.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>The gas that the call could use.</summary>
    public ulong GasSupplied { get; init; }

    public ulong GasUsed { get; init; }

    /// <summary>The most gas that was used at any time: refunds not subtracted.</summary>
    public ulong GasUsedMax { get; init; }

    public IReadOnlyList<LogEntry> Logs { get; init; } = [];

    /// <summary>The contract that was created.</summary>
    public Address? Created { get; init; }

    /// <summary>Null where it succeeded.</summary>
    public string? Message { get; init; }

    public bool Succeeded => Error == TransactionError.None && !WasStopped && Halt == Halt.Success;
}

/// <summary>The least gas with which a call succeeds, within the tolerance of the search; or
/// <see cref="Failure"/>.</summary>
public sealed record GasEstimate
{
    public ulong Gas { get; init; }

    /// <summary>What the call came to with all the gas that is allowed, where that failed.</summary>
    public CallResult? Failure { get; init; }

    /// <summary>Null where there is an estimate.</summary>
    public string? Message { get; init; }
}

/// <summary>What a call accesses beyond what is warm anyway (EIP-2930), and its gas with that list.</summary>
public sealed record AccessListResult(
    IReadOnlyList<AccessListEntry> AccessList, ulong GasUsed, CallResult Call);
