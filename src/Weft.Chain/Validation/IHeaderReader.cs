using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Validation;

/// <summary>Where earlier headers come from, whatever branch they are on.</summary>
public interface IHeaderReader
{
    /// <summary>Null where the block is not known.</summary>
    BlockHeader? GetHeader(in Hash256 hash);

    /// <summary>Null where the block is not known.</summary>
    IReadOnlyList<BlockHeader>? GetOmmers(in Hash256 hash);
}
