using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Pool;

/// <summary>A transaction of the pool; its sender is known.</summary>
/// <param name="Transaction">Without its sidecar.</param>
/// <param name="Sidecar">Of a blob transaction.</param>
/// <param name="Size">Bytes of the network form, the sidecar aside.</param>
/// <param name="Arrival">Counts what was taken: of two that pay the same the earlier one comes first.</param>
public sealed record PooledTransaction(Transaction Transaction, BlobSidecar? Sidecar, int Size, long Arrival)
{
    public Address Sender => Transaction.Sender!.Value;

    public Hash256 Hash => Transaction.Hash;

    /// <summary>The most that it can cost its sender, in wei; the door has seen that it fits 256 bits.</summary>
    internal UInt256 CostMax { get; } = CostOf(Transaction);

    /// <summary>Bytes with the sidecar.</summary>
    internal long Bytes { get; } = Size + (Sidecar is null ? 0 : Sidecar.Blobs.Count * (long)BlobSidecar.BlobSize);

    /// <summary>Wei per gas for the fee recipient at a base fee; zero also where the fee cap is below it.</summary>
    internal UInt256 TipAt(in UInt256 baseFee)
    {
        UInt256 cap = Transaction.FeeCap;
        if (cap <= baseFee) return UInt256.Zero;
        UInt256 room = cap - baseFee, tip = TipCapOf(Transaction);
        return tip < room ? tip : room;
    }

    internal static UInt256 TipCapOf(Transaction transaction) =>
        transaction.Type <= TransactionType.AccessList ? transaction.GasPrice : transaction.MaxPriorityFeePerGas;

    internal static UInt256 CostOf(Transaction transaction) =>
        transaction.FeeCap * transaction.GasLimit + transaction.Value
        + transaction.MaxFeePerBlobGas * Execution.BlobGas.Of(transaction);
}
