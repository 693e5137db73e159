using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Branches;

/// <summary>BLOCKHASH on any branch: by the canonical chain up to where the branch leaves it, by the branch above.
/// </summary>
internal sealed class AncestorHashes(ChainStore blocks, BlockHeader parent, IReadOnlyList<Hash256> branch)
    : IBlockHashes
{
    /// <summary><c>branch</c> ends with the parent; it is empty where the parent is canonical.</summary>
    public Hash256 GetBlockHash(ulong number)
    {
        if (number == parent.Number) return parent.Hash;
        if (number > parent.Number) return default;
        ulong depth = parent.Number - number;
        return depth < (ulong)branch.Count
            ? branch[branch.Count - 1 - (int)depth]
            : blocks.GetCanonicalHash(number) ?? blocks.Origin?.GetBlockHash(number) ?? default;
    }
}
