using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Cli.Input;

/// <summary>Reads block headers in the form of JSON-RPC (execution-apis, "Block").</summary>
public static class HeaderReader
{
    /// <summary>With <paramref name="complete"/> false only what execution asks for must be there.</summary>
    public static BlockHeader Read(JsonCursor json, bool complete)
    {
        return new BlockHeader
        {
            ParentHash = Hash("parentHash"),
            OmmersHash = Hash("sha3Uncles"),
            Beneficiary = json["miner"].Address(),
            StateRoot = Hash("stateRoot"),
            TransactionsRoot = Hash("transactionsRoot"),
            ReceiptsRoot = Hash("receiptsRoot"),
            LogsBloom = complete ? ReadBloom(json["logsBloom"]) : Bloom.Empty,
            Difficulty = json["difficulty"].Word(),
            Number = json["number"].Number(),
            GasLimit = json["gasLimit"].Number(),
            GasUsed = complete ? json["gasUsed"].Number() : 0,
            Timestamp = json["timestamp"].Number(),
            ExtraData = complete ? json["extraData"].Bytes() : default,
            MixHash = json["mixHash"].Hash(),
            Nonce = complete ? json["nonce"].Number() : 0,
            BaseFeePerGas = json.TryGet("baseFeePerGas", out var baseFee) ? baseFee.Word() : null,
            WithdrawalsRoot = OptionalHash("withdrawalsRoot"),
            BlobGasUsed = OptionalNumber("blobGasUsed"),
            ExcessBlobGas = OptionalNumber("excessBlobGas"),
            ParentBeaconBlockRoot = OptionalHash("parentBeaconBlockRoot"),
            RequestsHash = OptionalHash("requestsHash"),
        };

        Hash256 Hash(string name) => complete || json.Has(name) ? json[name].Hash() : default;
        Hash256? OptionalHash(string name) => json.TryGet(name, out var hash) ? hash.Hash() : null;
        ulong? OptionalNumber(string name) => json.TryGet(name, out var number) ? number.Number() : null;
    }

    public static Withdrawal[] ReadWithdrawals(JsonCursor list) => list.Items()
        .Select(item => new Withdrawal(
            item["index"].Number(), item["validatorIndex"].Number(), item["address"].Address(),
            item["amount"].Number()))
        .ToArray();

    private static Bloom ReadBloom(JsonCursor json)
    {
        var bytes = json.Bytes();
        return bytes.Length == Bloom.Size
            ? Bloom.FromBytes(bytes)
            : throw json.Error($"a bloom has {Bloom.Size} bytes");
    }
}
