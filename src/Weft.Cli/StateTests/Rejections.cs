using System.Collections.Frozen;
using Weft.Execution;

namespace Weft.Cli.StateTests;

/// <summary>
/// Which of our reasons stand behind the names under which test files expect a transaction to be rejected:
/// execution-spec-tests ("TransactionException.…", alternatives separated by '|') and the older ethereum/tests.
/// </summary>
public static class Rejections
{
    /// <summary>Stands for a transaction whose fields cannot even be encoded or decoded.</summary>
    public const string Malformed = "Malformed";

    private static readonly FrozenDictionary<string, string[]> ReasonsByName = Build().ToFrozenDictionary();

    /// <summary>True when <paramref name="reason"/> is one of those expected; <paramref name="unknown"/> is a name that
    /// is not in the table.</summary>
    public static bool Matches(string expected, string reason, out string? unknown)
    {
        unknown = null;
        foreach (var alternative in expected.Split('|', StringSplitOptions.TrimEntries))
        {
            string name = alternative.StartsWith("TransactionException.", StringComparison.Ordinal)
                ? alternative["TransactionException.".Length..]
                : alternative;
            if (!ReasonsByName.TryGetValue(name, out var reasons)) unknown ??= name;
            else if (reasons.Contains(reason)) return true;
        }
        return false;
    }

    private static Dictionary<string, string[]> Build()
    {
        var map = new Dictionary<string, string[]>();
        void Add(string names, params TransactionError[] errors)
        {
            foreach (var name in names.Split(' ')) map.Add(name, [.. errors.Select(error => error.ToString())]);
        }

        Add("TYPE_NOT_SUPPORTED TYPE_1_TX_PRE_FORK TYPE_2_TX_PRE_FORK TYPE_3_TX_PRE_FORK TYPE_4_TX_PRE_FORK "
            + "TR_TypeNotSupported", TransactionError.TypeNotSupported);
        Add("SENDER_NOT_EOA SenderNotEOA", TransactionError.SenderHasCode);
        Add("NONCE_IS_MAX TR_NonceHasMaxValue", TransactionError.NonceIsMax);
        Add("NONCE_MISMATCH_TOO_LOW", TransactionError.NonceTooLow);
        Add("NONCE_MISMATCH_TOO_HIGH", TransactionError.NonceTooHigh);
        Add("INVALID_CHAINID", TransactionError.WrongChainId);
        Add("INVALID_SIGNATURE_VRS EC_RECOVERY_FAIL", TransactionError.InvalidSignature);
        Add("INTRINSIC_GAS_TOO_LOW IntrinsicGas TR_IntrinsicGas", TransactionError.IntrinsicGasTooLow);
        Add("INTRINSIC_GAS_BELOW_FLOOR_GAS_COST", TransactionError.FloorGasTooLow);
        Add(
            "INSUFFICIENT_ACCOUNT_FUNDS TR_NoFunds TR_NoFundsX", TransactionError.InsufficientFunds,
            TransactionError.GasPriceTooHigh);
        Add("GASLIMIT_PRICE_PRODUCT_OVERFLOW", TransactionError.InsufficientFunds, TransactionError.GasPriceTooHigh);
        Add("TR_NoFundsOrGas", TransactionError.InsufficientFunds, TransactionError.IntrinsicGasTooLow);
        Add("INSUFFICIENT_MAX_FEE_PER_GAS TR_FeeCapLessThanBlocks", TransactionError.FeeCapBelowBaseFee);
        Add("PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS TR_TipGtFeeCap", TransactionError.PriorityFeeAboveFeeCap);
        Add("GAS_ALLOWANCE_EXCEEDED TR_GasLimitReached", TransactionError.GasLimitExceedsBlock);
        Add("GAS_LIMIT_EXCEEDS_MAXIMUM", TransactionError.GasLimitExceedsCap);
        Add("INITCODE_SIZE_EXCEEDED TR_InitCodeLimitExceeded", TransactionError.InitCodeTooLarge);
        Add("INSUFFICIENT_MAX_FEE_PER_BLOB_GAS", TransactionError.BlobFeeCapBelowBlobBaseFee);
        Add("TYPE_3_TX_ZERO_BLOBS TR_EMPTYBLOB", TransactionError.BlobsMissing);
        Add("TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH TR_BLOBVERSION_INVALID", TransactionError.BlobVersionNotSupported);
        Add("TYPE_3_TX_BLOB_COUNT_EXCEEDED TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED TR_BLOBLIST_OVERSIZE",
            TransactionError.TooManyBlobs, TransactionError.BlobGasExceedsBlock);
        Add("TYPE_3_TX_CONTRACT_CREATION TR_BLOBCREATE", TransactionError.BlobCreatesContract);
        Add("TYPE_4_EMPTY_AUTHORIZATION_LIST", TransactionError.AuthorizationListEmpty);
        Add("TYPE_4_TX_CONTRACT_CREATION", TransactionError.SetCodeCreatesContract);
        foreach (var name in (string[])["RLP_INVALID_VALUE", "TR_RLP_WRONGVALUE", "VALUE_OVERFLOW", "GASPRICE_OVERFLOW",
            "GASLIMIT_OVERFLOW", "NONCE_OVERFLOW", "NONCE_TOO_BIG"]) map.Add(name, [Malformed]);
        return map;
    }
}
