using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Live;

/// <summary>Blocks whose parent is not known yet, until it comes or they are pushed out. Any thread.</summary>
internal sealed class WaitingBlocks(LiveChainOptions options)
{
    private readonly LinkedList<(Block Block, long Bytes)> _blocks = [];
    private readonly Lock _gate = new();
    private long _bytes;

    public bool Contains(in Hash256 hash)
    {
        lock (_gate)
        {
            foreach (var (block, _) in _blocks)
                if (block.Header.Hash == hash) return true;
            return false;
        }
    }

    public void Add(Block block)
    {
        long bytes = SizeOf(block);
        if (bytes > options.WaitingBytesMax || Contains(block.Header.Hash)) return;
        lock (_gate)
        {
            _blocks.AddLast((block, bytes));
            _bytes += bytes;
            while (_blocks.Count > options.WaitingBlocksMax || _bytes > options.WaitingBytesMax) Remove(_blocks.First!);
        }
    }

    /// <summary>A block whose parent this is; null where there is none any more.</summary>
    public Block? TakeChild(in Hash256 parent)
    {
        lock (_gate)
        {
            for (var place = _blocks.First; place is not null; place = place.Next)
            {
                if (place.Value.Block.Header.ParentHash != parent) continue;
                Remove(place);
                return place.Value.Block;
            }
            return null;
        }
    }

    private void Remove(LinkedListNode<(Block Block, long Bytes)> place)
    {
        _bytes -= place.Value.Bytes;
        _blocks.Remove(place);
    }

    /// <summary>About what it holds in memory.</summary>
    private static long SizeOf(Block block)
    {
        long bytes = 1024 + 64L * (block.Withdrawals?.Count ?? 0);
        foreach (var transaction in block.Transactions)
            bytes += 512 + transaction.Data.Length + 64L * transaction.AccessList.Sum(e => 1 + e.StorageKeys.Count)
                + 256L * transaction.AuthorizationList.Count;
        return bytes;
    }
}
