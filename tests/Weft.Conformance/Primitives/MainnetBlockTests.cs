using System.Text.Json;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Conformance.Primitives;

/// <summary>Blocks of mainnet from Frontier to Osaka: every hash, root and sender is recomputed.</summary>
public sealed class MainnetBlockTests
{
    [Fact]
    public void Hashes_roots_and_senders_are_those_of_mainnet()
    {
        using var archive = Fixtures.OpenZip("mainnet/blocks.zip");
        if (archive is null) return;
        int blocks = 0, transactions = 0, sizes = 0, receipts = 0;
        foreach (var entry in archive.Entries)
        {
            if (!entry.FullName.StartsWith("blocks/", StringComparison.Ordinal)) continue;
            using var json = Json.Parse(entry);
            var block = json.RootElement.GetProperty("block");
            var header = MainnetBlockReader.Header(block);
            Assert.Equal(block.Hash("hash"), header.Hash);
            Assert.Equal(header, BlockHeader.Decode(header.Encode()));

            var sent = Transactions(block);
            Assert.Equal(header.TransactionsRoot, ListRoot.OfTransactions(sent));
            transactions += sent.Length;
            if (header.WithdrawalsRoot is { } withdrawalsRoot)
                Assert.Equal(withdrawalsRoot, ListRoot.OfWithdrawals(Withdrawals(block)));
            if (CheckSize(block, header, sent)) sizes++;
            if (json.RootElement.TryGetProperty("receipts", out var list))
                receipts += CheckReceipts(list, header);
            blocks++;
        }
        Console.WriteLine(
            $"mainnet: {blocks} blocks, {transactions} transactions, {sizes} whole blocks, {receipts} receipts");
        Assert.True(blocks >= 56 && transactions >= 14000 && sizes >= 50 && receipts >= 125);
    }

    private static Transaction[] Transactions(JsonElement block) => block.Items("transactions", json =>
    {
        var built = MainnetBlockReader.Transaction(json);
        Assert.Equal(json.Hash("hash"), built.Hash);
        var decoded = Transaction.Decode(built.Encode());
        Assert.Equal(built.Hash, decoded.Hash);
        Assert.True(SenderRecovery.TryRecover(decoded, out var sender));
        Assert.Equal(json.Address("from"), sender);
        return decoded;
    });

    private static Withdrawal[] Withdrawals(JsonElement block) =>
        block.Items("withdrawals", MainnetBlockReader.Withdrawal);

    /// <summary>The headers of ommers are not in the vectors, so only blocks without can be encoded whole. Their size
    /// is known.</summary>
    private static bool CheckSize(JsonElement json, BlockHeader header, Transaction[] transactions)
    {
        if (json.GetProperty("uncles").GetArrayLength() > 0) return false;
        var withdrawals = header.WithdrawalsRoot is null ? null : Withdrawals(json);
        byte[] bytes = new Block(header, transactions, [], withdrawals).Encode();
        Assert.Equal(json.Word("size"), (ulong)bytes.Length);
        var decoded = Block.Decode(bytes);
        Assert.Equal(bytes, decoded.Encode());
        Assert.Equal(header.Hash, decoded.Header.Hash);
        return true;
    }

    private static int CheckReceipts(JsonElement list, BlockHeader header)
    {
        var receipts = list.EnumerateArray().Select(MainnetBlockReader.Receipt).ToArray();
        Assert.Equal(header.ReceiptsRoot, ListRoot.OfReceipts(receipts));
        var bloom = new BloomBuilder();
        foreach (var receipt in receipts) bloom.Add(receipt.Bloom);
        Assert.Equal(header.LogsBloom, bloom.ToBloom());
        return receipts.Length;
    }
}
