using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Execution;

public class BlockVerifierTests
{
    private static readonly Transaction[] Transactions =
        [Samples.Of(TransactionType.Legacy), Samples.Of(TransactionType.Blob, nonce: 1)];

    private static readonly Withdrawal[] Withdrawals = [new(1, 2, Samples.Recipient, 3)];

    private static readonly Bloom OtherBloom = Bloom.FromBytes([.. Enumerable.Repeat((byte)1, Bloom.Size)]);

    private static readonly BlockResult Computed = new()
    {
        GasUsed = 42000, BlobGasUsed = 131072, ReceiptsRoot = Hash256.FromWord(1), RequestsHash = Hash256.FromWord(2),
    };

    private static readonly BlockHeader Good = new()
    {
        GasLimit = 30_000_000, GasUsed = 42000, BlobGasUsed = 131072, ReceiptsRoot = Hash256.FromWord(1),
        RequestsHash = Hash256.FromWord(2), TransactionsRoot = ListRoot.OfTransactions(Transactions),
        WithdrawalsRoot = ListRoot.OfWithdrawals(Withdrawals),
    };

    private static BlockResult Verify(BlockHeader header, Fork fork = Fork.Prague) => BlockProcessor.Verify(
        Computed, new Block(header, Transactions, [], Withdrawals), ForkRules.Of(fork));

    private static void AssertRejected(BlockError error, string detail, BlockHeader header)
    {
        var result = Verify(header);
        Assert.Equal(error, result.Error);
        Assert.Contains(detail, result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_tells_the_truth_is_accepted() => Assert.Same(Computed, Verify(Good));

    [Fact]
    public void Another_gas_used_is_rejected() => AssertRejected(
        BlockError.GasUsedMismatch, "gas used: the header says 41999, found 42000", Good with { GasUsed = 41999 });

    [Fact]
    public void A_gas_limit_below_the_gas_used_is_rejected() => AssertRejected(
        BlockError.GasLimitExceeded, "42000 exceeds the gas limit 41999", Good with { GasLimit = 41999 });

    [Fact]
    public void Another_receipts_root_is_rejected() => AssertRejected(
        BlockError.ReceiptsRootMismatch, "receipts root", Good with { ReceiptsRoot = Hash256.Zero });

    [Fact]
    public void Before_Byzantium_the_receipts_root_is_compared_where_it_was_computed()
    {
        var header = Good with
        {
            ReceiptsRoot = Hash256.Zero, BlobGasUsed = null, WithdrawalsRoot = null, RequestsHash = null,
        };
        var computed = Computed with { RequestsHash = null };
        var block = new Block(header, Transactions, [], null);
        BlockError Under(Fork fork, Hash256 root) =>
            BlockProcessor.Verify(computed with { ReceiptsRoot = root }, block, ForkRules.Of(fork)).Error;
        Assert.Equal(BlockError.None, Under(Fork.SpuriousDragon, default));
        Assert.Equal(BlockError.ReceiptsRootMismatch, Under(Fork.SpuriousDragon, Hash256.FromWord(1)));
        Assert.Equal(BlockError.ReceiptsRootMismatch, Under(Fork.Byzantium, Hash256.FromWord(1)));
    }

    [Fact]
    public void Another_logs_bloom_is_rejected() => AssertRejected(
        BlockError.LogsBloomMismatch, "logs bloom", Good with { LogsBloom = OtherBloom });

    [Fact]
    public void Another_requests_hash_is_rejected() => AssertRejected(
        BlockError.RequestsHashMismatch, "requests hash: the header says none", Good with { RequestsHash = null });

    [Fact]
    public void Another_transactions_root_is_rejected() => AssertRejected(
        BlockError.TransactionsRootMismatch, "transactions root", Good with { TransactionsRoot = Hash256.Zero });

    [Fact]
    public void Another_withdrawals_root_is_rejected() => AssertRejected(
        BlockError.WithdrawalsRootMismatch, "withdrawals root", Good with { WithdrawalsRoot = Hash256.OfEmptyTrie });

    [Fact]
    public void Another_ommers_hash_is_rejected() => AssertRejected(
        BlockError.OmmersHashMismatch, "ommers hash", Good with { OmmersHash = Hash256.Zero });

    [Fact]
    public void Another_blob_gas_used_is_rejected()
    {
        AssertRejected(BlockError.BlobGasUsedMismatch, "blob gas used", Good with { BlobGasUsed = 0 });
        AssertRejected(BlockError.BlobGasUsedMismatch, "says none, found 131072", Good with { BlobGasUsed = null });
    }

    [Fact]
    public void A_block_above_the_size_limit_is_rejected_from_Osaka_on()
    {
        var large = Samples.Of(TransactionType.Legacy, data: new byte[8 * 1024 * 1024]);
        var block = new Block(
            Good with { TransactionsRoot = ListRoot.OfTransactions([large]), BlobGasUsed = 0 }, [large], [],
            Withdrawals);
        Assert.Equal(BlockError.None, BlockProcessor.Verify(Computed, block, ForkRules.Of(Fork.Prague)).Error);
        var result = BlockProcessor.Verify(Computed, block, ForkRules.Of(Fork.Osaka));
        Assert.Equal(BlockError.BlockTooLarge, result.Error);
        Assert.Equal(BlockError.None, Verify(Good, Fork.Osaka).Error);
    }

    [Fact]
    public void An_error_of_the_execution_stays_the_error()
    {
        var failed = Computed with { Error = BlockError.SystemCallFailed };
        var block = new Block(Good with { GasUsed = 0 }, [], [], null);
        Assert.Same(failed, BlockProcessor.Verify(failed, block, ForkRules.Of(Fork.Prague)));
    }
}
