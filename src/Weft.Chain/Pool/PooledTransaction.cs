using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Pool;

/// <summary>A transaction of the pool; its sender is known.</summary>
public sealed record PooledTransaction(Transaction Transaction, BlobSidecar? Sidecar, long Arrival)
{
    public Address Sender => Transaction.Sender!.Value;

    public Hash256 Hash => Transaction.Hash;
}
