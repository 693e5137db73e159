using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;

namespace Weft.Execution.Blocks;

/// <summary>Compares a header with the block's body and with what executing it came to.</summary>
internal static class BlockVerifier
{
    public static BlockResult Verify(BlockResult computed, Block block, ForkRules rules) =>
        FirstBodyError(computed, block, rules) ?? FirstResultError(computed, block.Header, rules) ?? computed;

    private static BlockResult? FirstBodyError(BlockResult computed, Block block, ForkRules rules)
    {
        BlockHeader header = block.Header;
        return Compare(computed, BlockError.TransactionsRootMismatch, "transactions root",
                header.TransactionsRoot, ListRoot.OfTransactions(block.Transactions))
            ?? Compare(computed, BlockError.OmmersHashMismatch, "ommers hash",
                header.OmmersHash, Block.ComputeOmmersHash(block.Ommers))
            ?? Compare(computed, BlockError.WithdrawalsRootMismatch, "withdrawals root", header.WithdrawalsRoot,
                rules.Withdrawals ? ListRoot.OfWithdrawals(block.Withdrawals ?? []) : null)
            ?? CheckSize(computed, block, rules);
    }

    /// <summary>EIP-7934. A block has one encoding, so its length is known without the bytes it came as.</summary>
    private static BlockResult? CheckSize(BlockResult computed, Block block, ForkRules rules)
    {
        if (rules.MaxBlockSize == int.MaxValue) return null;
        using var writer = new RlpWriter(1 << 18);
        BlockCodec.Write(block, writer);
        return writer.Length <= rules.MaxBlockSize ? null : computed with
        {
            Error = BlockError.BlockTooLarge,
            Detail = $"the block has {writer.Length} bytes, {rules.MaxBlockSize} are allowed",
        };
    }

    private static BlockResult? FirstResultError(BlockResult computed, BlockHeader header, ForkRules rules)
    {
        if (header.GasUsed > header.GasLimit)
            return computed with
            {
                Error = BlockError.GasLimitExceeded,
                Detail = $"gas used {header.GasUsed} exceeds the gas limit {header.GasLimit}",
            };
        return Compare(computed, BlockError.GasUsedMismatch, "gas used", header.GasUsed, computed.GasUsed)
            ?? Compare(computed, BlockError.BlobGasUsedMismatch, "blob gas used",
                header.BlobGasUsed, rules.Blobs is null ? null : computed.BlobGasUsed)
            // Before EIP-658 a receipt holds the state root after its transaction, which is not computed here.
            ?? (rules.StatusInReceipts
                ? Compare(computed, BlockError.ReceiptsRootMismatch, "receipts root",
                    header.ReceiptsRoot, computed.ReceiptsRoot)
                : null)
            ?? CompareBlooms(computed, header)
            ?? Compare(computed, BlockError.RequestsHashMismatch, "requests hash",
                header.RequestsHash, computed.RequestsHash);
    }

    private static BlockResult? Compare<T>(BlockResult computed, BlockError error, string what, T expected, T found) =>
        EqualityComparer<T>.Default.Equals(expected, found)
            ? null
            : computed with
            {
                Error = error,
                Detail = $"{what}: the header says {Show(expected)}, found {Show(found)}",
            };

    /// <summary>Blooms are too long to be shown; the logs are in the receipts.</summary>
    private static BlockResult? CompareBlooms(BlockResult computed, BlockHeader header) =>
        header.LogsBloom.Equals(computed.LogsBloom)
            ? null
            : computed with
            {
                Error = BlockError.LogsBloomMismatch,
                Detail = $"logs bloom: the header's hashes to {Keccak.Hash(header.LogsBloom.Bytes)}, "
                    + $"the computed one to {Keccak.Hash(computed.LogsBloom.Bytes)}",
            };

    private static string Show<T>(T value) => value?.ToString() ?? "none";
}
