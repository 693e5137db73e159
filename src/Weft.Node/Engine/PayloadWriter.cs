using System.Text.Json;
using Weft.Chain.Building;
using Weft.Chain.Pool;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Engine;

/// <summary>Writes built blocks as the consensus layer takes them.</summary>
internal static class PayloadWriter
{
    /// <summary>ExecutionPayloadV1 to V3: whichever fields the block has.</summary>
    public static void WritePayload(Utf8JsonWriter writer, Block block)
    {
        BlockHeader header = block.Header;
        writer.WriteStartObject();
        writer.WriteHash("parentHash"u8, header.ParentHash);
        writer.WriteAddress("feeRecipient"u8, header.Beneficiary);
        writer.WriteHash("stateRoot"u8, header.StateRoot);
        writer.WriteHash("receiptsRoot"u8, header.ReceiptsRoot);
        writer.WriteData("logsBloom"u8, header.LogsBloom.Bytes);
        writer.WriteHash("prevRandao"u8, header.MixHash);
        writer.WriteQuantity("blockNumber"u8, header.Number);
        writer.WriteQuantity("gasLimit"u8, header.GasLimit);
        writer.WriteQuantity("gasUsed"u8, header.GasUsed);
        writer.WriteQuantity("timestamp"u8, header.Timestamp);
        writer.WriteData("extraData"u8, header.ExtraData.Span);
        writer.WriteQuantity("baseFeePerGas"u8, header.BaseFeePerGas ?? 0);
        writer.WriteHash("blockHash"u8, header.Hash);
        WriteTransactions(writer, block.Transactions);
        if (block.Withdrawals is { } withdrawals) BlockWriter.WriteWithdrawals(writer, withdrawals);
        if (header.BlobGasUsed is { } blobGas) writer.WriteQuantity("blobGasUsed"u8, blobGas);
        if (header.ExcessBlobGas is { } excess) writer.WriteQuantity("excessBlobGas"u8, excess);
        writer.WriteEndObject();
    }

    public static void WriteTransactions(Utf8JsonWriter writer, IReadOnlyList<Transaction> transactions)
    {
        writer.WriteStartArray("transactions"u8);
        foreach (Transaction transaction in transactions) writer.WriteDataValue(transaction.Encode());
        writer.WriteEndArray();
    }

    /// <summary>The answer of engine_getPayload from <paramref name="version"/> 2 on.</summary>
    public static void WriteEnvelope(Utf8JsonWriter writer, BuiltBlock built, int version)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("executionPayload"u8);
        WritePayload(writer, built.Block);
        writer.WriteQuantity("blockValue"u8, built.Value);
        if (version >= 3)
        {
            WriteBlobs(writer, built.Sidecars);
            writer.WriteBoolean("shouldOverrideBuilder"u8, false);
        }
        if (version >= 4) writer.WriteDataList("executionRequests"u8, built.Result.Requests);
        writer.WriteEndObject();
    }

    /// <summary>Proofs are of blobs or of cells, as the sidecars have them: Osaka's pool takes cells only.</summary>
    private static void WriteBlobs(Utf8JsonWriter writer, IReadOnlyList<BlobSidecar> sidecars)
    {
        writer.WriteStartObject("blobsBundle"u8);
        writer.WriteDataList("commitments"u8, sidecars.SelectMany(sidecar => sidecar.Commitments));
        writer.WriteDataList("proofs"u8, sidecars.SelectMany(sidecar => sidecar.Proofs));
        writer.WriteDataList("blobs"u8, sidecars.SelectMany(sidecar => sidecar.Blobs));
        writer.WriteEndObject();
    }
}
