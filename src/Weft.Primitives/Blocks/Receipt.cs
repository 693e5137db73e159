using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Primitives.Blocks;

/// <summary>
/// What a transaction left behind (Yellow Paper 4.3.1). Before Byzantium it carries the state root in between,
/// afterwards <see cref="Succeeded"/> (EIP-658).
/// </summary>
public sealed record Receipt
{
    public required TransactionType Type { get; init; }

    /// <summary>Before Byzantium only, and only where roots are computed.</summary>
    public Hash256? PostStateRoot { get; init; }

    public bool Succeeded { get; init; }

    /// <summary>Gas of the block up to and with this transaction.</summary>
    public ulong CumulativeGasUsed { get; init; }

    /// <summary>Gas of this transaction alone; not part of the encoding.</summary>
    public ulong GasUsed { get; init; }

    public required IReadOnlyList<LogEntry> Logs { get; init; }
    public required Bloom Bloom { get; init; }

    /// <summary>The network form: the list, after the type unless legacy (EIP-2718).</summary>
    public byte[] Encode()
    {
        using var writer = new RlpWriter(512);
        ReceiptCodec.Write(this, writer);
        return writer.ToArray();
    }

    /// <summary>Decodes the network form. <see cref="GasUsed"/>, which is no part of it, stays 0.</summary>
    /// <exception cref="RlpException">The bytes are no receipt.</exception>
    public static Receipt Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new RlpReader(bytes);
        var receipt = ReceiptCodec.Read(ref reader);
        reader.FinishOrThrow();
        return receipt;
    }
}
