using System.Collections.Frozen;
using Weft.Chain;
using Weft.Cli.StateTests;
using Weft.Execution;
using Weft.Primitives.Rlp;

namespace Weft.Cli.BlockTests;

/// <summary>
/// Which of our reasons stand behind the names under which test files expect a block to be rejected: those of
/// execution-spec-tests, which ethereum/tests uses as well ("BlockException.…", "TransactionException.…", alternatives
/// separated by '|').
/// </summary>
internal static class BlockRejections
{
    private const string BlockPrefix = "BlockException.", TransactionPrefix = "TransactionException.";

    /// <summary>Three transactions under this expectation have too little gas as well, which is met first here.
    /// </summary>
    private const string PoorAndTooLittleGas =
        TransactionPrefix + "INSUFFICIENT_MAX_FEE_PER_GAS|" + TransactionPrefix + "INSUFFICIENT_ACCOUNT_FUNDS";

    private static readonly FrozenDictionary<string, string[]> ReasonsByName = Build().ToFrozenDictionary();

    /// <summary>Names that stand for a bad encoding. The decoder's own tests say which error is which.</summary>
    private static readonly string[] Encodings = ["RLP_STRUCTURES_ENCODING", "RLP_", "INCORRECT_BLOCK_FORMAT"];

    /// <summary>True when the reason is one of those expected; <paramref name="unknown"/> is a name that is not in the
    /// table. An empty expectation does not tell the reason.</summary>
    public static bool Matches(string expected, Reason reason, out string? unknown)
    {
        unknown = null;
        if (expected.Length == 0) return true;
        if (expected == PoorAndTooLittleGas && reason.Name == nameof(TransactionError.IntrinsicGasTooLow)) return true;
        foreach (string name in expected.Split('|', StringSplitOptions.TrimEntries))
            if (MatchesOne(name, reason, ref unknown)) return true;
        return false;
    }

    private static bool MatchesOne(string name, Reason reason, ref string? unknown)
    {
        if (name.StartsWith(TransactionPrefix, StringComparison.Ordinal))
        {
            if (reason.Kind == ReasonKind.Transaction)
            {
                bool matches = Rejections.Matches(name, reason.Name, out string? stranger);
                unknown ??= stranger;
                return matches;
            }
            name = name[TransactionPrefix.Length..];
        }
        else if (name.StartsWith(BlockPrefix, StringComparison.Ordinal))
        {
            name = name[BlockPrefix.Length..];
        }
        if (reason.Kind == ReasonKind.Encoding
            && Encodings.Any(encoding => name.StartsWith(encoding, StringComparison.Ordinal))) return true;
        if (ReasonsByName.TryGetValue(name, out var reasons)) return reasons.Contains(reason.Name);
        if (!Encodings.Any(encoding => name.StartsWith(encoding, StringComparison.Ordinal))) unknown ??= name;
        return false;
    }

    private static Dictionary<string, string[]> Build()
    {
        var map = new Dictionary<string, string[]>();
        void Add(string name, params BlockError[] errors) => map.Add(name, [.. errors.Select(e => e.ToString())]);

        AddHeaders(Add);
        AddOthers(Add);
        // A block may break a rule about its transactions by what its header or body says already.
        Add("TYPE_3_TX_BLOB_COUNT_EXCEEDED", BlockError.BlobGasAboveLimit);
        Add("TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED", BlockError.BlobGasAboveLimit);
        map.Add("UNKNOWN_PARENT", [nameof(ImportStatus.UnknownParent)]);
        map.Add("UNKNOWN_PARENT_ZERO", [nameof(ImportStatus.UnknownParent)]);
        map.Add(
            "IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI",
            [nameof(BlockError.FieldMissing), nameof(DecodeError.WithdrawalsDoNotMatchHeader)]);
        map.Add(
            "GAS_USED_OVERFLOW",
            [nameof(TransactionError.GasLimitExceedsBlock), nameof(BlockError.GasLimitExceeded)]);
        return map;
    }

    private static void AddHeaders(Action<string, BlockError[]> add)
    {
        add("EXTRA_DATA_INVALID_DAO", [BlockError.DaoExtraDataMissing]);
        add("EXTRA_DATA_TOO_BIG", [BlockError.ExtraDataTooLong]);
        add("INVALID_BLOCK_NUMBER", [BlockError.NumberMismatch]);
        add("INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT", [BlockError.TimestampNotAfterParent]);
        add("INVALID_GASLIMIT",
            [BlockError.GasLimitTooLow, BlockError.GasLimitChangeTooLarge, BlockError.GasLimitTooHigh]);
        add("GASLIMIT_TOO_BIG", [BlockError.GasLimitTooHigh]);
        add("INVALID_BASEFEE_PER_GAS", [BlockError.BaseFeeMismatch]);
        add("INVALID_DIFFICULTY", [BlockError.DifficultyMismatch, BlockError.ProofOfWorkAfterParis]);
        add("IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS", [BlockError.ProofOfWorkAfterParis]);
        add("IMPORT_IMPOSSIBLE_PARIS_WRONG_POW", [BlockError.ProofOfWorkAfterParis]);
        add("IMPORT_IMPOSSIBLE_PARIS_WRONG_POS", [BlockError.ProofOfStakeBeforeParis]);
        add("IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS", [BlockError.OmmersAfterParis]);
        add("IMPORT_IMPOSSIBLE_LEGACY", [BlockError.FieldMissing]);
        add("IMPORT_IMPOSSIBLE_LEGACY_WRONG_PARENT", [BlockError.FieldMissing]);
        add("IMPORT_IMPOSSIBLE_LONDON_WRONG_PARENT", [BlockError.FieldNotActive]);
        add("IMPORT_IMPOSSIBLE_SHANGHAI", [BlockError.FieldNotActive]);
        add("INCORRECT_BLOCK_FORMAT", [BlockError.FieldMissing, BlockError.FieldNotActive]);
        add("INCORRECT_EXCESS_BLOB_GAS", [BlockError.ExcessBlobGasMismatch]);
        add("INCORRECT_BLOB_GAS_USED", [BlockError.BlobGasUsedMismatch, BlockError.BlobGasNotOfWholeBlobs]);
        add("UNCLE_PARENT_INCORRECT", [BlockError.OmmerNotRelated]);
    }

    private static void AddOthers(Action<string, BlockError[]> add)
    {
        add("INVALID_TRANSACTIONS_ROOT", [BlockError.TransactionsRootMismatch]);
        add("INVALID_UNCLES_HASH", [BlockError.OmmersHashMismatch]);
        add("INVALID_WITHDRAWALS_ROOT", [BlockError.WithdrawalsRootMismatch]);
        add("RLP_BLOCK_LIMIT_EXCEEDED", [BlockError.BlockTooLarge]);
        add("INVALID_GAS_USED", [BlockError.GasUsedMismatch]);
        add("INVALID_LOG_BLOOM", [BlockError.LogsBloomMismatch]);
        add("INVALID_RECEIPTS_ROOT", [BlockError.ReceiptsRootMismatch]);
        add("INVALID_STATE_ROOT", [BlockError.StateRootMismatch]);
        add("INVALID_REQUESTS", [BlockError.RequestsHashMismatch]);
        add("INVALID_DEPOSIT_EVENT_LAYOUT", [BlockError.InvalidDepositLog]);
        add("SYSTEM_CONTRACT_CALL_FAILED", [BlockError.SystemCallFailed]);
        add("SYSTEM_CONTRACT_EMPTY", [BlockError.SystemContractMissing]);
    }
}
