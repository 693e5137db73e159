using System.Text.Json;
using Weft.Chain.Live;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>Writes receipts of a block as execution-apis has them, all in order or one.</summary>
internal sealed class ReceiptWriter(Utf8JsonWriter writer, ChainBlock block, ChainReader reader)
{
    private readonly BlockHeader _header = block.Block.Header;

    /// <summary>The next receipt, and how many logs lie before it in the block.</summary>
    private int _index, _logs;

    public void Skip(int count)
    {
        for (int i = 0; i < count; i++) _logs += block.Receipts[_index++].Logs.Count;
    }

    /// <summary>False where there are no more.</summary>
    public bool WriteNext()
    {
        if (_index == block.Receipts.Count) return false;
        Transaction transaction = block.Block.Transactions[_index];
        Write(block.Receipts[_index], transaction, reader.SenderOf(transaction));
        Skip(1);
        return true;
    }

    private void Write(Receipt receipt, Transaction transaction, in Address sender)
    {
        writer.WriteStartObject();
        if (transaction.Type == TransactionType.Blob) WriteBlobGas(transaction);
        writer.WriteHash("blockHash"u8, _header.Hash);
        writer.WriteQuantity("blockNumber"u8, _header.Number);
        writer.WriteAddress(
            "contractAddress"u8,
            transaction.IsCreate ? ContractAddress.Create(sender, transaction.Nonce) : null);
        writer.WriteQuantity("cumulativeGasUsed"u8, receipt.CumulativeGasUsed);
        UInt256 baseFee = _header.BaseFeePerGas ?? UInt256.Zero;
        writer.WriteQuantity("effectiveGasPrice"u8, EffectiveGasPrice.Of(transaction, baseFee));
        writer.WriteAddress("from"u8, sender);
        ulong before = _index == 0 ? 0 : block.Receipts[_index - 1].CumulativeGasUsed;
        writer.WriteQuantity("gasUsed"u8, receipt.CumulativeGasUsed - before);
        writer.WriteStartArray("logs"u8);
        for (int i = 0; i < receipt.Logs.Count; i++)
            LogWriter.Write(writer, new(_header, transaction.Hash, _index, _logs + i), receipt.Logs[i]);
        writer.WriteEndArray();
        writer.WriteData("logsBloom"u8, receipt.Bloom.Bytes);
        if (receipt.PostStateRoot is { } root) writer.WriteHash("root"u8, root);
        else writer.WriteQuantity("status"u8, receipt.Succeeded ? 1UL : 0);
        writer.WriteAddress("to"u8, transaction.To);
        writer.WriteHash("transactionHash"u8, transaction.Hash);
        writer.WriteQuantity("transactionIndex"u8, (ulong)_index);
        writer.WriteQuantity("type"u8, (ulong)transaction.Type);
        writer.WriteEndObject();
    }

    private void WriteBlobGas(Transaction transaction)
    {
        if (reader.RulesOf(_header).Blobs is { } schedule)
            writer.WriteQuantity("blobGasPrice"u8, BlobGas.BaseFee(_header.ExcessBlobGas ?? 0, schedule));
        writer.WriteQuantity("blobGasUsed"u8, BlobGas.Of(transaction));
    }
}
