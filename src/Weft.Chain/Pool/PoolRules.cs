using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Pool;

/// <summary>
/// What a transaction must be to come through the door, its sender's account aside. Rules of the next block are asked
/// of <see cref="TransactionRules"/>, others are the pool's own. The sentences are those that clients of go-ethereum
/// know.
/// </summary>
internal sealed class PoolRules(PoolOptions options, ForkRules rules, ulong chainId, ulong gasLimit)
{
    public ForkRules Rules => rules;

    public static PoolRules After(BlockHeader head, ForkRules rules, ulong chainId, PoolOptions options) =>
        new(options, rules, chainId, head.GasLimit);

    /// <summary>Null where it may come in. Cheap: before the signature is looked at.</summary>
    public (PoolError Error, string Message)? Check(Transaction transaction, int size)
    {
        if (transaction.Type > rules.MaxTransactionType)
            return (PoolError.TypeNotSupported, "transaction type not supported");
        if (size > options.TransactionBytesMax)
            return (PoolError.OversizedData,
                $"oversized data: transaction size {size}, limit {options.TransactionBytesMax}");
        if (transaction.ChainId is null && !options.AllowsUnprotected && transaction.Sender is null)
            return (PoolError.UnprotectedTransaction,
                "only replay-protected (EIP-155) transactions allowed over RPC");
        if (transaction.GasLimit > gasLimit) return (PoolError.GasLimitExceedsBlock, "exceeds block gas limit");
        var error = TransactionRules.Check(transaction, rules, chainId, out var intrinsic, out UInt256 maxGasFee);
        if (error != TransactionError.None) return Explain(error, transaction, intrinsic);
        return CheckFees(transaction, maxGasFee);
    }

    private (PoolError, string)? CheckFees(Transaction transaction, in UInt256 maxGasFee)
    {
        UInt256 tip = PooledTransaction.TipCapOf(transaction);
        if (tip < options.TipMin)
            return (PoolError.Underpriced,
                $"transaction gas price below minimum: gas tip cap {tip}, minimum needed {options.TipMin}");
        if (options.FeeMax is { } max && maxGasFee > max)
            return (PoolError.FeeTooHigh, $"tx fee ({maxGasFee} wei) exceeds the configured cap ({max} wei)");
        if (transaction.Type == TransactionType.Blob && transaction.MaxFeePerBlobGas.IsZero)
            return (PoolError.BlobFeeTooLow,
                "transaction gas price below minimum: blob fee cap 0, minimum needed 1");
        // The sum that the account must have has to fit a word, or nobody could pay it.
        bool overflows = UInt256.AddOverflows(maxGasFee, transaction.Value, out UInt256 cost)
            || UInt256.MultiplyOverflows(BlobGas.Of(transaction), transaction.MaxFeePerBlobGas, out UInt256 blobFee)
            || UInt256.AddOverflows(cost, blobFee, out _);
        return overflows
            ? (PoolError.InsufficientFunds, "insufficient funds for gas * price + value: the cost exceeds 256 bits")
            : null;
    }

    private (PoolError, string) Explain(TransactionError error, Transaction transaction, in IntrinsicGas intrinsic) =>
        error switch
        {
            TransactionError.TypeNotSupported => (PoolError.TypeNotSupported, "transaction type not supported"),
            TransactionError.WrongChainId => (PoolError.WrongChainId,
                $"invalid sender: invalid chain id for signer: have {transaction.ChainId} want {chainId}"),
            TransactionError.ReplayProtectionNotSupported => (PoolError.WrongChainId,
                "invalid sender: invalid transaction v, r, s values"),
            TransactionError.InvalidSignature => (PoolError.InvalidSender,
                "invalid sender: invalid transaction v, r, s values"),
            TransactionError.NonceIsMax => (PoolError.NonceIsMax, "nonce has max value"),
            TransactionError.GasLimitExceedsCap => (PoolError.GasLimitExceedsCap,
                $"transaction gas limit too high (cap: {rules.MaxTransactionGas}, tx: {transaction.GasLimit})"),
            TransactionError.InitCodeTooLarge => (PoolError.InitCodeTooLarge,
                $"max initcode size exceeded: code size {transaction.Data.Length}, limit {rules.MaxInitCodeSize}"),
            TransactionError.IntrinsicGasTooLow => (PoolError.IntrinsicGasTooLow,
                $"intrinsic gas too low: gas {transaction.GasLimit}, minimum needed {intrinsic.Gas}"),
            TransactionError.FloorGasTooLow => (PoolError.FloorGasTooLow,
                "insufficient gas for floor data gas cost: "
                + $"gas {transaction.GasLimit}, minimum needed {intrinsic.Floor}"),
            TransactionError.PriorityFeeAboveFeeCap => (PoolError.TipAboveFeeCap,
                "max priority fee per gas higher than max fee per gas"),
            TransactionError.GasPriceTooHigh => (PoolError.InsufficientFunds,
                "insufficient funds for gas * price + value: the cost exceeds 256 bits"),
            TransactionError.BlobsMissing => (PoolError.BlobsMissing, "blobless blob transaction"),
            TransactionError.TooManyBlobs => (PoolError.TooManyBlobs,
                $"too many blobs in transaction: have {transaction.BlobVersionedHashes.Count}, "
                + $"permitted {Math.Min(rules.MaxBlobsPerTransaction, rules.Blobs?.Max ?? 0)}"),
            TransactionError.BlobVersionNotSupported => (PoolError.SidecarMismatch,
                "blob hash version not supported"),
            TransactionError.BlobCreatesContract => (PoolError.CreatesContract,
                "blob transaction of type create"),
            TransactionError.SetCodeCreatesContract => (PoolError.CreatesContract,
                "EIP-7702 transaction cannot be used to create contract"),
            TransactionError.AuthorizationListEmpty => (PoolError.AuthorizationListEmpty,
                "set code tx must have at least one authorization tuple"),
            _ => (PoolError.Malformed, error.ToString()),
        };
}
