using Weft.Chain.Live;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Eth;

/// <summary>
/// Changes of the head without gaps: where the chain was faster than its subscriber, the blocks between the last head
/// that was told of and the new one are read from the database. Only a gap too long to be worth it, or over blocks
/// that are forgotten, stays one. One thread at a time calls the handler.
/// </summary>
internal sealed class HeadFollower : IDisposable
{
    /// <summary>Blocks to be read on either side.</summary>
    private const int RepairedMax = 1024;

    private readonly ChainReader _reader;
    private readonly Action<HeadChange> _handler;
    private readonly ISubscription _subscription;
    private BlockHeader _last;

    public HeadFollower(ChainReader reader, Action<HeadChange> handler)
    {
        (_reader, _handler, _last) = (reader, handler, reader.Chain.Head);
        _subscription = reader.Chain.Subscribe(OnHead);
    }

    public void Dispose() => _subscription.Dispose();

    /// <inheritdoc cref="ISubscription.CatchUp"/>
    public void CatchUp() => _subscription.CatchUp();

    /// <summary>What leads from one block to another; with a gap where that cannot be said.</summary>
    internal static HeadChange Between(ChainReader reader, BlockHeader from, BlockHeader to)
    {
        List<ChainBlock> removed = [], added = [];
        BlockHeader old = from, head = to;
        while (from.Hash != to.Hash)
        {
            bool isDown = from.Number >= to.Number;
            var (side, tip) = isDown ? (removed, from) : (added, to);
            if (side.Count == RepairedMax || Find(reader, tip.Hash, isDown) is not { } block
                || reader.Chain.Blocks.GetHeader(tip.ParentHash) is not { } parent)
                return new(head, [], []) { HasGap = head.Hash != old.Hash };
            side.Add(block);
            if (isDown) from = parent;
            else to = parent;
        }
        added.Reverse();
        return new(head, removed, added);
    }

    /// <summary>Receipts of what is canonical no more are kept in memory for a while only: without them the block is
    /// removed, but not its logs.</summary>
    private static ChainBlock? Find(ChainReader reader, in Hash256 hash, bool isRemoved) => isRemoved
        ? reader.FindReplaced(hash)
        : reader.FindWithReceipts(hash);

    private void OnHead(HeadChange change)
    {
        if (change.HasGap) change = Between(_reader, _last, change.Head);
        _last = change.Head;
        _handler(change);
    }
}
