namespace Weft.State.Trie;

/// <summary>
/// Where a reader saw a record when it was asked to locate it, or nothing. For that reader only; reading with one that
/// is out of date or for another record takes longer and gives the same.
/// </summary>
public readonly struct RecordHint
{
    internal RecordHint(nint entry, int length, ushort shard, uint version) =>
        (Entry, Length, Shard, Version) = (entry, length, shard, version);

    /// <summary>Address of the cache's entry; 0 for nothing.</summary>
    internal nint Entry { get; }

    /// <summary>Bytes of the entry, more or less.</summary>
    internal int Length { get; }

    /// <summary>What the shard of the cache said of itself before the entry was looked for.</summary>
    internal uint Version { get; }

    /// <summary>Which shard of the cache.</summary>
    internal ushort Shard { get; }
}
