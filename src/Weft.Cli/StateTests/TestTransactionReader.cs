using Weft.Cli.Input;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;

namespace Weft.Cli.StateTests;

/// <summary>
/// Reads the transaction template of a state test. Its numbers may be out of bounds on purpose ("0x:bigint 0x1…"): then
/// there is no transaction but a reason, for such a test expects it to be rejected when decoded.
/// </summary>
internal sealed class TestTransactionReader(JsonCursor template, ulong chainId)
{
    private const string BigIntegerPrefix = "0x:bigint ";
    private string? _malformed;

    public TestTransaction Read(int dataIndex, JsonCursor data, JsonCursor gasLimit, JsonCursor value)
    {
        var accessList = AccessList(dataIndex);
        var type = TypeOf(accessList is not null);
        var transaction = new Transaction
        {
            Type = type,
            ChainId = type == TransactionType.Legacy ? null : chainId,
            Nonce = Number(template["nonce"]),
            GasPrice = type <= TransactionType.AccessList ? Word(template["gasPrice"]) : default,
            MaxPriorityFeePerGas = Optional("maxPriorityFeePerGas"),
            MaxFeePerGas = Optional("maxFeePerGas"),
            GasLimit = Number(gasLimit),
            To = template["to"].Text() is "" or "0x" ? null : template["to"].Address(),
            Value = Word(value),
            Data = data.Bytes(),
            AccessList = accessList ?? [],
            MaxFeePerBlobGas = Optional("maxFeePerBlobGas"),
            BlobVersionedHashes = BlobHashes(),
            AuthorizationList = Authorizations(),
            Sender = Sender(),
        };
        return _malformed is null ? new(transaction, null) : new(null, _malformed);
    }

    private TransactionType TypeOf(bool hasAccessList) =>
        template.Has("authorizationList") ? TransactionType.SetCode
        : template.Has("blobVersionedHashes") || template.Has("maxFeePerBlobGas") ? TransactionType.Blob
        : template.Has("maxFeePerGas") ? TransactionType.DynamicFee
        : hasAccessList ? TransactionType.AccessList
        : TransactionType.Legacy;

    /// <summary>Null where this combination has no list at all, which makes it a legacy transaction.</summary>
    private AccessListEntry[]? AccessList(int dataIndex)
    {
        if (!template.TryGet("accessLists", out var lists) || dataIndex >= lists.Count) return null;
        var list = lists.At(dataIndex);
        return list.IsNull ? null : TransactionReader.ReadAccessList(list);
    }

    private Hash256[] BlobHashes() =>
        template.TryGet("blobVersionedHashes", out var hashes)
            ? hashes.Items().Select(hash => hash.Hash()).ToArray()
            : [];

    private Authorization[] Authorizations() => template.TryGet("authorizationList", out var list)
        ? list.Items().Select(ReadAuthorization).ToArray()
        : [];

    private Authorization ReadAuthorization(JsonCursor item)
    {
        ulong parity = Number(item.TryGet("yParity", out var named) ? named : item["v"]);
        if (parity > byte.MaxValue) _malformed ??= "an authorization's parity has more than 8 bits";
        return AuthorizationRecovery.WithAuthority(new Authorization(
            Word(item["chainId"]), item["address"].Address(), Number(item["nonce"]), (byte)parity, Word(item["r"]),
            Word(item["s"])));
    }

    private Address Sender()
    {
        if (template.TryGet("sender", out var sender)) return sender.Address();
        var key = template["secretKey"];
        var word = key.Word();
        return Secp256k1.IsInRange(word)
            ? Secp256k1.PrivateKeyToAddress(word)
            : throw key.Error("no valid private key");
    }

    private UInt256 Optional(string name) => template.TryGet(name, out var field) ? Word(field) : default;

    private ulong Number(JsonCursor cursor)
    {
        var word = Word(cursor);
        if (!word.IsUInt64) _malformed ??= $"{cursor.Text()} has more than 64 bits";
        return word.U0;
    }

    private UInt256 Word(JsonCursor cursor)
    {
        string text = cursor.Text();
        if (text.StartsWith(BigIntegerPrefix, StringComparison.Ordinal)) text = text[BigIntegerPrefix.Length..];
        if (JsonCursor.TryParseWord(text, out var word)) return word;
        bool isNumber = text.StartsWith("0x", StringComparison.Ordinal)
            && text.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0;
        if (!isNumber || text.Length <= 2) throw cursor.Error($"not a number after 0x: \"{text}\"");
        _malformed ??= $"{text} has more than 256 bits";
        return default;
    }

    private static readonly System.Buffers.SearchValues<char> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
