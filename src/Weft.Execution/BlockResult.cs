using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Execution;

/// <summary>Why a block is invalid, named after the rule.</summary>
public enum BlockError : byte
{
    None,

    // ---- Header, by itself and against its parent: nothing is executed ----

    FieldMissing, FieldNotActive, NumberMismatch, TimestampNotAfterParent, ExtraDataTooLong, DaoExtraDataMissing,
    GasLimitTooLow, GasLimitTooHigh, GasLimitChangeTooLarge, GasLimitExceeded, BaseFeeMismatch, DifficultyMismatch,
    ProofOfStakeBeforeParis, ProofOfWorkAfterParis, NonceAfterParis, OmmersAfterParis,
    BlobGasNotOfWholeBlobs, BlobGasAboveLimit, ExcessBlobGasMismatch,

    // ---- Ommers ----

    TooManyOmmers, OmmerIncludedBefore, OmmerIsAncestor, OmmerNotRelated, OmmerInvalid,

    // ---- Body against header ----

    TransactionsRootMismatch, OmmersHashMismatch, WithdrawalsRootMismatch, BlobGasUsedMismatch, BlockTooLarge,

    // ---- Execution ----

    InvalidTransaction, SystemCallFailed, SystemContractMissing, InvalidDepositLog, OmmerWithoutReward,

    // ---- Block access list (EIP-7928), where it is part of the block ----

    AccessListTooLarge, AccessListMismatch,

    // ---- Header against what execution came to ----

    GasUsedMismatch, ReceiptsRootMismatch, LogsBloomMismatch, RequestsHashMismatch, StateRootMismatch,
}

/// <summary>What executing a block came to. With an error: the index of the transaction and its reason where one is
/// to blame, and a sentence with expected and found value.</summary>
public sealed record BlockResult
{
    /// <summary>A block that broke a rule before anything of it was executed.</summary>
    public static BlockResult Invalid(BlockError error, string detail) => new() { Error = error, Detail = detail };

    public BlockError Error { get; init; }

    /// <summary>With <see cref="BlockError.OmmerInvalid"/>: which rule the ommer's header breaks.</summary>
    public BlockError OmmerError { get; init; }

    public int TransactionIndex { get; init; } = -1;
    public TransactionError TransactionError { get; init; }
    public string? Detail { get; init; }
    public IReadOnlyList<Receipt> Receipts { get; init; } = [];

    /// <summary>One a transaction, so that a difference can be explained; their outputs are not kept.</summary>
    public IReadOnlyList<TransactionResult> Transactions { get; init; } = [];

    public ulong GasUsed { get; init; }
    public ulong BlobGasUsed { get; init; }
    public Bloom LogsBloom { get; init; } = Bloom.Empty;

    /// <summary>Zero before Byzantium where nobody computed the state roots that receipts hold (EIP-658).</summary>
    public Hash256 ReceiptsRoot { get; init; }

    /// <summary>EIP-7685: type byte and data of each request that is not empty, by type.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Requests { get; init; } = [];

    /// <summary>EIP-7685; null before Prague.</summary>
    public Hash256? RequestsHash { get; init; }
}
