using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Cli.Input;

/// <summary>Reads transactions in the form of JSON-RPC (execution-apis, "TransactionInfo").</summary>
public static class TransactionReader
{
    /// <summary>With <paramref name="signed"/> false the file gives no signature and the sender is taken from "from".
    /// </summary>
    public static Transaction Read(JsonCursor json, bool signed)
    {
        var type = ReadType(json);
        var (signature, signedChainId) = signed ? ReadSignature(json, type) : (default, null);
        ulong? chainId = ReadChainId(json, type, signed, signedChainId);
        return new Transaction
        {
            Type = type,
            ChainId = chainId,
            Nonce = json["nonce"].Number(),
            GasPrice = type <= TransactionType.AccessList ? json["gasPrice"].Word() : default,
            MaxPriorityFeePerGas = From(TransactionType.DynamicFee, "maxPriorityFeePerGas"),
            MaxFeePerGas = From(TransactionType.DynamicFee, "maxFeePerGas"),
            GasLimit = json["gas"].Number(),
            To = json.TryGet("to", out var to) ? to.Address() : null,
            Value = json["value"].Word(),
            Data = json["input"].Bytes(),
            AccessList = type >= TransactionType.AccessList ? ReadAccessList(json["accessList"]) : [],
            MaxFeePerBlobGas = type == TransactionType.Blob ? json["maxFeePerBlobGas"].Word() : default,
            BlobVersionedHashes = type == TransactionType.Blob
                ? json["blobVersionedHashes"].Items().Select(hash => hash.Hash()).ToArray()
                : [],
            AuthorizationList = type == TransactionType.SetCode
                ? json["authorizationList"].Items().Select(ReadAuthorization).ToArray()
                : [],
            Signature = signature,
            Sender = signed ? null : json["from"].Address(),
        };

        UInt256 From(TransactionType first, string name) => type >= first ? json[name].Word() : default;
    }

    public static AccessListEntry[] ReadAccessList(JsonCursor list) => list.Items()
        .Select(entry => new AccessListEntry(
            entry["address"].Address(), entry["storageKeys"].Items().Select(key => key.Word()).ToArray()))
        .ToArray();

    private static Authorization ReadAuthorization(JsonCursor item)
    {
        var parity = item["yParity"];
        return new Authorization(
            item["chainId"].Word(), item["address"].Address(), item["nonce"].Number(),
            parity.Number() <= byte.MaxValue ? (byte)parity.Number() : throw parity.Error("has more than 8 bits"),
            item["r"].Word(), item["s"].Word());
    }

    private static TransactionType ReadType(JsonCursor json)
    {
        if (!json.TryGet("type", out var type)) return TransactionType.Legacy;
        ulong number = type.Number();
        return number <= (ulong)TransactionType.SetCode
            ? (TransactionType)number
            : throw type.Error($"no type {number} is known");
    }

    private static (Signature Signature, ulong? ChainId) ReadSignature(JsonCursor json, TransactionType type)
    {
        var v = json["v"];
        ulong? chainId = null;
        byte parity;
        if (type == TransactionType.Legacy)
        {
            if (!LegacyV.TryParse(v.Word(), out chainId, out parity)) throw v.Error("not 27, 28 or at least 35");
        }
        else
        {
            parity = v.Number() <= 1 ? (byte)v.Number() : throw v.Error("not 0 or 1");
        }
        if (json.TryGet("yParity", out var named) && named.Number() != parity) throw named.Error("contradicts v");
        return (new Signature(parity, json["r"].Word(), json["s"].Word()), chainId);
    }

    private static ulong? ReadChainId(JsonCursor json, TransactionType type, bool signed, ulong? signedChainId)
    {
        ulong? named = json.TryGet("chainId", out var field) ? field.Number() : null;
        if (type != TransactionType.Legacy) return named ?? throw json.Error("\"chainId\" is missing");
        if (signed && named is not null && named != signedChainId) throw field.Error("contradicts v");
        return signed ? signedChainId : named;
    }
}
