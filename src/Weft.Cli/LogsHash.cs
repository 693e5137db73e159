using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;

namespace Weft.Cli;

/// <summary>What test files know of logs: the Keccak-256 of their RLP list.</summary>
public static class LogsHash
{
    public static Hash256 Of(IReadOnlyList<LogEntry> logs)
    {
        if (logs.Count == 0) return Hash256.OfEmptyList;
        using var writer = new RlpWriter();
        int list = writer.BeginList();
        foreach (var log in logs)
        {
            int entry = writer.BeginList();
            writer.Write(log.Address);
            int topics = writer.BeginList();
            foreach (var topic in log.Topics) writer.Write(topic);
            writer.EndList(topics);
            writer.Write(log.Data.Span);
            writer.EndList(entry);
        }
        writer.EndList(list);
        return writer.Hash();
    }
}
