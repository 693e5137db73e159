using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;

namespace Weft.Execution;

/// <summary>
/// The rules that a transaction can break without its sender's account being read: by itself under the rules of a fork,
/// and in its block. Cheap and free of state, so that a pool and the processor ask the same question.
/// </summary>
public static class TransactionRules
{
    /// <summary>EIP-4844: the first byte of the hash of a KZG commitment.</summary>
    private const byte KzgVersion = 0x01;

    /// <summary>The first rule that the transaction breaks by itself. <paramref name="maxGasFee"/> is what its gas
    /// costs at most, in wei, blob gas aside.</summary>
    public static TransactionError Check(
        Transaction transaction, ForkRules rules, ulong chainId, out IntrinsicGas intrinsic, out UInt256 maxGasFee)
    {
        intrinsic = default;
        maxGasFee = default;
        TransactionError error = CheckEnvelope(transaction, rules, chainId);
        if (error == TransactionError.None) error = CheckGas(transaction, rules, out intrinsic);
        if (error == TransactionError.None) error = CheckFees(transaction, out maxGasFee);
        if (error != TransactionError.None) return error;
        return transaction.Type switch
        {
            TransactionType.Blob => CheckBlobs(transaction, rules),
            TransactionType.SetCode => CheckAuthorizationList(transaction),
            _ => TransactionError.None,
        };
    }

    /// <summary>The first rule that the transaction breaks in its block, of which the given amounts of gas and blob gas
    /// are left.</summary>
    public static TransactionError CheckInBlock(
        Transaction transaction, BlockEnvironment block, ulong gasLeft, ulong blobGasLeft)
    {
        // No frame could count more gas than 2^63 - 1 (EIP-4803), and no block has it.
        if (transaction.GasLimit > Math.Min(gasLeft, long.MaxValue)) return TransactionError.GasLimitExceedsBlock;
        if (transaction.FeeCap < block.BaseFee) return TransactionError.FeeCapBelowBaseFee;
        if (transaction.Type != TransactionType.Blob) return TransactionError.None;
        if (BlobGas.Of(transaction) > blobGasLeft) return TransactionError.BlobGasExceedsBlock;
        return transaction.MaxFeePerBlobGas < block.BlobBaseFee
            ? TransactionError.BlobFeeCapBelowBlobBaseFee
            : TransactionError.None;
    }

    private static TransactionError CheckEnvelope(Transaction transaction, ForkRules rules, ulong chainId)
    {
        if (transaction.Type > rules.MaxTransactionType) return TransactionError.TypeNotSupported;
        if (rules.LowS && !Secp256k1.IsLowS(transaction.Signature.S)) return TransactionError.InvalidSignature;
        if (transaction.ChainId is { } signedFor)
        {
            if (!rules.ReplayProtection) return TransactionError.ReplayProtectionNotSupported;
            if (signedFor != chainId) return TransactionError.WrongChainId;
        }
        // EIP-2681: the nonce after this transaction must fit 64 bits, too.
        return transaction.Nonce == ulong.MaxValue ? TransactionError.NonceIsMax : TransactionError.None;
    }

    private static TransactionError CheckGas(Transaction transaction, ForkRules rules, out IntrinsicGas intrinsic)
    {
        intrinsic = IntrinsicGas.Of(transaction, rules);
        if (transaction.GasLimit > rules.MaxTransactionGas) return TransactionError.GasLimitExceedsCap;
        if (transaction.IsCreate && transaction.Data.Length > rules.MaxInitCodeSize)
            return TransactionError.InitCodeTooLarge;
        if (transaction.GasLimit < intrinsic.Gas) return TransactionError.IntrinsicGasTooLow;
        return transaction.GasLimit < intrinsic.Floor ? TransactionError.FloorGasTooLow : TransactionError.None;
    }

    /// <summary>Of types 0 and 1 the priority fee is zero, so the first rule always holds.</summary>
    private static TransactionError CheckFees(Transaction transaction, out UInt256 maxGasFee)
    {
        maxGasFee = default;
        if (transaction.FeeCap < transaction.MaxPriorityFeePerGas) return TransactionError.PriorityFeeAboveFeeCap;
        return UInt256.MultiplyOverflows(transaction.FeeCap, transaction.GasLimit, out maxGasFee)
            ? TransactionError.GasPriceTooHigh
            : TransactionError.None;
    }

    private static TransactionError CheckBlobs(Transaction transaction, ForkRules rules)
    {
        IReadOnlyList<Hash256> hashes = transaction.BlobVersionedHashes;
        if (transaction.IsCreate) return TransactionError.BlobCreatesContract;
        if (hashes.Count == 0) return TransactionError.BlobsMissing;
        if (hashes.Count > Math.Min(rules.MaxBlobsPerTransaction, rules.Blobs?.Max ?? 0))
            return TransactionError.TooManyBlobs;
        for (int i = 0; i < hashes.Count; i++)
            if (hashes[i].Bytes[0] != KzgVersion) return TransactionError.BlobVersionNotSupported;
        return TransactionError.None;
    }

    private static TransactionError CheckAuthorizationList(Transaction transaction)
    {
        if (transaction.IsCreate) return TransactionError.SetCodeCreatesContract;
        return transaction.AuthorizationList.Count == 0
            ? TransactionError.AuthorizationListEmpty
            : TransactionError.None;
    }
}
