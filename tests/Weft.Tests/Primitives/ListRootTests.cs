using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Primitives;

public sealed class ListRootTests
{
    /// <summary>Around every change of the shape of the keys: one byte, rlp(0) in their middle, two bytes, three.
    /// </summary>
    [Fact]
    public void Roots_agree_with_the_definition_of_the_trie_at_every_size()
    {
        var random = new WireRandom(60);
        foreach (int count in Enumerable.Range(0, 40).Concat([126, 127, 128, 129, 130, 255, 256, 257, 258, 300, 1300]))
        {
            foreach (int maxSize in new[] { 1, 30, 120 })
            {
                // An empty value would be a deletion; no item of a block is empty.
                var items = Enumerable.Range(0, count).Select(_ => random.Bytes(1 + random.Next(maxSize))).ToArray();
                var encoded = Array.ConvertAll(items, item => (ReadOnlyMemory<byte>)item);
                Assert.Equal(NaiveTrie.ListRoot(items), ListRoot.OfEncoded(encoded));
            }
        }
    }

    [Fact]
    public void Long_lists_agree_where_the_index_takes_three_bytes()
    {
        var items = Enumerable.Range(0, 65600).Select(i => new byte[] { (byte)(i | 1), (byte)(i >> 8), 7 }).ToArray();
        var encoded = Array.ConvertAll(items, item => (ReadOnlyMemory<byte>)item);
        Assert.Equal(NaiveTrie.ListRoot(items), ListRoot.OfEncoded(encoded));
    }

    [Fact]
    public void Roots_of_transactions_receipts_and_withdrawals_are_over_their_network_forms()
    {
        var random = new WireRandom(61);
        for (int i = 0; i < 6; i++)
        {
            var transactions = random.Many(200, random.Transaction);
            Assert.Equal(
                NaiveTrie.ListRoot(transactions.Select(t => t.Encode()).ToArray()),
                ListRoot.OfTransactions(transactions));
            var receipts = random.Many(200, random.Receipt);
            Assert.Equal(
                NaiveTrie.ListRoot(receipts.Select(r => r.Encode()).ToArray()), ListRoot.OfReceipts(receipts));
            var withdrawals = random.Many(20, random.Withdrawal);
            var encoded = withdrawals.Select(w =>
                NaiveRlp.Encode(new object[] { w.Index, w.ValidatorIndex, w.Address, w.AmountGwei }));
            Assert.Equal(NaiveTrie.ListRoot(encoded.ToArray()), ListRoot.OfWithdrawals(withdrawals));
        }
    }

    [Fact]
    public void Empty_lists_have_the_empty_root()
    {
        Assert.Equal(Hash256.OfEmptyTrie, ListRoot.OfTransactions([]));
        Assert.Equal(Hash256.OfEmptyTrie, ListRoot.OfReceipts([]));
        Assert.Equal(Hash256.OfEmptyTrie, ListRoot.OfWithdrawals([]));
        Assert.Equal(Hash256.OfEmptyTrie, NaiveTrie.ListRoot([]));
    }
}
