using System.IO.Compression;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Conformance.Primitives;

/// <summary>Chains as plain RLP: every block round trips, follows its parent and has the roots it claims.</summary>
public sealed class ChainFileTests
{
    [Theory]
    [InlineData("chains/prague-600.zip", "chain.rlp", null, 600)]
    [InlineData("chains/sepolia.zip", "sepolia-00000-643a00f7.chain.rlp", "sepolia-00000-643a00f7.receipts.rlp", 8191)]
    [InlineData("chains/sepolia.zip", "sepolia-00021-b8814b14.chain.rlp", "sepolia-00021-b8814b14.receipts.rlp", 8192)]
    public void Blocks_and_receipts_round_trip_and_link(string zip, string chain, string? receipts, int least)
    {
        using var archive = Fixtures.OpenZip(zip);
        if (archive is null) return;
        var blocks = Items(Read(archive, chain)).ConvertAll(bytes =>
        {
            var block = Block.Decode(bytes);
            Assert.Equal(bytes, block.Encode());
            return block;
        });
        int transactions = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            if (i > 0) Assert.Equal(blocks[i - 1].Header.Hash, blocks[i].Header.ParentHash);
            CheckRoots(blocks[i]);
            transactions += blocks[i].Transactions.Count;
        }
        if (receipts is not null) CheckReceipts(blocks, Items(Read(archive, receipts)));
        Console.WriteLine($"{chain}: {blocks.Count} blocks, {transactions} transactions");
        Assert.True(blocks.Count >= least, $"{blocks.Count} blocks");
    }

    private static void CheckRoots(Block block)
    {
        Assert.Equal(block.Header.TransactionsRoot, ListRoot.OfTransactions(block.Transactions));
        Assert.Equal(block.Header.OmmersHash, Block.ComputeOmmersHash(block.Ommers));
        if (block.Header.WithdrawalsRoot is { } root) Assert.Equal(root, ListRoot.OfWithdrawals(block.Withdrawals!));
        foreach (var transaction in block.Transactions)
        {
            Assert.Equal(Keccak.Hash(transaction.Encode()), transaction.Hash);
            Assert.True(SenderRecovery.TryRecoverSigners(transaction, out var recovered));
            Assert.All(recovered.AuthorizationList, authorization => Assert.NotNull(authorization.Authority));
        }
    }

    private static void CheckReceipts(List<Block> blocks, List<byte[]> lists)
    {
        Assert.Equal(blocks.Count, lists.Count);
        for (int i = 0; i < blocks.Count; i++)
        {
            var receipts = ReadReceipts(lists[i]);
            Assert.Equal(blocks[i].Transactions.Count, receipts.Count);
            Assert.Equal(blocks[i].Header.ReceiptsRoot, ListRoot.OfReceipts(receipts));
            Assert.All(receipts, receipt => Assert.Equal(Bloom.Of(receipt.Logs), receipt.Bloom));
        }
    }

    private static List<Receipt> ReadReceipts(byte[] list)
    {
        var receipts = new List<Receipt>();
        var reader = new RlpReader(list);
        int outer = reader.BeginList();
        while (reader.HasMore) receipts.Add(ReceiptCodec.ReadItem(ref reader));
        reader.EndList(outer);
        reader.FinishOrThrow();
        return receipts;
    }

    private static List<byte[]> Items(byte[] file)
    {
        var items = new List<byte[]>();
        var reader = new RlpReader(file);
        while (reader.HasMore) items.Add(reader.ReadRaw().ToArray());
        reader.FinishOrThrow();
        return items;
    }

    private static byte[] Read(ZipArchive archive, string name)
    {
        using var stream = archive.GetEntry(name)!.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
