using System.Text.Json;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Chain.Validation;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Node.Dev;

/// <summary>Makes whole transactions of what a client says of them: nonce, gas and fees follow from chain and pool.
/// </summary>
internal sealed class TransactionFiller(ChainReader reader, CallExecutor calls, TransactionPool pool)
{
    /// <summary>Wei per gas for the fee recipient.</summary>
    private const ulong Tip = 1_000_000_000;

    /// <summary>After what is pending; or <paramref name="upon"/> another state, with the nonces that follow there and
    /// are counted on.</summary>
    /// <exception cref="FormatException">It is no transaction.</exception>
    /// <exception cref="JsonRpcException">It would fail, or is for another chain.</exception>
    public (Transaction Transaction, Address From) Fill(
        JsonElement json, CancellationToken cancellation,
        (ChainSnapshot State, Dictionary<Address, ulong> Nonces)? upon = null)
    {
        CallRequest request = CallReader.Read(json);
        Address from = ValueReader.Required(json, "from", ValueReader.Address);
        ulong chainId = reader.Chain.Spec.Forks.ChainId;
        if (ValueReader.Optional(json, "chainId", ValueReader.LenientQuantity) is { } asked && asked != chainId)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams, $"chainId does not match node's (have={asked}, want={chainId})");
        var type = TypeOf(request, ValueReader.Optional(json, "type", ValueReader.LenientQuantity64));
        var (feeCap, tipCap) = FeesOf(request);
        bool isOld = type <= TransactionType.AccessList;
        return (new()
        {
            Type = type,
            ChainId = chainId,
            Nonce = request.Nonce ?? (upon is { } at ? NextNonce(from, at.State, at.Nonces) : pool.GetNextNonce(from)),
            GasPrice = isOld ? feeCap : UInt256.Zero,
            MaxFeePerGas = isOld ? UInt256.Zero : feeCap,
            MaxPriorityFeePerGas = isOld ? UInt256.Zero : tipCap,
            GasLimit = request.Gas ?? EstimateGas(request, upon?.State, cancellation),
            To = request.To,
            Value = request.Value,
            Data = request.Data,
            AccessList = type == TransactionType.Legacy ? [] : request.AccessList ?? [],
            AuthorizationList = request.AuthorizationList ?? [],
        }, from);
    }

    private static ulong NextNonce(in Address from, ChainSnapshot state, Dictionary<Address, ulong> nonces)
    {
        if (!nonces.TryGetValue(from, out ulong next))
            next = state.TryGetAccount(from, out var account) ? account.Nonce : 0;
        nonces[from] = next + 1;
        return next;
    }

    private static TransactionType TypeOf(CallRequest request, ulong? asked)
    {
        if (request.BlobVersionedHashes is { Count: > 0 } || asked == (ulong)TransactionType.Blob)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams, "blobs are not signed here: send them with eth_sendRawTransaction");
        if (request.AuthorizationList is { Count: > 0 }) return TransactionType.SetCode;
        if (asked is { } type)
            return type <= (ulong)TransactionType.SetCode
                ? (TransactionType)type
                : throw new JsonRpcException(JsonRpcError.InvalidParams, "transaction type not supported");
        if (request.GasPrice is null) return TransactionType.DynamicFee;
        return request.AccessList is null ? TransactionType.Legacy : TransactionType.AccessList;
    }

    private (UInt256 FeeCap, UInt256 TipCap) FeesOf(CallRequest request)
    {
        if (request.GasPrice is { } price) return (price, price);
        UInt256 tip = request.MaxPriorityFeePerGas ?? Tip;
        UInt256 cap = request.MaxFeePerGas ?? BaseFee.After(reader.Chain.Head) * 2ul + tip;
        return (cap, request.MaxPriorityFeePerGas is null && tip > cap ? cap : tip);
    }

    /// <summary>After what is pending, where there is anything.</summary>
    private ulong EstimateGas(CallRequest request, ChainSnapshot? upon, CancellationToken cancellation)
    {
        if (upon is not null)
            return EthCalls.Require(calls.EstimateGas(upon, request with { Nonce = null }, null, cancellation));
        using ChainSnapshot state = reader.OpenSnapshot(pool.PendingCount > 0 ? BlockId.Pending : BlockId.Latest);
        return EthCalls.Require(calls.EstimateGas(state, request with { Nonce = null }, null, cancellation));
    }
}
