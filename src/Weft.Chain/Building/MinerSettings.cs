using Weft.Primitives;

namespace Weft.Chain.Building;

/// <summary>What a <see cref="DevMiner"/> makes blocks of, apart from transactions. Null: as it follows from the block
/// before and the clock.</summary>
public sealed record MinerSettings
{
    public Address FeeRecipient { get; init; }

    /// <summary>Seconds that a timestamp may have, so that sums of some stay within 64 bits.</summary>
    public const ulong TimestampMax = 1UL << 48;

    /// <summary>What is added to the clock to make timestamps.</summary>
    public long ClockOffsetMs { get; init; }

    /// <summary>Seconds from one block to the next.</summary>
    public ulong? TimestampStep { get; init; }

    /// <summary>Of every block.</summary>
    public ulong? GasLimit { get; init; }

    // ---- Of the next block only ----

    /// <summary>Seconds; the clock goes on from there.</summary>
    public ulong? NextTimestamp { get; init; }

    public Hash256? NextPrevRandao { get; init; }

    /// <summary>Wei per gas.</summary>
    public UInt256? NextBaseFee { get; init; }
}
