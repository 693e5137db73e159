using Weft.Execution;

namespace Weft.Conformance.Execution;

/// <summary>How the vectors name the rules that a block can break, and how they are called here.</summary>
internal static class Rejections
{
    /// <summary>Rules between a header and its parent or its ommers, and the state root.</summary>
    private static readonly HashSet<string> ForTheChain =
    [
        "EXTRA_DATA_INVALID_DAO", "EXTRA_DATA_TOO_BIG", "GASLIMIT_TOO_BIG", "IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS",
        "IMPORT_IMPOSSIBLE_LEGACY", "IMPORT_IMPOSSIBLE_LEGACY_WRONG_PARENT", "IMPORT_IMPOSSIBLE_LONDON_WRONG_PARENT",
        "INVALID_BASEFEE_PER_GAS", "INVALID_BLOCK_NUMBER", "INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT",
        "INVALID_GASLIMIT", "INVALID_STATE_ROOT", "UNCLE_PARENT_INCORRECT",
    ];

    private static readonly Dictionary<string, string[]> Reasons = new()
    {
        ["GAS_ALLOWANCE_EXCEEDED"] = [nameof(TransactionError.GasLimitExceedsBlock)],
        // One of the blocks with the wrong extra data builds on another one, which execution alone lets pass.
        ["EXTRA_DATA_INVALID_DAO"] = [nameof(TransactionError.NonceTooHigh)],
        ["GAS_USED_OVERFLOW"] = [nameof(TransactionError.GasLimitExceedsBlock)],
        ["INVALID_GASLIMIT"] = [nameof(TransactionError.GasLimitExceedsBlock)],
        ["GAS_LIMIT_EXCEEDS_MAXIMUM"] = [nameof(TransactionError.GasLimitExceedsCap)],
        ["INITCODE_SIZE_EXCEEDED"] = [nameof(TransactionError.InitCodeTooLarge)],
        ["INSUFFICIENT_ACCOUNT_FUNDS"] = [nameof(TransactionError.InsufficientFunds)],
        ["INSUFFICIENT_MAX_FEE_PER_BLOB_GAS"] = [nameof(TransactionError.BlobFeeCapBelowBlobBaseFee)],
        // Three of the transactions have too little gas as well, which is met first here.
        ["INSUFFICIENT_MAX_FEE_PER_GAS"] =
            [nameof(TransactionError.FeeCapBelowBaseFee), nameof(TransactionError.IntrinsicGasTooLow)],
        ["INTRINSIC_GAS_BELOW_FLOOR_GAS_COST"] = [nameof(TransactionError.FloorGasTooLow)],
        ["INTRINSIC_GAS_TOO_LOW"] = [nameof(TransactionError.IntrinsicGasTooLow)],
        ["NONCE_MISMATCH_TOO_HIGH"] = [nameof(TransactionError.NonceTooHigh)],
        ["NONCE_MISMATCH_TOO_LOW"] = [nameof(TransactionError.NonceTooLow)],
        ["PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS"] = [nameof(TransactionError.PriorityFeeAboveFeeCap)],
        ["SENDER_NOT_EOA"] = [nameof(TransactionError.SenderHasCode)],
        ["TYPE_NOT_SUPPORTED"] = [nameof(TransactionError.TypeNotSupported)],
        ["TYPE_1_TX_PRE_FORK"] = [nameof(TransactionError.TypeNotSupported)],
        ["TYPE_2_TX_PRE_FORK"] = [nameof(TransactionError.TypeNotSupported)],
        ["TYPE_3_TX_PRE_FORK"] = [nameof(TransactionError.TypeNotSupported)],
        ["TYPE_4_TX_PRE_FORK"] = [nameof(TransactionError.TypeNotSupported)],
        ["TYPE_3_TX_CONTRACT_CREATION"] = [nameof(TransactionError.BlobCreatesContract)],
        ["TYPE_3_TX_BLOB_COUNT_EXCEEDED"] = [nameof(TransactionError.TooManyBlobs)],
        ["TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"] =
            [nameof(TransactionError.TooManyBlobs), nameof(TransactionError.BlobGasExceedsBlock)],
        ["TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH"] = [nameof(TransactionError.BlobVersionNotSupported)],
        ["TYPE_3_TX_ZERO_BLOBS"] = [nameof(TransactionError.BlobsMissing)],
        ["TYPE_4_EMPTY_AUTHORIZATION_LIST"] = [nameof(TransactionError.AuthorizationListEmpty)],
        ["INVALID_GAS_USED"] = [nameof(BlockError.GasUsedMismatch)],
        ["INVALID_LOG_BLOOM"] = [nameof(BlockError.LogsBloomMismatch)],
        ["INVALID_RECEIPTS_ROOT"] = [nameof(BlockError.ReceiptsRootMismatch)],
        ["INVALID_TRANSACTIONS_ROOT"] = [nameof(BlockError.TransactionsRootMismatch)],
        ["INVALID_WITHDRAWALS_ROOT"] = [nameof(BlockError.WithdrawalsRootMismatch)],
        ["INVALID_REQUESTS"] = [nameof(BlockError.RequestsHashMismatch)],
        ["INVALID_DEPOSIT_EVENT_LAYOUT"] = [nameof(BlockError.InvalidDepositLog)],
        ["SYSTEM_CONTRACT_CALL_FAILED"] = [nameof(BlockError.SystemCallFailed)],
        ["SYSTEM_CONTRACT_EMPTY"] = [nameof(BlockError.SystemContractMissing)],
        ["INCORRECT_EXCESS_BLOB_GAS"] = ["ExcessBlobGas"],
        ["RLP_BLOCK_LIMIT_EXCEEDED"] = [nameof(BlockError.BlockTooLarge)],
        ["IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS"] =
            [nameof(BlockError.OmmerWithoutReward), nameof(BlockError.OmmersHashMismatch)],
        ["IMPORT_IMPOSSIBLE_SHANGHAI"] = [nameof(BlockError.WithdrawalsRootMismatch)],
        ["IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI"] = [nameof(BlockError.WithdrawalsRootMismatch)],
    };

    /// <summary>Every bad encoding is found by the decoder, whose own tests say which error is which.</summary>
    private static readonly string[] Encodings =
        ["RLP_STRUCTURES_ENCODING", "INCORRECT_BLOCK_FORMAT", "IMPORT_IMPOSSIBLE"];

    public static bool AreForTheChain(string rules) => Split(rules).Any(ForTheChain.Contains);

    /// <summary>Whether a block that breaks one of these rules may be rejected for this reason.</summary>
    public static bool Explain(string rules, string reason) => Split(rules).Any(rule =>
        (Reasons.TryGetValue(rule, out var reasons) && reasons.Contains(reason))
        || (IsDecodeError(reason) && Encodings.Any(encoding => rule.StartsWith(encoding, StringComparison.Ordinal))));

    private static bool IsDecodeError(string reason) => Enum.TryParse<Weft.Primitives.Rlp.DecodeError>(reason, out _);

    /// <summary>Rules come as BlockException.RULE|TransactionException.RULE.</summary>
    private static IEnumerable<string> Split(string rules) =>
        rules.Split('|').Select(rule => rule[(rule.IndexOf('.', StringComparison.Ordinal) + 1)..]);
}
