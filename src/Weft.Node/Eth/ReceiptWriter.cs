using System.Text.Json;
using Weft.Evm;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>Receipts and logs as execution-apis has them.</summary>
internal static class ReceiptWriter
{
    /// <summary><paramref name="sender"/> of the transaction at <paramref name="index"/>;
    /// <paramref name="rules"/> of the block.</summary>
    public static void Write(
        Utf8JsonWriter writer, Block block, IReadOnlyList<Receipt> receipts, int index, in Address sender,
        ForkRules rules)
    {
        BlockHeader header = block.Header;
        Receipt receipt = receipts[index];
        Transaction transaction = block.Transactions[index];
        writer.WriteStartObject();
        if (transaction.Type == TransactionType.Blob) WriteBlobGas(writer, header, transaction, rules);
        writer.WriteHash("blockHash"u8, header.Hash);
        writer.WriteQuantity("blockNumber"u8, header.Number);
        writer.WriteAddress(
            "contractAddress"u8,
            transaction.IsCreate ? ContractAddress.Create(sender, transaction.Nonce) : null);
        writer.WriteQuantity("cumulativeGasUsed"u8, receipt.CumulativeGasUsed);
        UInt256 baseFee = header.BaseFeePerGas ?? UInt256.Zero;
        writer.WriteQuantity("effectiveGasPrice"u8, EffectiveGasPrice.Of(transaction, baseFee));
        writer.WriteAddress("from"u8, sender);
        writer.WriteQuantity("gasUsed"u8, receipt.CumulativeGasUsed - CumulativeBefore(receipts, index));
        writer.WriteStartArray("logs"u8);
        WriteLogs(writer, header, transaction, receipts, index);
        writer.WriteEndArray();
        writer.WriteData("logsBloom"u8, receipt.Bloom.Bytes);
        if (receipt.PostStateRoot is { } root) writer.WriteHash("root"u8, root);
        else writer.WriteQuantity("status"u8, receipt.Succeeded ? 1UL : 0);
        writer.WriteAddress("to"u8, transaction.To);
        writer.WriteHash("transactionHash"u8, transaction.Hash);
        writer.WriteQuantity("transactionIndex"u8, (ulong)index);
        writer.WriteQuantity("type"u8, (ulong)transaction.Type);
        writer.WriteEndObject();
    }

    public static void WriteLog(Utf8JsonWriter writer, in LogPlace place, LogEntry log)
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

    private static void WriteLogs(
        Utf8JsonWriter writer, BlockHeader header, Transaction transaction, IReadOnlyList<Receipt> receipts, int index)
    {
        int first = 0;
        for (int i = 0; i < index; i++) first += receipts[i].Logs.Count;
        IReadOnlyList<LogEntry> logs = receipts[index].Logs;
        for (int i = 0; i < logs.Count; i++)
            WriteLog(writer, new(header, transaction.Hash, index, first + i), logs[i]);
    }

    private static void WriteBlobGas(
        Utf8JsonWriter writer, BlockHeader header, Transaction transaction, ForkRules rules)
    {
        if (rules.Blobs is { } schedule)
            writer.WriteQuantity("blobGasPrice"u8, BlobGas.BaseFee(header.ExcessBlobGas ?? 0, schedule));
        writer.WriteQuantity("blobGasUsed"u8, BlobGas.Of(transaction));
    }

    private static ulong CumulativeBefore(IReadOnlyList<Receipt> receipts, int index) =>
        index == 0 ? 0 : receipts[index - 1].CumulativeGasUsed;
}

/// <summary>Where a log lies; <paramref name="LogIndex"/> counts the logs of the block.</summary>
internal readonly record struct LogPlace(
    BlockHeader Header, Hash256 TransactionHash, int TransactionIndex, int LogIndex, bool IsRemoved = false);
