using Weft.Chain.Live;
using Weft.Primitives;

namespace Weft.Node.Eth;

/// <summary>The blocks that were looked at last, with receipts: whoever sends transactions asks for the receipts of the
/// same few blocks over and over. Bounded by blocks and by transactions. Safe on any thread.</summary>
internal sealed class BlockCache(int maxBlocks = 128, int maxTransactions = 100_000)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Hash256, LinkedListNode<ChainBlock>> _byHash = [];

    /// <summary>The one used last comes first.</summary>
    private readonly LinkedList<ChainBlock> _order = new();
    private int _transactions;

    public ChainBlock? Find(in Hash256 hash)
    {
        lock (_lock)
        {
            if (!_byHash.TryGetValue(hash, out var node)) return null;
            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value;
        }
    }

    /// <summary>Takes the place of what was there for the same hash.</summary>
    public void Add(ChainBlock block)
    {
        lock (_lock)
        {
            Remove(block.Block.Header.Hash);
            _byHash[block.Block.Header.Hash] = _order.AddFirst(block);
            _transactions += block.Block.Transactions.Count;
            while (_order.Count > 1 && (_order.Count > maxBlocks || _transactions > maxTransactions))
                Remove(_order.Last!.Value.Block.Header.Hash);
        }
    }

    private void Remove(in Hash256 hash)
    {
        if (!_byHash.Remove(hash, out var node)) return;
        _order.Remove(node);
        _transactions -= node.Value.Block.Transactions.Count;
    }
}
