using System.Text.Json;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>Where a transaction lies; no header while it waits.</summary>
internal readonly record struct TransactionPlace(BlockHeader? Header, int Index);

/// <summary>Transactions as execution-apis has them.</summary>
internal static class TransactionWriter
{
    /// <summary>The sender must be known.</summary>
    public static void Write(Utf8JsonWriter writer, Transaction transaction, TransactionPlace place)
    {
        writer.WriteStartObject();
        WritePlace(writer, place);
        writer.WriteAddress("from"u8, transaction.Sender);
        writer.WriteQuantity("gas"u8, transaction.GasLimit);
        WriteFees(writer, transaction, place.Header?.BaseFeePerGas);
        writer.WriteHash("hash"u8, transaction.Hash);
        writer.WriteData("input"u8, transaction.Data.Span);
        writer.WriteQuantity("nonce"u8, transaction.Nonce);
        writer.WriteAddress("to"u8, transaction.To);
        if (place.Header is null) writer.WriteNull("transactionIndex"u8);
        else writer.WriteQuantity("transactionIndex"u8, (ulong)place.Index);
        writer.WriteQuantity("value"u8, transaction.Value);
        writer.WriteQuantity("type"u8, (ulong)transaction.Type);
        if (transaction.Type != TransactionType.Legacy) WriteAccessList(writer, transaction.AccessList);
        if (transaction.ChainId is { } chainId) writer.WriteQuantity("chainId"u8, chainId);
        if (transaction.Type == TransactionType.Blob) WriteBlobMembers(writer, transaction);
        if (transaction.Type == TransactionType.SetCode) WriteAuthorizations(writer, transaction.AuthorizationList);
        WriteSignature(writer, transaction);
        writer.WriteEndObject();
    }

    public static void WriteAccessList(Utf8JsonWriter writer, IReadOnlyList<AccessListEntry> entries)
    {
        writer.WriteStartArray("accessList"u8);
        foreach (AccessListEntry entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteAddress("address"u8, entry.Address);
            writer.WriteStartArray("storageKeys"u8);
            foreach (UInt256 key in entry.StorageKeys) writer.WriteWordValue(key);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WritePlace(Utf8JsonWriter writer, TransactionPlace place)
    {
        if (place.Header is { } header)
        {
            writer.WriteHash("blockHash"u8, header.Hash);
            writer.WriteQuantity("blockNumber"u8, header.Number);
            writer.WriteQuantity("blockTimestamp"u8, header.Timestamp);
            return;
        }
        writer.WriteNull("blockHash"u8);
        writer.WriteNull("blockNumber"u8);
    }

    /// <summary>gasPrice is what it pays where it is in a block, and what it pays at most while it waits.</summary>
    private static void WriteFees(Utf8JsonWriter writer, Transaction transaction, UInt256? baseFee)
    {
        bool isKnown = baseFee is { } fee && transaction.FeeCap >= fee;
        writer.WriteQuantity(
            "gasPrice"u8, isKnown ? EffectiveGasPrice.Of(transaction, baseFee!.Value) : transaction.FeeCap);
        if (transaction.Type <= TransactionType.AccessList) return;
        writer.WriteQuantity("maxFeePerGas"u8, transaction.MaxFeePerGas);
        writer.WriteQuantity("maxPriorityFeePerGas"u8, transaction.MaxPriorityFeePerGas);
    }

    private static void WriteBlobMembers(Utf8JsonWriter writer, Transaction transaction)
    {
        writer.WriteQuantity("maxFeePerBlobGas"u8, transaction.MaxFeePerBlobGas);
        writer.WriteStartArray("blobVersionedHashes"u8);
        foreach (Hash256 hash in transaction.BlobVersionedHashes) writer.WriteDataValue(hash.Bytes);
        writer.WriteEndArray();
    }

    private static void WriteAuthorizations(Utf8JsonWriter writer, IReadOnlyList<Authorization> authorizations)
    {
        writer.WriteStartArray("authorizationList"u8);
        foreach (Authorization authorization in authorizations)
        {
            writer.WriteStartObject();
            writer.WriteQuantity("chainId"u8, authorization.ChainId);
            writer.WriteAddress("address"u8, authorization.Address);
            writer.WriteQuantity("nonce"u8, authorization.Nonce);
            writer.WriteQuantity("yParity"u8, (ulong)authorization.YParity);
            writer.WriteQuantity("r"u8, authorization.R);
            writer.WriteQuantity("s"u8, authorization.S);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteSignature(Utf8JsonWriter writer, Transaction transaction)
    {
        Signature signature = transaction.Signature;
        bool isLegacy = transaction.Type == TransactionType.Legacy;
        writer.WriteQuantity(
            "v"u8, isLegacy ? LegacyV.Of(transaction.ChainId, signature.YParity) : (UInt256)signature.YParity);
        writer.WriteQuantity("r"u8, signature.R);
        writer.WriteQuantity("s"u8, signature.S);
        if (!isLegacy) writer.WriteQuantity("yParity"u8, (ulong)signature.YParity);
    }
}
