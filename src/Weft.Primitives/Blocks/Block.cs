using Weft.Primitives.Transactions;

namespace Weft.Primitives.Blocks;

/// <summary>A header with its body. <see cref="Withdrawals"/> is null before Shanghai.</summary>
public sealed record Block(
    BlockHeader Header,
    IReadOnlyList<Transaction> Transactions,
    IReadOnlyList<BlockHeader> Ommers,
    IReadOnlyList<Withdrawal>? Withdrawals);

/// <summary>A payment from the beacon chain (EIP-4895). The amount is in gwei.</summary>
public readonly record struct Withdrawal(ulong Index, ulong ValidatorIndex, Address Address, ulong AmountGwei);

/// <summary>A log that a contract wrote: at most four topics (Yellow Paper 4.3.1).</summary>
public sealed record LogEntry(Address Address, IReadOnlyList<Hash256> Topics, ReadOnlyMemory<byte> Data);

/// <summary>
/// What a transaction left behind (Yellow Paper 4.3.1). Before Byzantium it carries the state root in between,
/// afterwards <see cref="Succeeded"/> (EIP-658).
/// </summary>
public sealed record Receipt
{
    public required Transactions.TransactionType Type { get; init; }

    /// <summary>Before Byzantium only, and only where roots are computed.</summary>
    public Hash256? PostStateRoot { get; init; }

    public bool Succeeded { get; init; }

    /// <summary>Gas of the block up to and with this transaction.</summary>
    public ulong CumulativeGasUsed { get; init; }

    /// <summary>Gas of this transaction alone; not part of the encoding.</summary>
    public ulong GasUsed { get; init; }

    public required IReadOnlyList<LogEntry> Logs { get; init; }
    public required Bloom Bloom { get; init; }
}
