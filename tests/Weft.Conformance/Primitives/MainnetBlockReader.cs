using System.Text.Json;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Conformance.Primitives;

/// <summary>The least that builds headers, transactions and receipts from the answers of JSON-RPC.</summary>
internal static class MainnetBlockReader
{
    public static BlockHeader Header(JsonElement block) => new()
    {
        ParentHash = block.Hash("parentHash"),
        OmmersHash = block.Hash("sha3Uncles"),
        Beneficiary = block.Address("miner"),
        StateRoot = block.Hash("stateRoot"),
        TransactionsRoot = block.Hash("transactionsRoot"),
        ReceiptsRoot = block.Hash("receiptsRoot"),
        LogsBloom = Bloom.FromBytes(block.Bytes("logsBloom")),
        Difficulty = block.Value("difficulty"),
        Number = block.Word("number"),
        GasLimit = block.Word("gasLimit"),
        GasUsed = block.Word("gasUsed"),
        Timestamp = block.Word("timestamp"),
        ExtraData = block.Bytes("extraData"),
        MixHash = block.Hash("mixHash"),
        Nonce = block.Word("nonce"),
        BaseFeePerGas = block.OptionalValue("baseFeePerGas"),
        WithdrawalsRoot = block.OptionalHash("withdrawalsRoot"),
        BlobGasUsed = block.OptionalWord("blobGasUsed"),
        ExcessBlobGas = block.OptionalWord("excessBlobGas"),
        ParentBeaconBlockRoot = block.OptionalHash("parentBeaconBlockRoot"),
        RequestsHash = block.OptionalHash("requestsHash"),
    };

    public static Withdrawal Withdrawal(JsonElement withdrawal) => new(
        withdrawal.Word("index"), withdrawal.Word("validatorIndex"), withdrawal.Address("address"),
        withdrawal.Word("amount"));

    public static Transaction Transaction(JsonElement json)
    {
        var type = (TransactionType)json.Word("type");
        bool feeMarket = type >= TransactionType.DynamicFee;
        ulong? chainId = json.OptionalWord("chainId");
        byte yParity = (byte)(json.Word("v") & 1);
        if (type == TransactionType.Legacy && !LegacyV.TryParse(json.Value("v"), out chainId, out yParity))
            throw new InvalidDataException("v");
        return new()
        {
            Type = type,
            ChainId = chainId,
            Nonce = json.Word("nonce"),
            GasPrice = feeMarket ? default : json.Value("gasPrice"),
            MaxPriorityFeePerGas = json.ValueOrZero("maxPriorityFeePerGas"),
            MaxFeePerGas = json.ValueOrZero("maxFeePerGas"),
            GasLimit = json.Word("gas"),
            To = json.GetProperty("to").ValueKind == JsonValueKind.Null ? null : json.Address("to"),
            Value = json.Value("value"),
            Data = json.Bytes("input"),
            AccessList = json.Items("accessList", AccessListEntry),
            MaxFeePerBlobGas = json.ValueOrZero("maxFeePerBlobGas"),
            BlobVersionedHashes = json.Items("blobVersionedHashes", hash => Hash256.Parse(hash.GetString()!)),
            AuthorizationList = json.Items("authorizationList", Authorization),
            Signature = new(yParity, json.Value("r"), json.Value("s")),
        };
    }

    public static Receipt Receipt(JsonElement json)
    {
        var logs = json.Items("logs", log => new LogEntry(
            log.Address("address"),
            log.Items("topics", topic => Hash256.Parse(topic.GetString()!)),
            log.Bytes("data")));
        return new()
        {
            Type = (TransactionType)json.Word("type"),
            Succeeded = json.Word("status") == 1,
            CumulativeGasUsed = json.Word("cumulativeGasUsed"),
            Logs = logs,
            Bloom = Bloom.Of(logs),
        };
    }

    private static AccessListEntry AccessListEntry(JsonElement json) => new(
        json.Address("address"), json.Items("storageKeys", key => Hash256.Parse(key.GetString()!).ToWord()));

    private static Authorization Authorization(JsonElement json) => new(
        json.Value("chainId"), json.Address("address"), json.Word("nonce"), (byte)json.Word("yParity"),
        json.Value("r"), json.Value("s"));
}
