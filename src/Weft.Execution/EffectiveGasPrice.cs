using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Execution;

/// <summary>What a transaction really pays per gas (EIP-1559).</summary>
public static class EffectiveGasPrice
{
    /// <summary>Wei per gas. The fee cap is at least the base fee, otherwise the transaction is invalid.</summary>
    public static UInt256 Of(Transaction transaction, in UInt256 baseFee)
    {
        if (transaction.Type <= TransactionType.AccessList) return transaction.GasPrice;
        UInt256 room = transaction.MaxFeePerGas - baseFee;
        return baseFee + (transaction.MaxPriorityFeePerGas < room ? transaction.MaxPriorityFeePerGas : room);
    }
}
