namespace Weft.Primitives.Blocks;

/// <summary>
/// A block header of any fork; fields that came with a later fork are null before it. Sources: Yellow Paper 4.3;
/// EIP-1559 (base fee), 4895 (withdrawals), 4844 (blob gas), 4788 (beacon root), 7685 (requests).
/// </summary>
public sealed record BlockHeader
{
    public Hash256 ParentHash { get; init; }
    public Hash256 OmmersHash { get; init; } = Hash256.OfEmptyList;
    public Address Beneficiary { get; init; }
    public Hash256 StateRoot { get; init; }
    public Hash256 TransactionsRoot { get; init; } = Hash256.OfEmptyTrie;
    public Hash256 ReceiptsRoot { get; init; } = Hash256.OfEmptyTrie;
    public Bloom LogsBloom { get; init; } = Bloom.Empty;

    /// <summary>Zero from Paris on.</summary>
    public UInt256 Difficulty { get; init; }

    public ulong Number { get; init; }
    public ulong GasLimit { get; init; }
    public ulong GasUsed { get; init; }
    public ulong Timestamp { get; init; }
    public ReadOnlyMemory<byte> ExtraData { get; init; }

    /// <summary>The proof-of-work mix hash; from Paris on PREVRANDAO (EIP-4399).</summary>
    public Hash256 MixHash { get; init; }

    public ulong Nonce { get; init; }
    public UInt256? BaseFeePerGas { get; init; }
    public Hash256? WithdrawalsRoot { get; init; }
    public ulong? BlobGasUsed { get; init; }
    public ulong? ExcessBlobGas { get; init; }
    public Hash256? ParentBeaconBlockRoot { get; init; }
    public Hash256? RequestsHash { get; init; }
}
