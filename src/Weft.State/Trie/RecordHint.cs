namespace Weft.State.Trie;

/// <summary>
/// Where a reader saw a record when it was asked to fetch it, or nothing. For that reader only; reading with one that
/// is out of date or for another record takes longer and gives the same.
/// </summary>
public readonly struct RecordHint
{
    internal RecordHint(nint entry, int shard, uint version) => (Entry, Shard, Version) = (entry, shard, version);

    /// <summary>Address of the cache's entry; 0 for nothing.</summary>
    internal nint Entry { get; }

    /// <summary>Which shard of the cache, and what it said of itself before the entry was looked for.</summary>
    internal int Shard { get; }

    internal uint Version { get; }
}
