using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain;

/// <summary>
/// Which logs to find: of blocks <paramref name="First"/> to <paramref name="Last"/>, by any of the addresses, with any
/// of the topics at each place. An empty list stands for anything, as does a place that is not listed.
/// </summary>
public sealed record LogQuery(ulong First, ulong Last)
{
    public IReadOnlyList<Address> Addresses { get; init; } = [];

    public IReadOnlyList<IReadOnlyList<Hash256>> Topics { get; init; } = [];

    public bool Matches(LogEntry log)
    {
        if (Addresses.Count > 0 && !Addresses.Contains(log.Address)) return false;
        if (Topics.Count > log.Topics.Count) return false;
        for (int i = 0; i < Topics.Count; i++)
            if (Topics[i].Count > 0 && !Topics[i].Contains(log.Topics[i])) return false;
        return true;
    }
}

/// <summary>A log and its place in the canonical chain; <paramref name="Index"/> counts the logs of the block.
/// </summary>
public sealed record FoundLog(ulong Number, Hash256 BlockHash, int TransactionIndex, int Index, LogEntry Log);
