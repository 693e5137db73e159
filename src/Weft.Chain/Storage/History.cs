namespace Weft.Chain.Storage;

/// <summary>How much the last blocks take in the database, of those that came since it was opened, and which of them
/// are to go: as many of the oldest as exceed <paramref name="bytesMax"/>, but for the last
/// <paramref name="blocksMin"/>. Under the lock of the chain.</summary>
internal sealed class History(long bytesMax, int blocksMin)
{
    /// <summary>Of one commit, so that none takes long; more than come with one, so that they are caught up with.
    /// </summary>
    public const int ForgottenMax = 4;

    /// <summary>Upwards. A commit of several blocks is one entry, named after its last.</summary>
    private readonly LinkedList<(ulong Number, long Bytes)> _blocks = [];

    private long _bytes;

    /// <summary>The first block that is there; those below have been forgotten, but for the genesis.</summary>
    public ulong First { get; private set; } = 1;

    public void Add(ulong number, long bytes)
    {
        _blocks.AddLast((number, bytes));
        _bytes += bytes;
    }

    /// <summary>These are no part of the chain any more.</summary>
    public void RemoveAbove(ulong number)
    {
        while (_blocks.Last is { } last && last.Value.Number > number)
        {
            _bytes -= last.Value.Bytes;
            _blocks.RemoveLast();
        }
        First = Math.Min(First, number + 1);
    }

    /// <summary>The next one to be forgotten; null where there is none. Nothing from <paramref name="pinned"/> on.
    /// </summary>
    public ulong? TakeOldest(ulong head, ulong pinned)
    {
        if (_bytes <= bytesMax || First + (ulong)blocksMin > head || First >= pinned) return null;
        if (_blocks.First is { } entry && entry.Value.Number <= First)
        {
            _bytes -= entry.Value.Bytes;
            _blocks.RemoveFirst();
        }
        return First++;
    }
}
