using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.Replay;

/// <summary>Writes what <see cref="BlockFileReader"/> reads, always alike: accounts and slots in order.</summary>
public static class BlockFileWriter
{
    /// <summary>So many bytes are kept before they go to the stream.</summary>
    private const int PendingMax = 1 << 20;

    /// <summary>One JSON document and a newline; returns how many bytes they have.</summary>
    public static long WriteDocument(Stream stream, bool indented, Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(
            stream, new() { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        write(json);
        json.Flush();
        stream.WriteByte((byte)'\n');
        return json.BytesCommitted + 1;
    }

    /// <summary>A block whose header is known in full, over the state before it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="block">Senders are known.</param>
    /// <param name="state">All that the block reads, or more.</param>
    /// <param name="receipts">Beside the header, to find the transaction that differs.</param>
    /// <param name="isUnsigned">The senders are to be believed.</param>
    /// <param name="isWholeState">Nothing is left out, so the root after the block can be proven.</param>
    /// <param name="hashes">Of earlier blocks, by number; that of the parent is always there.</param>
    /// <param name="chain">Where it is not mainnet.</param>
    public static void WriteBlock(
        Utf8JsonWriter json, Block block, InMemoryState state, IReadOnlyList<Receipt>? receipts,
        bool isUnsigned = false, bool isWholeState = false, IReadOnlyDictionary<ulong, Hash256>? hashes = null,
        BlockChain? chain = null)
    {
        var header = block.Header;
        json.WriteStartObject();
        if (chain is not null) ChainJson.Write(json, chain);
        if (isUnsigned) json.WriteBoolean("unsigned", true);
        if (isWholeState) json.WriteBoolean("wholeState", true);
        json.WriteStartObject("block");
        WriteHeader(json, header);
        WriteList(json, "uncles", block.Ommers, static (j, ommer) => j.WriteStringValue(ommer.Hash.ToString()));
        WriteList(json, "transactions", block.Transactions, WriteTransaction);
        if (block.Withdrawals is { } withdrawals) WriteList(json, "withdrawals", withdrawals, WriteWithdrawal);
        json.WriteEndObject();
        json.WriteStartObject("alloc");
        foreach (var (address, account) in state.Accounts.OrderBy(account => account.Key))
        {
            WriteAccount(json, address, account, state);
            FlushWhenFull(json);
        }
        json.WriteEndObject();
        json.WriteStartObject("blockHashes");
        foreach (var (number, hash) in (hashes ?? new Dictionary<ulong, Hash256>()).OrderBy(known => known.Key))
            if (number + 1 != header.Number)
                json.WriteString(number.ToString(CultureInfo.InvariantCulture), hash.ToString());
        json.WriteString((header.Number - 1).ToString(CultureInfo.InvariantCulture), header.ParentHash.ToString());
        json.WriteEndObject();
        if (receipts is not null) WriteList(json, "receipts", receipts, WriteReceipt);
        json.WriteEndObject();
    }

    /// <summary>codes.json: all the code of some states.</summary>
    public static void WriteCodes(Utf8JsonWriter json, IEnumerable<InMemoryState> states)
    {
        var codes = new SortedDictionary<Hash256, ReadOnlyMemory<byte>>();
        foreach (var state in states)
        {
            foreach (var (_, account) in state.Accounts)
                if (account.CodeHash != Hash256.OfEmptyCode) codes[account.CodeHash] = state.GetCode(account.CodeHash);
        }
        json.WriteStartObject();
        foreach (var (hash, code) in codes) json.WriteString(hash.ToString(), Hex.Encode(code.Span));
        json.WriteEndObject();
    }

    // ---- Parts ----

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
        // A signature has no zeros (Yellow Paper, appendix F): this one has not been made.
        if (!transaction.Signature.R.IsZero) WriteSignature(json, transaction);
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

    private static void WriteAccount(Utf8JsonWriter json, in Address address, in Account account, InMemoryState state)
    {
        json.WriteStartObject(address.ToString());
        json.WriteString("balance", account.Balance.ToHex());
        json.WriteString("nonce", Quantity(account.Nonce));
        if (account.CodeHash != Hash256.OfEmptyCode) json.WriteString("codeHash", account.CodeHash.ToString());
        var slots = state.GetSlots(address);
        if (slots.Count > 0)
        {
            json.WriteStartObject("storage");
            foreach (var (key, value) in slots.OrderBy(slot => slot.Key))
                json.WriteString(Hash256.FromWord(key).ToString(), Hash256.FromWord(value).ToString());
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

    private static void WriteList<T>(
        Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
            FlushWhenFull(json);
        }
        json.WriteEndArray();
    }

    private static void FlushWhenFull(Utf8JsonWriter json)
    {
        if (json.BytesPending >= PendingMax) json.Flush();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, Hash256? value)
    {
        if (value is { } hash) json.WriteString(name, hash.ToString());
    }

    private static string Quantity(ulong value) => $"0x{value:x}";
}
