using System.Buffers.Binary;
using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>Blocks and headers as execution-apis has them.</summary>
internal static class BlockWriter
{
    /// <summary>The members of a header; the caller begins and ends the object. From Cancun on the total difficulty is
    /// gone from the specification, and so it is here.</summary>
    public static void WriteHeaderMembers(Utf8JsonWriter writer, BlockHeader header)
    {
        if (header.BaseFeePerGas is { } baseFee) writer.WriteQuantity("baseFeePerGas"u8, baseFee);
        if (header.BlobGasUsed is { } blobGas) writer.WriteQuantity("blobGasUsed"u8, blobGas);
        writer.WriteQuantity("difficulty"u8, header.Difficulty);
        if (header.ExcessBlobGas is { } excess) writer.WriteQuantity("excessBlobGas"u8, excess);
        writer.WriteData("extraData"u8, header.ExtraData.Span);
        writer.WriteQuantity("gasLimit"u8, header.GasLimit);
        writer.WriteQuantity("gasUsed"u8, header.GasUsed);
        writer.WriteHash("hash"u8, header.Hash);
        writer.WriteData("logsBloom"u8, header.LogsBloom.Bytes);
        writer.WriteAddress("miner"u8, header.Beneficiary);
        writer.WriteHash("mixHash"u8, header.MixHash);
        Span<byte> nonce = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, header.Nonce);
        writer.WriteData("nonce"u8, nonce);
        writer.WriteQuantity("number"u8, header.Number);
        if (header.ParentBeaconBlockRoot is { } beacon) writer.WriteHash("parentBeaconBlockRoot"u8, beacon);
        writer.WriteHash("parentHash"u8, header.ParentHash);
        writer.WriteHash("receiptsRoot"u8, header.ReceiptsRoot);
        if (header.RequestsHash is { } requests) writer.WriteHash("requestsHash"u8, requests);
        writer.WriteHash("sha3Uncles"u8, header.OmmersHash);
        writer.WriteHash("stateRoot"u8, header.StateRoot);
        writer.WriteQuantity("timestamp"u8, header.Timestamp);
        writer.WriteHash("transactionsRoot"u8, header.TransactionsRoot);
        if (header.WithdrawalsRoot is { } withdrawals) writer.WriteHash("withdrawalsRoot"u8, withdrawals);
    }

    public static void WriteHeader(Utf8JsonWriter writer, BlockHeader header)
    {
        writer.WriteStartObject();
        WriteHeaderMembers(writer, header);
        writer.WriteEndObject();
    }

    /// <summary>Whole transactions need known senders.</summary>
    public static void Write(Utf8JsonWriter writer, Block block, bool withTransactions)
    {
        writer.WriteStartObject();
        WriteMembers(writer, block, withTransactions);
        writer.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter writer, Block block, bool withTransactions)
    {
        WriteHeaderMembers(writer, block.Header);
        writer.WriteQuantity("size"u8, (ulong)block.Encode().Length);
        writer.WriteStartArray("transactions"u8);
        for (int i = 0; i < block.Transactions.Count; i++)
            if (withTransactions) TransactionWriter.Write(writer, block.Transactions[i], new(block.Header, i));
            else writer.WriteDataValue(block.Transactions[i].Hash.Bytes);
        writer.WriteEndArray();
        writer.WriteStartArray("uncles"u8);
        foreach (BlockHeader ommer in block.Ommers) writer.WriteDataValue(ommer.Hash.Bytes);
        writer.WriteEndArray();
        if (block.Withdrawals is { } withdrawals) WriteWithdrawals(writer, withdrawals);
    }

    public static void WriteWithdrawals(Utf8JsonWriter writer, IReadOnlyList<Withdrawal> withdrawals)
    {
        writer.WriteStartArray("withdrawals"u8);
        foreach (Withdrawal withdrawal in withdrawals)
        {
            writer.WriteStartObject();
            writer.WriteQuantity("index"u8, withdrawal.Index);
            writer.WriteQuantity("validatorIndex"u8, withdrawal.ValidatorIndex);
            writer.WriteAddress("address"u8, withdrawal.Address);
            writer.WriteQuantity("amount"u8, withdrawal.AmountGwei);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>A block of the past by its header alone (eth_getUncleBy...).</summary>
    public static void WriteOmmer(Utf8JsonWriter writer, BlockHeader header) => Write(
        writer, new(header, Array.Empty<Transaction>(), [], header.WithdrawalsRoot is null ? null : []), false);
}
