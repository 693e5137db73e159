namespace Weft.Execution;

/// <summary>Why a transaction is invalid, named after the rule.</summary>
public enum TransactionError : byte
{
    None,

    // ---- By itself, under the rules of the fork ----

    TypeNotSupported, InvalidSignature, ReplayProtectionNotSupported, WrongChainId, NonceIsMax,
    GasLimitExceedsCap, IntrinsicGasTooLow, FloorGasTooLow, InitCodeTooLarge, GasPriceTooHigh, PriorityFeeAboveFeeCap,
    BlobsMissing, TooManyBlobs, BlobVersionNotSupported, BlobCreatesContract,
    AuthorizationListEmpty, SetCodeCreatesContract,

    // ---- In its block ----

    GasLimitExceedsBlock, BlobGasExceedsBlock, FeeCapBelowBaseFee, BlobFeeCapBelowBlobBaseFee,

    // ---- For its sender ----

    NonceTooLow, NonceTooHigh, SenderHasCode, InsufficientFunds,
}
