using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Building;

public sealed record BuilderOptions
{
    /// <summary>At most 32 bytes.</summary>
    public ReadOnlyMemory<byte> ExtraData { get; init; } = "weft"u8.ToArray();

    /// <summary>What the gas limit moves towards; null: it stays.</summary>
    public ulong? GasLimitTarget { get; init; }

    /// <summary>Transactions that are likely to conflict are put far apart, where that costs no fees.</summary>
    public bool SpreadsConflicts { get; init; } = true;
}

/// <summary>Builds blocks on the head, of transactions of a pool or of given ones. Any thread; one at a time
/// builds.</summary>
public sealed class BlockBuilder
{
    public BlockBuilder(LiveChain chain, TransactionPool? pool = null, BuilderOptions? options = null)
    {
    }

    /// <summary>A block on the head of the best transactions that fit.</summary>
    public BuiltBlock Build(PayloadAttributes attributes) => throw new InvalidOperationException("not yet");

    /// <summary>A block on the head with these transactions, in this order; those that are invalid there are left out
    /// (<see cref="BuiltBlock.Dropped"/>).</summary>
    public BuiltBlock Build(PayloadAttributes attributes, IReadOnlyList<Transaction> transactions) =>
        throw new InvalidOperationException("not yet");

    /// <summary>The same on another canonical block.</summary>
    /// <exception cref="ArgumentException">Its state is out of reach.</exception>
    public BuiltBlock Build(
        BlockHeader parent, PayloadAttributes attributes, IReadOnlyList<Transaction> transactions) =>
        throw new InvalidOperationException("not yet");

    /// <summary>Builds and makes the block the head.</summary>
    public (BuiltBlock Built, ImportResult Result) Mine(PayloadAttributes attributes) =>
        throw new InvalidOperationException("not yet");

    /// <summary>The block as it would be built now, kept while head and pool stay as they are; belongs to the builder.
    /// </summary>
    public BuiltBlock GetPending() => throw new InvalidOperationException("not yet");
}
