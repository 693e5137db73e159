using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Live;

/// <summary>Blocks that were refused, and blocks that build on them. The oldest are forgotten. Any thread.</summary>
internal sealed class InvalidBlocks(int countMax)
{
    private readonly Dictionary<Hash256, InvalidBlock> _blocks = [];
    private readonly Queue<Hash256> _order = new();
    private readonly Lock _gate = new();

    public IReadOnlyList<InvalidBlock> Latest
    {
        get
        {
            lock (_gate) return [.. _order.Reverse().Select(hash => _blocks[hash])];
        }
    }

    public InvalidBlock? Find(in Hash256 hash)
    {
        lock (_gate) return _blocks.GetValueOrDefault(hash);
    }

    /// <summary>Judges a block by what is known of it or of its parent; null where that is nothing.</summary>
    public InvalidBlock? Judge(BlockHeader header)
    {
        lock (_gate)
        {
            if (_blocks.TryGetValue(header.Hash, out var known)) return known;
            if (!_blocks.TryGetValue(header.ParentHash, out var parent)) return null;
            var judged = BuildingOn(parent, header);
            Add(judged);
            return judged;
        }
    }

    private static InvalidBlock BuildingOn(InvalidBlock parent, BlockHeader header)
    {
        // The reason of the first one stays the reason, however long the branch grows.
        var result = parent.Block is null ? parent.Result : parent.Result with
        {
            Detail = $"links to the invalid block {parent.Header.Hash}: {parent.Result.Detail}",
        };
        return new(header, null, result, parent.LatestValid);
    }

    /// <summary>A body that does not belong to the header says nothing of the block with that hash.</summary>
    public void Add(Block block, BlockResult result)
    {
        if (result.Error is BlockError.TransactionsRootMismatch or BlockError.OmmersHashMismatch
            or BlockError.WithdrawalsRootMismatch) return;
        Add(new(block.Header, block, result, block.Header.ParentHash));
    }

    private void Add(InvalidBlock block)
    {
        lock (_gate)
        {
            if (!_blocks.TryAdd(block.Header.Hash, block)) return;
            _order.Enqueue(block.Header.Hash);
            while (_blocks.Count > countMax) _blocks.Remove(_order.Dequeue());
        }
    }
}
