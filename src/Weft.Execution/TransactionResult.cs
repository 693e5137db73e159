using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Execution;

/// <summary>
/// What executing one transaction came to. <paramref name="Error"/> other than None: nothing was changed.
/// <paramref name="Created"/> is the contract of a creation that succeeded. <paramref name="Output"/> is what the
/// outermost frame returned and lives until the processor's next transaction.
/// </summary>
public readonly record struct TransactionResult(
    TransactionError Error, Halt Halt, ulong GasUsed, IReadOnlyList<LogEntry> Logs, Address? Created,
    ReadOnlyMemory<byte> Output)
{
    /// <summary>Wei for the fee recipient.</summary>
    public UInt256 Fee { get; init; }

    /// <summary>One of the logs has the topic of the deposit contract's event (EIP-6110); its address is not looked at.
    /// </summary>
    public bool MayHaveDeposit { get; init; }

    /// <summary>The status of the receipt (EIP-658).</summary>
    public bool Succeeded => Error == TransactionError.None && Halt == Halt.Success;

    internal static TransactionResult Invalid(TransactionError error) => new(error, Halt.Success, 0, [], null, default);
}
