using Weft.Primitives;

namespace Weft.Chain.Pool;

/// <summary>Why the pool refuses a transaction, named after the rule.</summary>
public enum PoolError : byte
{
    None,

    // ---- By itself ----

    Malformed, InvalidSender, UnprotectedTransaction, WrongChainId, TypeNotSupported, OversizedData, InitCodeTooLarge,
    GasLimitExceedsBlock, GasLimitExceedsCap, IntrinsicGasTooLow, FloorGasTooLow, TipAboveFeeCap, FeeTooHigh,
    Underpriced, NonceIsMax, AuthorizationListEmpty, CreatesContract,

    // ---- Blobs ----

    BlobsMissing, TooManyBlobs, SidecarMissing, SidecarMismatch, SidecarVersion, InvalidBlobProof, BlobFeeTooLow,

    // ---- For its sender ----

    NonceTooLow, NonceGap, SenderHasCode, InsufficientFunds, AlreadyKnown, ReplacementUnderpriced, AddressReserved,

    // ---- For the pool ----

    SenderLimit, PoolIsFull, PoolUnderpriced,
}

/// <summary>What became of a transaction that was handed in. <paramref name="Message"/> is what geth says in that case.
/// </summary>
/// <param name="Error">None: it is in the pool.</param>
/// <param name="Hash">Of the transaction, zero where it could not be read.</param>
/// <param name="Message">Null where it was taken.</param>
public readonly record struct PoolResult(PoolError Error, Hash256 Hash, string? Message)
{
    public bool IsAdded => Error == PoolError.None;
}
