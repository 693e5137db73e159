using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Primitives.Blocks;

/// <summary>Reads and writes receipts: rlp([root or status, cumulative gas, bloom, logs]), after the type unless legacy
/// (EIP-2718).</summary>
public static class ReceiptCodec
{
    /// <summary>The least encodings, in bytes: a log has an address, topics and data; a topic is a hash.</summary>
    private const int MinLogSize = 24, TopicSize = 33;

    /// <summary>What LOG4 writes.</summary>
    private const int MaxTopics = 4;

    /// <summary>The network form.</summary>
    public static void Write(Receipt receipt, RlpWriter writer)
    {
        if (receipt.Type != TransactionType.Legacy) writer.WriteRaw((byte)receipt.Type);
        int list = writer.BeginList();
        if (receipt.PostStateRoot is { } root) writer.Write(root);
        else writer.Write(receipt.Succeeded ? 1ul : 0);
        writer.Write(receipt.CumulativeGasUsed);
        writer.Write(receipt.Bloom.Bytes);
        WriteLogs(receipt.Logs, writer);
        writer.EndList(list);
    }

    /// <summary>As an item of a list: a typed receipt is wrapped as a string.</summary>
    public static void WriteItem(Receipt receipt, RlpWriter writer)
    {
        if (receipt.Type == TransactionType.Legacy)
        {
            Write(receipt, writer);
            return;
        }
        int start = writer.BeginString();
        Write(receipt, writer);
        writer.EndString(start);
    }

    /// <summary>The list of logs, as a receipt holds it.</summary>
    public static void WriteLogs(IReadOnlyList<LogEntry> logs, RlpWriter writer)
    {
        int list = writer.BeginList();
        for (int i = 0; i < logs.Count; i++)
        {
            var log = logs[i];
            int item = writer.BeginList();
            writer.Write(log.Address);
            int topics = writer.BeginList();
            for (int t = 0; t < log.Topics.Count; t++) writer.Write(log.Topics[t]);
            writer.EndList(topics);
            writer.Write(log.Data.Span);
            writer.EndList(item);
        }
        writer.EndList(list);
    }

    /// <summary>The network form, which takes all that the input holds. A result means something only when the reader
    /// has not failed.</summary>
    public static Receipt Read(ref RlpReader reader)
    {
        var type = TransactionType.Legacy;
        if (!reader.NextIsList)
        {
            int start = reader.Position;
            type = (TransactionType)reader.ReadRawByte();
            if (type is < TransactionType.AccessList or > TransactionType.SetCode)
                reader.Fail(DecodeError.UnknownTransactionType, start);
        }
        int list = reader.BeginList();
        var root = ReadRootOrStatus(ref reader, out bool succeeded);
        var receipt = new Receipt
        {
            Type = type,
            PostStateRoot = root,
            Succeeded = succeeded,
            CumulativeGasUsed = reader.ReadUInt64(),
            Bloom = BlockHeaderCodec.ReadBloom(ref reader),
            Logs = ReadLogs(ref reader),
        };
        reader.EndList(list);
        return receipt;
    }

    /// <summary>As an item of a list: a typed receipt is wrapped as a string.</summary>
    public static Receipt ReadItem(ref RlpReader reader)
    {
        if (reader.NextIsList) return Read(ref reader);
        int outer = reader.BeginString();
        if (reader.NextIsList) reader.Fail(DecodeError.UnknownTransactionType, reader.Position);
        var receipt = Read(ref reader);
        reader.EndString(outer);
        return receipt;
    }

    private static Hash256? ReadRootOrStatus(ref RlpReader reader, out bool succeeded)
    {
        int start = reader.Position;
        var bytes = reader.ReadBytes();
        succeeded = bytes.Length == 1 && bytes[0] == 1;
        if (bytes.Length == 32) return new(bytes);
        if (!bytes.IsEmpty && !succeeded) reader.Fail(DecodeError.InvalidReceiptStatus, start);
        return null;
    }

    /// <summary>What <see cref="WriteLogs"/> writes.</summary>
    public static LogEntry[] ReadLogs(ref RlpReader reader)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(MinLogSize);
        var logs = count == 0 ? [] : new LogEntry[count];
        for (int i = 0; i < logs.Length && !reader.Failed; i++)
        {
            int item = reader.BeginList();
            logs[i] = new(reader.ReadAddress(), ReadTopics(ref reader), reader.ReadBytes().ToArray());
            reader.EndList(item);
        }
        reader.EndList(list);
        return logs;
    }

    private static Hash256[] ReadTopics(ref RlpReader reader)
    {
        int start = reader.Position;
        int list = reader.BeginList();
        int count = reader.CountItems(TopicSize);
        if (count > MaxTopics) reader.Fail(DecodeError.TooManyTopics, start);
        var topics = count == 0 || reader.Failed ? [] : new Hash256[count];
        for (int i = 0; i < topics.Length; i++) topics[i] = reader.ReadHash();
        reader.EndList(list);
        return topics;
    }
}
