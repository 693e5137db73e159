using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Building;

/// <summary>Headers of blocks to be built: what is known before execution, and what execution adds.</summary>
internal static class HeaderTemplate
{
    /// <summary>The gas limit moves by less than the parent's divided by this (Yellow Paper 4.3.4).</summary>
    private const ulong GasLimitDivisor = 1024;

    /// <exception cref="ArgumentException">The attributes do not fit the parent or the fork.</exception>
    public static BlockHeader Create(
        BlockHeader parent, PayloadAttributes attributes, BuilderOptions options, ForkRules rules)
    {
        Check(parent, attributes, rules);
        return new()
        {
            ParentHash = parent.Hash,
            Number = parent.Number + 1,
            Timestamp = attributes.Timestamp,
            Beneficiary = attributes.FeeRecipient,
            MixHash = attributes.PrevRandao,
            ExtraData = attributes.ExtraData ?? options.ExtraData,
            GasLimit = attributes.GasLimit
                ?? NextGasLimit(parent, attributes.GasLimitTarget ?? options.GasLimitTarget, rules),
            Difficulty = Difficulty.Of(
                parent.Number + 1, attributes.Timestamp, parent.Timestamp, parent.Difficulty,
                parent.OmmersHash != Hash256.OfEmptyList, rules),
            BaseFeePerGas = rules.BaseFee ? attributes.BaseFeePerGas ?? BaseFee.After(parent) : null,
            WithdrawalsRoot = rules.Withdrawals ? ListRoot.OfWithdrawals(attributes.Withdrawals ?? []) : null,
            BlobGasUsed = rules.Blobs is null ? null : 0,
            ExcessBlobGas = rules.Blobs is null ? null : BlobGas.NextExcess(parent, rules),
            ParentBeaconBlockRoot = rules.BeaconRoots ? attributes.ParentBeaconBlockRoot ?? Hash256.Zero : null,
        };
    }

    /// <summary>With what execution came to.</summary>
    public static BlockHeader Complete(
        BlockHeader header, BlockResult result, in Hash256 transactionsRoot, in Hash256 stateRoot) => header with
        {
            TransactionsRoot = transactionsRoot,
            StateRoot = stateRoot,
            ReceiptsRoot = result.ReceiptsRoot,
            LogsBloom = result.LogsBloom,
            GasUsed = result.GasUsed,
            BlobGasUsed = header.BlobGasUsed.HasValue ? result.BlobGasUsed : null,
            RequestsHash = result.RequestsHash,
        };

    /// <summary>One step from the parent's towards the target, as far as a step goes.</summary>
    private static ulong NextGasLimit(BlockHeader parent, ulong? target, ForkRules rules)
    {
        bool isFirstOfLondon = rules.BaseFee && parent.BaseFeePerGas is null;
        ulong before = isFirstOfLondon ? parent.GasLimit * BaseFee.Elasticity : parent.GasLimit;
        ulong step = Math.Max(before / GasLimitDivisor, 1) - 1;
        ulong wanted = Math.Clamp(target ?? before, HeaderRules.MinGasLimit, HeaderRules.MaxGasLimit);
        return wanted > before ? before + Math.Min(step, wanted - before) : before - Math.Min(step, before - wanted);
    }

    private static void Check(BlockHeader parent, PayloadAttributes attributes, ForkRules rules)
    {
        if (attributes.Timestamp <= parent.Timestamp)
            throw new ArgumentException(
                $"timestamp {attributes.Timestamp}: the parent has {parent.Timestamp}", nameof(attributes));
        if (attributes.ExtraData is { Length: > HeaderRules.MaxExtraData } data)
            throw new ArgumentException(
                $"extra data: at most {HeaderRules.MaxExtraData} bytes, found {data.Length}", nameof(attributes));
        if (attributes.Withdrawals is { Count: > 0 } && !rules.Withdrawals)
            throw new ArgumentException("withdrawals: not before Shanghai", nameof(attributes));
    }
}
