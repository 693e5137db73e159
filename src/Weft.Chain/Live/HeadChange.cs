using Weft.Primitives.Blocks;

namespace Weft.Chain.Live;

/// <summary>A canonical block with what executing it came to. Senders are known where it was added.</summary>
public sealed record ChainBlock(Block Block, IReadOnlyList<Receipt> Receipts);

/// <summary>The head has moved.</summary>
/// <param name="Head">The new head.</param>
/// <param name="Removed">Blocks that are canonical no more, from the old head down.</param>
/// <param name="Added">Blocks that became canonical, upwards; the last one is the head. Empty after going back.</param>
public sealed record HeadChange(
    BlockHeader Head, IReadOnlyList<ChainBlock> Removed, IReadOnlyList<ChainBlock> Added)
{
    /// <summary>The subscriber was too slow: changes before this one were dropped, and this one has no blocks.
    /// </summary>
    public bool HasGap { get; init; }
}
