using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Cli.Samples;

/// <summary>Writes blocks in the format that `weft replay` reads: blocks/N.json, codes.json, index.json.</summary>
public static class SampleWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The files by their names.</summary>
    public static IReadOnlyDictionary<string, byte[]> Write(IReadOnlyList<SampleBlock> blocks)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var block in blocks)
            files.Add($"blocks/{block.Block.Header.Number}.json", Document(json => WriteBlockFile(json, block)));
        files.Add("codes.json", Document(json => WriteCodes(json, blocks)));
        files.Add("index.json", Document(json => WriteIndex(json, blocks)));
        return files;
    }

    private static byte[] Document(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options)) write(json);
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void WriteBlockFile(Utf8JsonWriter json, SampleBlock sample)
    {
        var header = sample.Block.Header;
        json.WriteStartObject();
        json.WriteStartObject("block");
        WriteHeader(json, header);
        WriteList(json, "uncles", Array.Empty<int>(), static (_, _) => { });
        WriteList(json, "transactions", sample.Block.Transactions, WriteTransaction);
        if (sample.Block.Withdrawals is { } withdrawals) WriteList(json, "withdrawals", withdrawals, WriteWithdrawal);
        json.WriteEndObject();
        json.WriteStartObject("alloc");
        foreach (var account in sample.Accounts) WriteAccount(json, account);
        json.WriteEndObject();
        json.WriteStartObject("blockHashes");
        json.WriteString((header.Number - 1).ToString(CultureInfo.InvariantCulture), header.ParentHash.ToString());
        json.WriteEndObject();
        WriteList(json, "receipts", sample.Result.Receipts, WriteReceipt);
        json.WriteEndObject();
    }

    private static void WriteHeader(Utf8JsonWriter json, BlockHeader header)
    {
        json.WriteString("hash", header.Hash.ToString());
        json.WriteString("parentHash", header.ParentHash.ToString());
        json.WriteString("sha3Uncles", header.OmmersHash.ToString());
        json.WriteString("miner", header.Beneficiary.ToString());
        json.WriteString("stateRoot", header.StateRoot.ToString());
        json.WriteString("transactionsRoot", header.TransactionsRoot.ToString());
        json.WriteString("receiptsRoot", header.ReceiptsRoot.ToString());
        json.WriteString("logsBloom", Hex.Encode(header.LogsBloom.Bytes));
        json.WriteString("difficulty", header.Difficulty.ToHex());
        json.WriteString("number", Quantity(header.Number));
        json.WriteString("gasLimit", Quantity(header.GasLimit));
        json.WriteString("gasUsed", Quantity(header.GasUsed));
        json.WriteString("timestamp", Quantity(header.Timestamp));
        json.WriteString("extraData", Hex.Encode(header.ExtraData.Span));
        json.WriteString("mixHash", header.MixHash.ToString());
        json.WriteString("nonce", $"0x{header.Nonce:x16}");
        if (header.BaseFeePerGas is { } baseFee) json.WriteString("baseFeePerGas", baseFee.ToHex());
        WriteOptional(json, "withdrawalsRoot", header.WithdrawalsRoot);
        if (header.BlobGasUsed is { } used) json.WriteString("blobGasUsed", Quantity(used));
        if (header.ExcessBlobGas is { } excess) json.WriteString("excessBlobGas", Quantity(excess));
        WriteOptional(json, "parentBeaconBlockRoot", header.ParentBeaconBlockRoot);
        WriteOptional(json, "requestsHash", header.RequestsHash);
    }

    private static void WriteTransaction(Utf8JsonWriter json, Transaction transaction)
    {
        var type = transaction.Type;
        json.WriteStartObject();
        json.WriteString("hash", transaction.Hash.ToString());
        json.WriteString("type", Quantity((ulong)type));
        json.WriteString("from", transaction.Sender!.Value.ToString());
        if (transaction.To is { } to) json.WriteString("to", to.ToString());
        else json.WriteNull("to");
        json.WriteString("nonce", Quantity(transaction.Nonce));
        json.WriteString("gas", Quantity(transaction.GasLimit));
        if (type <= TransactionType.AccessList) json.WriteString("gasPrice", transaction.GasPrice.ToHex());
        else WriteFees(json, transaction);
        json.WriteString("value", transaction.Value.ToHex());
        json.WriteString("input", Hex.Encode(transaction.Data.Span));
        if (transaction.ChainId is { } chainId) json.WriteString("chainId", Quantity(chainId));
        if (type != TransactionType.Legacy) WriteList(json, "accessList", transaction.AccessList, WriteAccessListEntry);
        if (type == TransactionType.Blob)
        {
            json.WriteString("maxFeePerBlobGas", transaction.MaxFeePerBlobGas.ToHex());
            WriteList(
                json, "blobVersionedHashes", transaction.BlobVersionedHashes,
                static (j, hash) => j.WriteStringValue(hash.ToString()));
        }
        if (type == TransactionType.SetCode)
            WriteList(json, "authorizationList", transaction.AuthorizationList, WriteAuthorization);
        WriteSignature(json, transaction);
        json.WriteEndObject();
    }

    private static void WriteFees(Utf8JsonWriter json, Transaction transaction)
    {
        json.WriteString("maxFeePerGas", transaction.MaxFeePerGas.ToHex());
        json.WriteString("maxPriorityFeePerGas", transaction.MaxPriorityFeePerGas.ToHex());
    }

    private static void WriteSignature(Utf8JsonWriter json, Transaction transaction)
    {
        var signature = transaction.Signature;
        bool legacy = transaction.Type == TransactionType.Legacy;
        json.WriteString(
            "v", (legacy ? LegacyV.Of(transaction.ChainId, signature.YParity) : signature.YParity).ToHex());
        if (!legacy) json.WriteString("yParity", Quantity(signature.YParity));
        json.WriteString("r", signature.R.ToHex());
        json.WriteString("s", signature.S.ToHex());
    }

    private static void WriteAccessListEntry(Utf8JsonWriter json, AccessListEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("address", entry.Address.ToString());
        WriteList(
            json, "storageKeys", entry.StorageKeys,
            static (j, key) => j.WriteStringValue(Hash256.FromWord(key).ToString()));
        json.WriteEndObject();
    }

    private static void WriteAuthorization(Utf8JsonWriter json, Authorization authorization)
    {
        json.WriteStartObject();
        json.WriteString("chainId", authorization.ChainId.ToHex());
        json.WriteString("address", authorization.Address.ToString());
        json.WriteString("nonce", Quantity(authorization.Nonce));
        json.WriteString("yParity", Quantity(authorization.YParity));
        json.WriteString("r", authorization.R.ToHex());
        json.WriteString("s", authorization.S.ToHex());
        json.WriteEndObject();
    }

    private static void WriteWithdrawal(Utf8JsonWriter json, Withdrawal withdrawal)
    {
        json.WriteStartObject();
        json.WriteString("index", Quantity(withdrawal.Index));
        json.WriteString("validatorIndex", Quantity(withdrawal.ValidatorIndex));
        json.WriteString("address", withdrawal.Address.ToString());
        json.WriteString("amount", Quantity(withdrawal.AmountGwei));
        json.WriteEndObject();
    }

    private static void WriteAccount(Utf8JsonWriter json, SampleAccount account)
    {
        json.WriteStartObject(account.Address.ToString());
        json.WriteString("balance", account.Balance.ToHex());
        json.WriteString("nonce", Quantity(account.Nonce));
        if (!account.Code.IsEmpty) json.WriteString("codeHash", Keccak.Hash(account.Code.Span).ToString());
        if (!account.FirstSlot.IsZero)
        {
            json.WriteStartObject("storage");
            json.WriteString(Hash256.Zero.ToString(), Hash256.FromWord(account.FirstSlot).ToString());
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteReceipt(Utf8JsonWriter json, Receipt receipt)
    {
        json.WriteStartObject();
        json.WriteString("status", receipt.Succeeded ? "0x1" : "0x0");
        json.WriteString("gasUsed", Quantity(receipt.GasUsed));
        json.WriteString("cumulativeGasUsed", Quantity(receipt.CumulativeGasUsed));
        WriteList(json, "logs", receipt.Logs, static (j, log) =>
        {
            j.WriteStartObject();
            j.WriteString("address", log.Address.ToString());
            WriteList(j, "topics", log.Topics, static (w, topic) => w.WriteStringValue(topic.ToString()));
            j.WriteString("data", Hex.Encode(log.Data.Span));
            j.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void WriteCodes(Utf8JsonWriter json, IEnumerable<SampleBlock> blocks)
    {
        var codes = new SortedDictionary<Hash256, string>();
        foreach (var account in blocks.SelectMany(block => block.Accounts).Where(account => !account.Code.IsEmpty))
            codes[Keccak.Hash(account.Code.Span)] = Hex.Encode(account.Code.Span);
        json.WriteStartObject();
        foreach (var (hash, code) in codes) json.WriteString(hash.ToString(), code);
        json.WriteEndObject();
    }

    private static void WriteIndex(Utf8JsonWriter json, IEnumerable<SampleBlock> blocks)
    {
        json.WriteStartArray();
        foreach (var block in blocks)
        {
            json.WriteStartObject();
            json.WriteNumber("number", block.Block.Header.Number);
            json.WriteString("file", $"blocks/{block.Block.Header.Number}.json");
            json.WriteNumber("txs", block.Block.Transactions.Count);
            json.WriteNumber("gasUsed", block.Block.Header.GasUsed);
            json.WriteString("source", "made by `weft sample`");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteList<T>(
        Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, Hash256? value)
    {
        if (value is { } hash) json.WriteString(name, hash.ToString());
    }

    private static string Quantity(ulong value) => $"0x{value:x}";
}
