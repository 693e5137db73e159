using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Live;

/// <summary>A block that was refused. <paramref name="Block"/> is null for one that only builds on such a block.
/// </summary>
/// <param name="Header">Its header.</param>
/// <param name="Block">The block itself.</param>
/// <param name="Result">Why.</param>
/// <param name="LatestValid">The last ancestor that is valid: what Engine API calls latestValidHash.</param>
public sealed record InvalidBlock(BlockHeader Header, Block? Block, BlockResult Result, Hash256 LatestValid);
