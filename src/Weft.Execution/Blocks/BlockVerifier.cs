using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Execution.Blocks;

/// <summary>Compares a header with the block's body and with what executing it came to.</summary>
internal static class BlockVerifier
{
    public static BlockResult Verify(BlockResult computed, Block block, ForkRules rules) =>
        CheckBody(block, rules) is { } error
            ? computed with { Error = error.Error, Detail = error.Detail }
            : VerifyResult(computed, block.Header, rules);

    public static BlockResult VerifyResult(BlockResult computed, BlockHeader header, ForkRules rules) =>
        FirstError(header, computed, rules) is { } error
            ? computed with { Error = error.Error, Detail = error.Detail }
            : computed;

    /// <summary>What needs no execution; null where all is well.</summary>
    public static BlockResult? CheckBody(Block block, ForkRules rules)
    {
        BlockHeader header = block.Header;
        return Compare(BlockError.TransactionsRootMismatch, "transactions root",
                header.TransactionsRoot, ListRoot.OfTransactions(block.Transactions))
            ?? Compare(BlockError.OmmersHashMismatch, "ommers hash",
                header.OmmersHash, Block.ComputeOmmersHash(block.Ommers))
            ?? Compare(BlockError.WithdrawalsRootMismatch, "withdrawals root", header.WithdrawalsRoot,
                rules.Withdrawals ? ListRoot.OfWithdrawals(block.Withdrawals ?? []) : null)
            ?? Compare(BlockError.BlobGasUsedMismatch, "blob gas used",
                header.BlobGasUsed, rules.Blobs is null ? null : CountBlobGas(block.Transactions))
            ?? CheckSize(block, rules);
    }

    private static ulong CountBlobGas(IReadOnlyList<Transaction> transactions)
    {
        ulong sum = 0;
        for (int i = 0; i < transactions.Count; i++) sum += BlobGas.Of(transactions[i]);
        return sum;
    }

    /// <summary>EIP-7934. A block has one encoding, so its length is known without the bytes it came as.</summary>
    private static BlockResult? CheckSize(Block block, ForkRules rules)
    {
        if (rules.MaxBlockSize == int.MaxValue) return null;
        using var writer = new RlpWriter(1 << 18);
        BlockCodec.Write(block, writer);
        return writer.Length <= rules.MaxBlockSize ? null : BlockResult.Invalid(
            BlockError.BlockTooLarge, $"the block has {writer.Length} bytes, {rules.MaxBlockSize} are allowed");
    }

    private static BlockResult? FirstError(BlockHeader header, BlockResult computed, ForkRules rules)
    {
        if (header.GasUsed > header.GasLimit)
            return BlockResult.Invalid(
                BlockError.GasLimitExceeded, $"gas used {header.GasUsed} exceeds the gas limit {header.GasLimit}");
        return Compare(BlockError.GasUsedMismatch, "gas used", header.GasUsed, computed.GasUsed)
            // Before EIP-658 a receipt holds the state root after its transaction; not everybody can compute it.
            ?? (rules.StatusInReceipts || computed.ReceiptsRoot != default
                ? Compare(BlockError.ReceiptsRootMismatch, "receipts root",
                    header.ReceiptsRoot, computed.ReceiptsRoot)
                : null)
            ?? CompareBlooms(computed, header)
            ?? Compare(BlockError.RequestsHashMismatch, "requests hash", header.RequestsHash, computed.RequestsHash);
    }

    private static BlockResult? Compare<T>(BlockError error, string what, T expected, T found) =>
        EqualityComparer<T>.Default.Equals(expected, found)
            ? null
            : BlockResult.Invalid(error, $"{what}: the header says {Show(expected)}, found {Show(found)}");

    /// <summary>Blooms are too long to be shown; the logs are in the receipts.</summary>
    private static BlockResult? CompareBlooms(BlockResult computed, BlockHeader header) =>
        header.LogsBloom.Equals(computed.LogsBloom)
            ? null
            : BlockResult.Invalid(
                BlockError.LogsBloomMismatch,
                $"logs bloom: the header's hashes to {Keccak.Hash(header.LogsBloom.Bytes)}, "
                + $"the computed one to {Keccak.Hash(computed.LogsBloom.Bytes)}");

    private static string Show<T>(T value) => value?.ToString() ?? "none";
}
