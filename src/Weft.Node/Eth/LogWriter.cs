using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Eth;

/// <summary>Where a log lies; <paramref name="LogIndex"/> counts the logs of the block.</summary>
internal readonly record struct LogPlace(
    BlockHeader Header, Hash256 TransactionHash, int TransactionIndex, int LogIndex, bool IsRemoved = false);

/// <summary>Logs as execution-apis has them.</summary>
internal static class LogWriter
{
    public static void Write(Utf8JsonWriter writer, in LogPlace place, LogEntry log)
    {
        writer.WriteStartObject();
        writer.WriteAddress("address"u8, log.Address);
        writer.WriteStartArray("topics"u8);
        foreach (Hash256 topic in log.Topics) writer.WriteDataValue(topic.Bytes);
        writer.WriteEndArray();
        writer.WriteData("data"u8, log.Data.Span);
        writer.WriteQuantity("blockNumber"u8, place.Header.Number);
        writer.WriteHash("transactionHash"u8, place.TransactionHash);
        writer.WriteQuantity("transactionIndex"u8, (ulong)place.TransactionIndex);
        writer.WriteHash("blockHash"u8, place.Header.Hash);
        writer.WriteQuantity("blockTimestamp"u8, place.Header.Timestamp);
        writer.WriteQuantity("logIndex"u8, (ulong)place.LogIndex);
        writer.WriteBoolean("removed"u8, place.IsRemoved);
        writer.WriteEndObject();
    }
}
