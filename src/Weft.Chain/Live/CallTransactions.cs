using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>Makes transactions of what callers give.</summary>
internal static class CallTransactions
{
    /// <summary>The type follows from the fields that are there, as in clients: prices of EIP-1559 where nothing says
    /// otherwise.</summary>
    /// <exception cref="ArgumentException">Fields contradict each other.</exception>
    public static Transaction Create(CallRequest request, ulong nonce, ulong gas, ulong chainId)
    {
        bool hasFees = request.MaxFeePerGas is not null || request.MaxPriorityFeePerGas is not null;
        if (request.GasPrice is not null && hasFees)
            throw new ArgumentException(
                "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified", nameof(request));
        var type = TypeOf(request);
        bool isOld = type <= TransactionType.AccessList;
        // A plain gas price is a fee cap and a tip for the types that know no gas price.
        UInt256 price = request.GasPrice ?? UInt256.Zero;
        return new()
        {
            Type = type, ChainId = type == TransactionType.Legacy ? null : chainId, Nonce = nonce, GasLimit = gas,
            GasPrice = isOld ? price : UInt256.Zero,
            MaxFeePerGas = isOld ? UInt256.Zero : request.MaxFeePerGas ?? price,
            MaxPriorityFeePerGas = isOld ? UInt256.Zero : request.MaxPriorityFeePerGas ?? price,
            To = request.To, Value = request.Value, Data = request.Data, AccessList = request.AccessList ?? [],
            BlobVersionedHashes = request.BlobVersionedHashes ?? [],
            MaxFeePerBlobGas = request.MaxFeePerBlobGas ?? UInt256.Zero,
            AuthorizationList = request.AuthorizationList ?? [], Sender = request.From,
        };
    }

    private static TransactionType TypeOf(CallRequest request) =>
        request.AuthorizationList is not null ? TransactionType.SetCode
        : request.BlobVersionedHashes is not null ? TransactionType.Blob
        : request.GasPrice is null ? TransactionType.DynamicFee
        : request.AccessList is not null ? TransactionType.AccessList
        : TransactionType.Legacy;
}
