using Weft.Chain.Pool;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.Tests.Chain.Live;
using Xunit;

namespace Weft.Tests.Chain.Pool;

public sealed class TransactionPoolTests
{
    [Fact]
    public void Refusals_say_what_clients_expect()
    {
        using var dev = new DevChain();
        var first = dev.Sign(0, 0);
        Assert.True(dev.Pool.Add(first.Encode()).IsAdded);
        void Refuses(PoolError error, string message, Transaction transaction)
        {
            var result = dev.Pool.Add(transaction.Encode());
            Assert.Equal((error, message), (result.Error, result.Message));
        }
        Refuses(PoolError.AlreadyKnown, "already known", first);
        Refuses(PoolError.ReplacementUnderpriced, "replacement transaction underpriced", dev.Sign(0, 0, value: 2));
        Refuses(PoolError.WrongChainId, "invalid sender: invalid chain id for signer: have 5 want 1337",
            dev.Sign(0, 1, chainId: 5));
        Refuses(PoolError.IntrinsicGasTooLow, "intrinsic gas too low: gas 20000, minimum needed 21000",
            dev.Sign(0, 1, gas: 20_000));
        Refuses(PoolError.TipAboveFeeCap, "max priority fee per gas higher than max fee per gas",
            dev.Sign(0, 1, tip: 11_000_000_000));
        Refuses(PoolError.GasLimitExceedsBlock, "exceeds block gas limit", dev.Sign(0, 1, gas: 40_000_000));
        Refuses(PoolError.GasLimitExceedsCap, "transaction gas limit too high (cap: 16777216, tx: 20000000)",
            dev.Sign(0, 1, gas: 20_000_000));
        Refuses(PoolError.Underpriced, "transaction gas price below minimum: gas tip cap 0, minimum needed 1",
            dev.Sign(0, 1, tip: 0));
        var poor = new Transaction
        {
            Type = TransactionType.DynamicFee, ChainId = DevChain.ChainId, MaxPriorityFeePerGas = 1, MaxFeePerGas = 100,
            GasLimit = 21_000, To = first.To, Value = 1,
        }.SignedBy(DevChain.KeyOf(1000));
        Refuses(PoolError.InsufficientFunds,
            "insufficient funds for gas * price + value: balance 0, tx cost 2100001, overshot 2100001", poor);
        var unprotected = new Transaction
        {
            Type = TransactionType.Legacy, GasPrice = 2_000_000_000, GasLimit = 21_000, To = first.To,
        }.SignedBy(DevChain.KeyOf(1));
        Refuses(PoolError.UnprotectedTransaction, "only replay-protected (EIP-155) transactions allowed over RPC",
            unprotected);
        using (dev.Builder.Mine(dev.Attributes())) { }
        Refuses(PoolError.NonceTooLow, "nonce too low: next nonce 1, tx nonce 0", first);
        Assert.Equal(PoolError.Malformed, dev.Pool.Add(new byte[] { 2, 0xc1 }).Error);
        Assert.Equal(PoolError.Malformed, dev.Pool.Add(Array.Empty<byte>()).Error);
    }

    [Fact]
    public void Gaps_wait_until_they_are_filled()
    {
        using var dev = new DevChain();
        Assert.True(dev.Pool.Add(dev.Sign(0, 1)).IsAdded);
        Assert.True(dev.Pool.Add(dev.Sign(0, 3)).IsAdded);
        Assert.Equal((0, 2), (dev.Pool.PendingCount, dev.Pool.QueuedCount));
        Assert.Equal(0ul, dev.Pool.GetNextNonce(dev.Accounts[0]));
        Assert.True(dev.Pool.Add(dev.Sign(0, 0)).IsAdded);
        Assert.Equal((2, 1), (dev.Pool.PendingCount, dev.Pool.QueuedCount));
        Assert.Equal(2ul, dev.Pool.GetNextNonce(dev.Accounts[0]));
        var content = dev.Pool.GetContent();
        Assert.Equal([0ul, 1ul], content.Pending[dev.Accounts[0]].Select(t => t.Transaction.Nonce));
        Assert.Equal([3ul], content.Queued[dev.Accounts[0]].Select(t => t.Transaction.Nonce));
        Assert.True(dev.Pool.Remove(content.Pending[dev.Accounts[0]][0].Hash));
        Assert.Equal((0, 2), (dev.Pool.PendingCount, dev.Pool.QueuedCount));
    }

    [Fact]
    public void Replacement_pays_a_tenth_more_of_everything()
    {
        using var dev = new DevChain();
        var old = dev.Sign(0, 0, tip: 1000, feeCap: 2_000_000_000);
        dev.Pool.Add(old);
        Assert.False(dev.Pool.Add(dev.Sign(0, 0, tip: 1100, feeCap: 2_199_999_999)).IsAdded);
        Assert.False(dev.Pool.Add(dev.Sign(0, 0, tip: 1099, feeCap: 2_200_000_000)).IsAdded);
        Assert.True(dev.Pool.Add(dev.Sign(0, 0, tip: 1100, feeCap: 2_200_000_000)).IsAdded);
        Assert.Null(dev.Pool.Find(old.Hash));
        Assert.Equal(1, dev.Pool.PendingCount);
    }

    [Fact]
    public void Money_counts_for_all_transactions_of_a_sender()
    {
        using var dev = new DevChain();
        var big = new Transaction
        {
            Type = TransactionType.DynamicFee, ChainId = DevChain.ChainId, MaxPriorityFeePerGas = 1,
            MaxFeePerGas = 2_000_000_000, GasLimit = 21_000, To = dev.Accounts[1], Value = DevChain.Ether(600),
        };
        Assert.True(dev.Pool.Add(big.SignedBy(DevChain.KeyOf(0))).IsAdded);
        var second = new Transaction
        {
            Type = TransactionType.DynamicFee, ChainId = DevChain.ChainId, MaxPriorityFeePerGas = 1, Nonce = 1,
            MaxFeePerGas = 2_000_000_000, GasLimit = 21_000, To = dev.Accounts[1], Value = DevChain.Ether(600),
        }.SignedBy(DevChain.KeyOf(0));
        var result = dev.Pool.Add(second);
        Assert.Equal(PoolError.InsufficientFunds, result.Error);
        Assert.Contains("queued cost 600000042000000000000", result.Message);
    }

    [Fact]
    public void Full_pool_keeps_what_pays_more()
    {
        using var dev = new DevChain(accounts: 41, pool: new() { TransactionsMax = 40 });
        for (int i = 0; i < 40; i++) Assert.True(dev.Pool.Add(dev.Sign(i, 0, tip: 1000 + (ulong)i)).IsAdded);
        Assert.Equal(PoolError.PoolUnderpriced, dev.Pool.Add(dev.Sign(40, 0, tip: 900)).Error);
        Assert.True(dev.Pool.Add(dev.Sign(40, 0, tip: 2000)).IsAdded);
        Assert.Empty(dev.Pool.GetContent(dev.Accounts[0]).Pending);
        Assert.InRange(dev.Pool.PendingCount, 38, 40);
    }

    [Fact]
    public async Task Transactions_of_removed_blocks_come_back()
    {
        using var dev = new DevChain();
        var transactions = Enumerable.Range(0, 4).Select(i => dev.Sign(i, 0)).ToArray();
        foreach (var transaction in transactions) dev.Pool.Add(transaction);
        using (dev.Builder.Mine(dev.Attributes())) { }
        Assert.Equal(0, dev.Pool.PendingCount);
        using var other = new DevChain();
        using var empty = other.Builder.Mine(other.Attributes());
        dev.Chain.Import(empty!.Block);
        dev.Chain.SetHead(empty.Block.Header.Hash);
        await dev.Pool.Returning.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(4, dev.Pool.PendingCount);
        Assert.All(transactions, transaction => Assert.NotNull(dev.Pool.Find(transaction.Hash)));
    }

    [Fact]
    public void Many_threads_add_and_nothing_is_lost()
    {
        using var dev = new DevChain(accounts: 8);
        var all = Enumerable.Range(0, 8).SelectMany(s => Enumerable.Range(0, 40).Select(n => dev.Sign(s, (ulong)n)))
            .ToArray();
        Random.Shared.Shuffle(all);
        using var miner = new Weft.Chain.Building.DevMiner(dev.Chain, dev.Pool, dev.Builder) { IsInstant = true };
        Parallel.ForEach(all, new() { MaxDegreeOfParallelism = 4 }, transaction =>
            Assert.Null(dev.Pool.Add(transaction.Encode()).Message));
        var limit = Environment.TickCount64 + 60_000;
        while (dev.Pool.PendingCount + dev.Pool.QueuedCount > 0 && Environment.TickCount64 < limit) Thread.Sleep(5);
        Assert.Null(miner.LastError);
        Assert.All(all, transaction => Assert.NotNull(dev.Chain.Blocks.FindTransaction(transaction.Hash)));
    }

    [Fact]
    public void Blobs_come_with_proofs_of_their_fork()
    {
        foreach (var (fork, version) in new[] { (Fork.Prague, (byte)0), (Fork.Osaka, (byte)1) })
        {
            using var dev = new DevChain(fork);
            var (transaction, sidecar) = SignBlob(dev, version);
            byte[] encoded = NetworkForm.Encode(transaction, sidecar);
            byte[] broken = [.. encoded];
            broken[^1] ^= 1;
            Assert.Equal(PoolError.InvalidBlobProof, dev.Pool.Add(broken).Error);
            Assert.Equal(PoolError.SidecarMissing, dev.Pool.Add(transaction.Encode()).Error);
            Assert.Equal(PoolError.SidecarVersion,
                dev.Pool.Add(transaction, sidecar with { Version = (byte)(1 - version) }).Error);
            Assert.Null(dev.Pool.Add(encoded).Message);
            using var built = dev.Builder.Mine(dev.Attributes());
            Assert.Single(built!.Block.Transactions);
            Assert.Single(built.Sidecars);
            Assert.Equal(131072ul, built.Block.Header.BlobGasUsed);
            Assert.NotNull(dev.Pool.FindBlob(transaction.BlobVersionedHashes[0]));
        }
    }

    private static (Transaction, BlobSidecar) SignBlob(DevChain dev, byte version)
    {
        var blob = new byte[BlobProofs.BlobSize];
        for (int i = 0; i < 4096; i++) blob[i * 32 + 31] = (byte)i;
        var (commitment, proofs) = BlobProofs.Prove(blob, byCells: version == 1);
        byte[] hash = System.Security.Cryptography.SHA256.HashData(commitment);
        hash[0] = 1;
        var transaction = new Transaction
        {
            Type = TransactionType.Blob, ChainId = DevChain.ChainId, MaxPriorityFeePerGas = 1, GasLimit = 21_000,
            MaxFeePerGas = 2_000_000_000, To = dev.Accounts[1], MaxFeePerBlobGas = 1_000_000_000,
            BlobVersionedHashes = [new(hash)],
        }.SignedBy(DevChain.KeyOf(0));
        return (transaction, new(version, [blob], [commitment], [.. proofs.Select(p => (ReadOnlyMemory<byte>)p)]));
    }
}
