using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Validation;

/// <summary>Which ommers a block may name (Yellow Paper 11.1).</summary>
public static class OmmerRules
{
    private const int MaxOmmers = 2;

    /// <summary>How many generations up the parent of an ommer may be: the ommer itself is at most six blocks older
    /// than the block.</summary>
    private const int MaxGenerations = 7;

    /// <summary>The first rule that is broken; null where none is.</summary>
    /// <exception cref="InvalidDataException"><paramref name="chain"/> lacks an ancestor.</exception>
    public static BlockResult? Check(Block block, IHeaderReader chain, ForkSchedule forks)
    {
        if (block.Ommers.Count == 0) return null;
        if (block.Ommers.Count > MaxOmmers)
            return BlockResult.Invalid(
                BlockError.TooManyOmmers, $"ommers: at most {MaxOmmers}, found {block.Ommers.Count}");
        var ancestors = new Dictionary<Hash256, BlockHeader>();
        var included = new HashSet<Hash256>();
        Collect(block.Header, chain, ancestors, included);
        foreach (BlockHeader ommer in block.Ommers)
            if (Check(ommer, block.Header, forks, ancestors, included) is { } error) return error;
        return null;
    }

    private static void Collect(
        BlockHeader header, IHeaderReader chain, Dictionary<Hash256, BlockHeader> ancestors, HashSet<Hash256> included)
    {
        Hash256 hash = header.ParentHash;
        for (int i = 0; i < MaxGenerations; i++)
        {
            BlockHeader ancestor = chain.GetHeader(hash)
                ?? throw new InvalidDataException($"the ancestor {hash} of a block is not there");
            ancestors.Add(hash, ancestor);
            if (ancestor.OmmersHash != Hash256.OfEmptyList)
                foreach (BlockHeader ommer in chain.GetOmmers(hash) ?? []) included.Add(ommer.Hash);
            if (ancestor.Number == 0) return;
            hash = ancestor.ParentHash;
        }
    }

    private static BlockResult? Check(
        BlockHeader ommer, BlockHeader header, ForkSchedule forks, Dictionary<Hash256, BlockHeader> ancestors,
        HashSet<Hash256> included)
    {
        Hash256 hash = ommer.Hash;
        if (!included.Add(hash))
            return BlockResult.Invalid(BlockError.OmmerIncludedBefore, $"ommer {hash} was included before");
        if (ancestors.ContainsKey(hash))
            return BlockResult.Invalid(BlockError.OmmerIsAncestor, $"ommer {hash} is an ancestor");
        // A brother of the block is no ommer of it.
        if (ommer.ParentHash == header.ParentHash || !ancestors.TryGetValue(ommer.ParentHash, out var parent))
            return BlockResult.Invalid(
                BlockError.OmmerNotRelated,
                $"ommer {hash}: its parent is none of the {ancestors.Count - 1} ancestors before the parent");
        var rules = forks.RulesAt(ommer.Number, ommer.Timestamp, UInt256.Zero);
        return HeaderRules.Check(ommer, parent, rules, forks.DaoForkNumber) is { } error
            ? error with
            {
                Error = BlockError.OmmerInvalid, OmmerError = error.Error,
                Detail = $"ommer {hash}: {error.Error}: {error.Detail}",
            }
            : null;
    }
}
