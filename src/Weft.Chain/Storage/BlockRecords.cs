using System.Buffers.Binary;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Storage;

/// <summary>The values of the chain's tables: strict RLP, checked again whenever it is read.</summary>
internal static class BlockRecords
{
    /// <summary>The least encoding of a receipt in bytes: type, status, gas, an empty list, a header.</summary>
    private const int MinReceiptSize = 5;

    // ---- Header: [total difficulty, header] ----

    public static void WriteHeader(BlockHeader header, in UInt256 totalDifficulty, RlpWriter writer)
    {
        int list = writer.BeginList();
        writer.Write(totalDifficulty);
        BlockHeaderCodec.Write(header, writer);
        writer.EndList(list);
    }

    public static (BlockHeader Header, UInt256 TotalDifficulty) ReadHeader(ReadOnlySpan<byte> bytes, in Hash256 hash)
    {
        var reader = new RlpReader(bytes);
        int list = reader.BeginList();
        UInt256 total = reader.ReadUInt256();
        BlockHeader header = BlockHeaderCodec.Read(ref reader);
        reader.EndList(list);
        if (!reader.Finish() || header.Hash != hash) throw ChainTables.Damaged($"header {hash}: {reader.Error}");
        return (header, total);
    }

    // ---- Body: [transactions, ommers, withdrawals] ----

    public static void WriteBody(Block block, RlpWriter writer)
    {
        int list = writer.BeginList();
        BlockCodec.WriteTransactions(block.Transactions, writer);
        BlockHeaderCodec.WriteList(block.Ommers, writer);
        if (block.Withdrawals is { } withdrawals) BlockCodec.WriteWithdrawals(withdrawals, writer);
        writer.EndList(list);
    }

    public static Block ReadBody(ReadOnlySpan<byte> bytes, BlockHeader header)
    {
        var reader = new RlpReader(bytes);
        int list = reader.BeginList();
        var block = new Block(
            header, BlockCodec.ReadTransactions(ref reader), BlockHeaderCodec.ReadList(ref reader),
            header.WithdrawalsRoot.HasValue ? BlockCodec.ReadWithdrawals(ref reader) : null);
        reader.EndList(list);
        if (!reader.Finish()) throw ChainTables.Damaged($"body of block {header.Number}: {reader.Error}");
        return block;
    }

    // ---- Receipts: [[type, status or root, gas of the transaction, logs], …]; blooms follow from the logs ----

    public static void WriteReceipts(IReadOnlyList<Receipt> receipts, RlpWriter writer)
    {
        int list = writer.BeginList();
        for (int i = 0; i < receipts.Count; i++)
        {
            Receipt receipt = receipts[i];
            int item = writer.BeginList();
            writer.Write((ulong)receipt.Type);
            if (receipt.PostStateRoot is { } root) writer.Write(root);
            else writer.Write(receipt.Succeeded ? 1ul : 0);
            writer.Write(receipt.GasUsed);
            ReceiptCodec.WriteLogs(receipt.Logs, writer);
            writer.EndList(item);
        }
        writer.EndList(list);
    }

    public static Receipt[] ReadReceipts(ReadOnlySpan<byte> bytes, ulong number)
    {
        var reader = new RlpReader(bytes);
        int list = reader.BeginList();
        int count = reader.CountItems(MinReceiptSize);
        var receipts = count == 0 ? [] : new Receipt[count];
        ulong cumulative = 0;
        for (int i = 0; i < receipts.Length && !reader.Failed; i++)
            receipts[i] = ReadReceipt(ref reader, ref cumulative);
        reader.EndList(list);
        if (!reader.Finish()) throw ChainTables.Damaged($"receipts of block {number}: {reader.Error}");
        return receipts;
    }

    private static Receipt ReadReceipt(ref RlpReader reader, ref ulong cumulative)
    {
        int item = reader.BeginList(), start = reader.Position;
        byte type = reader.ReadByte();
        if (type > (byte)TransactionType.SetCode) reader.Fail(DecodeError.UnknownTransactionType, start);
        start = reader.Position;
        ReadOnlySpan<byte> outcome = reader.ReadBytes();
        bool succeeded = outcome is [1];
        if (outcome.Length != 32 && !outcome.IsEmpty && !succeeded)
            reader.Fail(DecodeError.InvalidReceiptStatus, start);
        ulong gas = reader.ReadUInt64();
        LogEntry[] logs = ReceiptCodec.ReadLogs(ref reader);
        reader.EndList(item);
        cumulative += gas;
        return new Receipt
        {
            Type = (TransactionType)type, PostStateRoot = outcome.Length == 32 ? new(outcome) : null,
            Succeeded = succeeded, GasUsed = gas, CumulativeGasUsed = cumulative, Logs = logs,
            Bloom = reader.Failed ? Bloom.Empty : Bloom.Of(logs),
        };
    }

    // ---- Place of a transaction: [number, index] ----

    public static void WritePlace(ulong number, int index, RlpWriter writer)
    {
        int list = writer.BeginList();
        writer.Write(number);
        writer.Write((ulong)index);
        writer.EndList(list);
    }

    public static (ulong Number, int Index) ReadPlace(ReadOnlySpan<byte> bytes)
    {
        var reader = new RlpReader(bytes);
        int list = reader.BeginList();
        ulong number = reader.ReadUInt64(), index = reader.ReadUInt64();
        reader.EndList(list);
        if (!reader.Finish() || index > int.MaxValue) throw ChainTables.Damaged("an entry of the transaction index");
        return (number, (int)index);
    }

    // ---- Numbers and hashes ----

    public static ulong ReadNumber(ReadOnlySpan<byte> bytes) => bytes.Length == ChainTables.NumberKeySize
        ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
        : throw ChainTables.Damaged($"a block number has {bytes.Length} bytes");

    public static Hash256 ReadHash(ReadOnlySpan<byte> bytes) => bytes.Length == 32
        ? new(bytes)
        : throw ChainTables.Damaged($"a block hash has {bytes.Length} bytes");
}
