using System.Text.Json;
using Weft.Chain.Building;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Node.Engine;

/// <summary>A payload as the consensus layer sends it: its block, and the hash that it should have.</summary>
/// <param name="Block">Null where it cannot be put together; then <paramref name="Error"/> has the reason.</param>
/// <param name="BlockHash">As given.</param>
/// <param name="Error">Null where the block could be put together.</param>
internal sealed record ReadPayload(Block? Block, Hash256 BlockHash, string? Error);

/// <summary>Reads payloads and attributes. Errors are <see cref="FormatException"/>s.</summary>
internal static class PayloadReader
{
    /// <summary>The fields of a payload that came with forks: which of them it has.</summary>
    public static (bool Withdrawals, bool BlobGas) FormOf(JsonElement payload) => (
        ValueReader.TryGet(payload, "withdrawals", out _),
        ValueReader.TryGet(payload, "blobGasUsed", out _) || ValueReader.TryGet(payload, "excessBlobGas", out _));

    /// <summary>Beacon root and requests are no part of a payload and come beside it.</summary>
    public static ReadPayload Read(
        JsonElement json, Hash256? beaconRoot, IReadOnlyList<ReadOnlyMemory<byte>>? requests)
    {
        Hash256 hash = ValueReader.Required(json, "blockHash", ValueReader.Hash);
        var encoded = ValueReader.Required(json, "transactions", list => ValueReader.List(
            list, item => new ReadOnlyMemory<byte>(ValueReader.Data(item))));
        var withdrawals = ValueReader.OptionalObject(
            json, "withdrawals", list => ValueReader.List(list, CallReader.ReadWithdrawal));
        BlockHeader header = ReadHeader(json) with
        {
            TransactionsRoot = ListRoot.OfEncoded(encoded),
            WithdrawalsRoot = withdrawals is null ? null : ListRoot.OfWithdrawals(withdrawals),
            ParentBeaconBlockRoot = beaconRoot,
            RequestsHash = requests is null ? null : Requests.ComputeHash(requests),
        };
        if (header.BlobGasUsed.HasValue != header.ExcessBlobGas.HasValue)
            throw new FormatException("blobGasUsed and excessBlobGas come together");
        if (header.ExtraData.Length > 32) return new(null, hash, "extra data is longer than 32 bytes");
        var transactions = new Transaction[encoded.Count];
        for (int i = 0; i < transactions.Length; i++)
            if (!Transaction.TryDecode(encoded[i].Span, out transactions[i], out DecodeError error))
                return new(null, hash, $"invalid transaction {i}: {error}");
        return new(new(header, transactions, [], withdrawals), hash, null);
    }

    public static PayloadAttributes ReadAttributes(JsonElement json) => new()
    {
        Timestamp = ValueReader.Required(json, "timestamp", ValueReader.Quantity64),
        PrevRandao = ValueReader.Required(json, "prevRandao", ValueReader.Hash),
        FeeRecipient = ValueReader.Required(json, "suggestedFeeRecipient", ValueReader.Address),
        Withdrawals = ValueReader.OptionalObject(
            json, "withdrawals", list => ValueReader.List(list, CallReader.ReadWithdrawal)),
        ParentBeaconBlockRoot = ValueReader.Optional(json, "parentBeaconBlockRoot", ValueReader.Hash),
    };

    /// <summary>EIP-7685: each is its type and data, which is not empty, by ascending type.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadRequests(JsonElement json)
    {
        var requests = ValueReader.List(json, item => new ReadOnlyMemory<byte>(ValueReader.Data(item)));
        for (int i = 0; i < requests.Count; i++)
        {
            if (requests[i].Length < 2) throw new FormatException($"empty request at index {i}");
            if (i > 0 && requests[i].Span[0] <= requests[i - 1].Span[0])
                throw new FormatException($"invalid request order at index {i}");
        }
        return requests;
    }

    private static BlockHeader ReadHeader(JsonElement json) => new()
    {
        ParentHash = ValueReader.Required(json, "parentHash", ValueReader.Hash),
        Beneficiary = ValueReader.Required(json, "feeRecipient", ValueReader.Address),
        StateRoot = ValueReader.Required(json, "stateRoot", ValueReader.Hash),
        ReceiptsRoot = ValueReader.Required(json, "receiptsRoot", ValueReader.Hash),
        LogsBloom = ValueReader.Required(json, "logsBloom", ReadBloom),
        MixHash = ValueReader.Required(json, "prevRandao", ValueReader.Hash),
        Number = ValueReader.Required(json, "blockNumber", ValueReader.Quantity64),
        GasLimit = ValueReader.Required(json, "gasLimit", ValueReader.Quantity64),
        GasUsed = ValueReader.Required(json, "gasUsed", ValueReader.Quantity64),
        Timestamp = ValueReader.Required(json, "timestamp", ValueReader.Quantity64),
        ExtraData = ValueReader.Required(json, "extraData", ValueReader.Data),
        BaseFeePerGas = ValueReader.Required(json, "baseFeePerGas", ValueReader.Quantity),
        BlobGasUsed = ValueReader.Optional(json, "blobGasUsed", ValueReader.Quantity64),
        ExcessBlobGas = ValueReader.Optional(json, "excessBlobGas", ValueReader.Quantity64),
    };

    private static Bloom ReadBloom(JsonElement json)
    {
        byte[] bytes = ValueReader.Data(json);
        return bytes.Length == Bloom.Size
            ? Bloom.FromBytes(bytes)
            : throw new FormatException($"a bloom has {Bloom.Size} bytes, not {bytes.Length}");
    }
}
