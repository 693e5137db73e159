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
        ReceiptCodec.WriteLogs(logs, writer);
        return writer.Hash();
    }
}
