using Weft.Primitives;

namespace Weft.Evm;

/// <summary>What instructions can ask of the block. Immutable for the duration of a block.</summary>
public sealed class BlockEnvironment
{
    public Address Coinbase { get; init; }
    public ulong Number { get; init; }
    public ulong Timestamp { get; init; }
    public ulong GasLimit { get; init; }

    /// <summary>Opcode 0x44 before Paris.</summary>
    public UInt256 Difficulty { get; init; }

    /// <summary>Opcode 0x44 from Paris on (EIP-4399).</summary>
    public Hash256 PrevRandao { get; init; }

    public UInt256 BaseFee { get; init; }

    /// <summary>Wei per blob gas (EIP-7516).</summary>
    public UInt256 BlobBaseFee { get; init; }

    public ulong ChainId { get; init; } = 1;
}

/// <summary>What instructions can ask of the transaction. Whoever runs many fills the same one again, between
/// them.</summary>
public sealed class TransactionEnvironment
{
    public Address Origin { get; set; }

    /// <summary>The price per gas really paid (EIP-1559).</summary>
    public UInt256 GasPrice { get; set; }

    public IReadOnlyList<Hash256> BlobVersionedHashes { get; set; } = [];
}
