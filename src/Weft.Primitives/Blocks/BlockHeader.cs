using Weft.Primitives.Rlp;

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

    private CachedHash? _hash;

    /// <summary>Keccak-256 of <see cref="Encode"/>: what identifies the block. Computed once.</summary>
    public Hash256 Hash
    {
        get
        {
            var cached = _hash;
            if (cached is null || !ReferenceEquals(cached.Owner, this)) _hash = cached = new(this, ComputeHash());
            return cached.Value;
        }
    }

    public byte[] Encode()
    {
        using var writer = new RlpWriter(1024);
        BlockHeaderCodec.Write(this, writer);
        return writer.ToArray();
    }

    /// <summary>Decodes <see cref="Encode"/>; the number of fields says which fork's they are.</summary>
    /// <exception cref="RlpException">The bytes are no header.</exception>
    public static BlockHeader Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new RlpReader(bytes);
        var header = BlockHeaderCodec.Read(ref reader);
        reader.FinishOrThrow();
        return header;
    }

    /// <summary>Headers with the same encoding are equal.</summary>
    public bool Equals(BlockHeader? other) => other is not null && Hash == other.Hash;

    public override int GetHashCode() => Hash.GetHashCode();

    private Hash256 ComputeHash()
    {
        using var writer = new RlpWriter(1024);
        BlockHeaderCodec.Write(this, writer);
        return writer.Hash();
    }

    /// <summary>A <c>with</c> expression copies the reference to the hash of the original; the owner tells them apart.
    /// An object, for a 32-byte value could be seen half written by another thread.</summary>
    private sealed record CachedHash(BlockHeader Owner, Hash256 Value);
}
