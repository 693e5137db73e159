using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Tests.Chain.Validation;

/// <summary>A parent and a child that breaks no rule, under any fork.</summary>
internal static class Headers
{
    public static BlockHeader Parent(Fork fork)
    {
        var rules = ForkRules.Of(fork);
        return Fit(
            new BlockHeader { Number = 99, Timestamp = 1000, GasLimit = 30_000_000, GasUsed = 20_000_000 }, rules) with
        {
            Difficulty = rules.Difficulty == DifficultyRule.Zero ? UInt256.Zero : 1_000_000,
            BaseFeePerGas = rules.BaseFee ? 1000 : null,
        };
    }

    public static BlockHeader Child(BlockHeader parent, Fork fork)
    {
        var rules = ForkRules.Of(fork);
        return Fit(new BlockHeader
        {
            ParentHash = parent.Hash, Number = parent.Number + 1, Timestamp = parent.Timestamp + 12,
            GasLimit = parent.GasLimit,
        }, rules) with
        {
            Difficulty = Difficulty.Of(
                parent.Number + 1, parent.Timestamp + 12, parent.Timestamp, parent.Difficulty, false, rules),
            BaseFeePerGas = rules.BaseFee ? BaseFee.After(parent) : null,
            ExcessBlobGas = rules.Blobs is null ? null : BlobGas.NextExcess(parent, rules),
        };
    }

    /// <summary>Gives a header the fields of its fork.</summary>
    private static BlockHeader Fit(BlockHeader header, ForkRules rules) => header with
    {
        WithdrawalsRoot = rules.Withdrawals ? Hash256.OfEmptyTrie : null,
        BlobGasUsed = rules.Blobs is null ? null : 0,
        ExcessBlobGas = rules.Blobs is null ? null : 0,
        ParentBeaconBlockRoot = rules.BeaconRoots ? Hash256.Zero : null,
        RequestsHash = rules.Requests ? Requests.ComputeHash([]) : null,
    };
}
