using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Building;

/// <summary>What whoever asks for a block decides about it (Engine API, PayloadAttributesV1 to V3).</summary>
public sealed record PayloadAttributes
{
    /// <summary>Seconds; after the parent's.</summary>
    public required ulong Timestamp { get; init; }
    public Hash256 PrevRandao { get; init; }
    public Address FeeRecipient { get; init; }

    /// <summary>From Shanghai on; null before.</summary>
    public IReadOnlyList<Withdrawal>? Withdrawals { get; init; }

    /// <summary>From Cancun on; null before.</summary>
    public Hash256? ParentBeaconBlockRoot { get; init; }

    /// <summary>At most 32 bytes; null: the builder's.</summary>
    public ReadOnlyMemory<byte>? ExtraData { get; init; }

    /// <summary>What the gas limit moves towards; null: the builder's.</summary>
    public ulong? GasLimitTarget { get; init; }

    /// <summary>The gas limit itself, however far from the parent's; for chains for development.</summary>
    public ulong? GasLimit { get; init; }

    /// <summary>Wei per gas, whatever follows from the parent; for chains for development.</summary>
    public UInt256? BaseFeePerGas { get; init; }
}
