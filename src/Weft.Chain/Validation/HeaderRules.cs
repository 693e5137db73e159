using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Validation;

/// <summary>
/// What a header must be by itself and after its parent; nothing is executed. Proof-of-work seals (Ethash) are not
/// verified: a chain that still lives by them must check them before.
/// </summary>
public static class HeaderRules
{
    public const int MaxExtraData = 32;
    public const ulong MinGasLimit = 5000;

    /// <summary>2^63 - 1 (EIP-1985).</summary>
    public const ulong MaxGasLimit = long.MaxValue;

    /// <summary>The gas limit moves by less than the parent's divided by this.</summary>
    private const ulong GasLimitDivisor = 1024;

    /// <summary>EIP-779: the DAO fork block and nine more.</summary>
    private const ulong DaoExtraDataBlocks = 10;

    private static ReadOnlySpan<byte> DaoExtraData => "dao-hard-fork"u8;

    /// <summary>The first rule that is broken; null where none is. <paramref name="rules"/> are those of the header's
    /// own fork. That the parent is the right one is up to the caller.</summary>
    public static BlockResult? Check(BlockHeader header, BlockHeader parent, ForkRules rules, ulong? daoForkNumber) =>
        CheckPlace(header, parent)
        ?? CheckExtraData(header, daoForkNumber)
        ?? CheckConsensus(header, parent, rules)
        ?? CheckGas(header, parent, rules)
        ?? CheckFields(header, rules)
        ?? CheckBaseFee(header, parent, rules)
        ?? CheckBlobs(header, parent, rules);

    private static BlockResult? CheckPlace(BlockHeader header, BlockHeader parent)
    {
        if (header.Number != parent.Number + 1)
            return Differs(BlockError.NumberMismatch, "number", parent.Number + 1, header.Number);
        return header.Timestamp > parent.Timestamp ? null : BlockResult.Invalid(
            BlockError.TimestampNotAfterParent, $"timestamp {header.Timestamp}, the parent has {parent.Timestamp}");
    }

    private static BlockResult? CheckExtraData(BlockHeader header, ulong? daoForkNumber)
    {
        if (header.ExtraData.Length > MaxExtraData)
            return BlockResult.Invalid(
                BlockError.ExtraDataTooLong,
                $"extra data: at most {MaxExtraData} bytes, found {header.ExtraData.Length}");
        bool isDaoBlock = daoForkNumber is { } dao && header.Number >= dao && header.Number - dao < DaoExtraDataBlocks;
        if (!isDaoBlock || header.ExtraData.Span.SequenceEqual(DaoExtraData)) return null;
        return Differs(
            BlockError.DaoExtraDataMissing, "extra data", Hex.Encode(DaoExtraData), Hex.Encode(header.ExtraData.Span));
    }

    /// <summary>Work before Paris, none after it (EIP-3675).</summary>
    private static BlockResult? CheckConsensus(BlockHeader header, BlockHeader parent, ForkRules rules)
    {
        if (rules.Difficulty != DifficultyRule.Zero) return CheckDifficulty(header, parent, rules);
        if (!header.Difficulty.IsZero)
            return Differs(BlockError.ProofOfWorkAfterParis, "difficulty", UInt256.Zero, header.Difficulty);
        if (header.Nonce != 0) return Differs(BlockError.NonceAfterParis, "nonce", 0ul, header.Nonce);
        return header.OmmersHash == Hash256.OfEmptyList
            ? null
            : Differs(BlockError.OmmersAfterParis, "ommers hash", Hash256.OfEmptyList, header.OmmersHash);
    }

    private static BlockResult? CheckDifficulty(BlockHeader header, BlockHeader parent, ForkRules rules)
    {
        UInt256 expected = Difficulty.Of(
            header.Number, header.Timestamp, parent.Timestamp, parent.Difficulty,
            parent.OmmersHash != Hash256.OfEmptyList, rules);
        if (header.Difficulty == expected) return null;
        var error = header.Difficulty.IsZero ? BlockError.ProofOfStakeBeforeParis : BlockError.DifficultyMismatch;
        return Differs(error, "difficulty", expected, header.Difficulty);
    }

    private static BlockResult? CheckFields(BlockHeader header, ForkRules rules) =>
        CheckField("base fee", header.BaseFeePerGas.HasValue, rules.BaseFee)
        ?? CheckField("withdrawals root", header.WithdrawalsRoot.HasValue, rules.Withdrawals)
        ?? CheckField("blob gas used", header.BlobGasUsed.HasValue, rules.Blobs is not null)
        ?? CheckField("excess blob gas", header.ExcessBlobGas.HasValue, rules.Blobs is not null)
        ?? CheckField("parent beacon block root", header.ParentBeaconBlockRoot.HasValue, rules.BeaconRoots)
        ?? CheckField("requests hash", header.RequestsHash.HasValue, rules.Requests);

    private static BlockResult? CheckField(string name, bool isThere, bool isActive) => (isThere, isActive) switch
    {
        (false, true) => BlockResult.Invalid(BlockError.FieldMissing, $"{name}: expected, but missing"),
        (true, false) => BlockResult.Invalid(BlockError.FieldNotActive, $"{name}: not before a later fork"),
        _ => null,
    };

    private static BlockResult? CheckGas(BlockHeader header, BlockHeader parent, ForkRules rules)
    {
        if (header.GasLimit < MinGasLimit)
            return BlockResult.Invalid(
                BlockError.GasLimitTooLow, $"gas limit: at least {MinGasLimit}, found {header.GasLimit}");
        if (header.GasLimit > MaxGasLimit)
            return BlockResult.Invalid(
                BlockError.GasLimitTooHigh, $"gas limit: at most {MaxGasLimit}, found {header.GasLimit}");
        if (CheckGasLimitChange(header, parent, rules) is { } change) return change;
        return header.GasUsed <= header.GasLimit ? null : BlockResult.Invalid(
            BlockError.GasLimitExceeded, $"gas used {header.GasUsed} exceeds the gas limit {header.GasLimit}");
    }

    private static BlockResult? CheckBaseFee(BlockHeader header, BlockHeader parent, ForkRules rules)
    {
        if (!rules.BaseFee) return null;
        UInt256 expected = BaseFee.After(parent), found = header.BaseFeePerGas!.Value;
        return expected == found ? null : Differs(BlockError.BaseFeeMismatch, "base fee", expected, found);
    }

    /// <summary>London doubles the limit in its first block, so that the target is what the limit was.</summary>
    private static BlockResult? CheckGasLimitChange(BlockHeader header, BlockHeader parent, ForkRules rules)
    {
        bool isFirstOfLondon = rules.BaseFee && parent.BaseFeePerGas is null;
        UInt128 before = isFirstOfLondon ? (UInt128)parent.GasLimit * BaseFee.Elasticity : parent.GasLimit;
        UInt128 now = header.GasLimit, difference = now > before ? now - before : before - now;
        UInt128 bound = before / GasLimitDivisor;
        return difference < bound ? null : BlockResult.Invalid(
            BlockError.GasLimitChangeTooLarge, $"gas limit: less than {bound} away from {before}, found {now}");
    }

    private static BlockResult? CheckBlobs(BlockHeader header, BlockHeader parent, ForkRules rules)
    {
        if (rules.Blobs is null) return null;
        ulong used = header.BlobGasUsed!.Value, limit = BlobGas.Limit(rules);
        if (used > limit)
            return BlockResult.Invalid(BlockError.BlobGasAboveLimit, $"blob gas used: at most {limit}, found {used}");
        if (used % BlobGas.PerBlob != 0)
            return BlockResult.Invalid(
                BlockError.BlobGasNotOfWholeBlobs, $"blob gas used: a multiple of {BlobGas.PerBlob}, found {used}");
        ulong expected = BlobGas.NextExcess(parent, rules), found = header.ExcessBlobGas!.Value;
        return expected == found
            ? null
            : Differs(BlockError.ExcessBlobGasMismatch, "excess blob gas", expected, found);
    }

    internal static BlockResult Differs<T>(BlockError error, string what, T expected, T found) =>
        BlockResult.Invalid(error, $"{what}: expected {expected}, found {found}");
}
