using Weft.Chain;
using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State.Store;
using Xunit;

namespace Weft.Tests.Chain;

/// <summary>Trees of random blocks, imported with reorganisations, choices of the head, rewinds and restarts, against
/// states in memory.</summary>
public sealed class RandomChainTests
{
    private const int Steps = 60;

    [Theory]
    [InlineData(Fork.Frontier, 1)]
    [InlineData(Fork.Homestead, 2)]
    [InlineData(Fork.SpuriousDragon, 3)]
    [InlineData(Fork.Byzantium, 4)]
    [InlineData(Fork.Istanbul, 5)]
    [InlineData(Fork.London, 6)]
    [InlineData(Fork.Shanghai, 7)]
    [InlineData(Fork.Shanghai, 8)]
    public void A_chain_follows_the_model(Fork fork, int seed)
    {
        var random = new Random(seed);
        using var model = new TestChain(fork);
        using Database database = TestChain.CreateDatabase();
        var chain = model.Open(database);
        try
        {
            bool hasWork = ForkRules.Of(fork).Difficulty != DifficultyRule.Zero;
            var known = new List<BlockHeader> { model.Genesis };
            var head = model.Genesis;
            for (int step = 0; step < Steps; step++)
            {
                int choice = random.Next(20);
                if (choice == 0)
                {
                    chain.Dispose();
                    chain = model.Open(database);
                }
                else if (choice == 1)
                {
                    head = known[random.Next(known.Count)];
                    chain.SetHead(head.Hash);
                }
                else if (choice == 2)
                {
                    head = Rewind(chain, model, head, known, random);
                }
                else
                {
                    head = Import(chain, model, head, known, random, hasWork);
                }
                ChainChecks.AssertIs(chain, model, head.Hash);
            }
        }
        finally
        {
            chain.Dispose();
        }
    }

    private static BlockHeader Rewind(
        Blockchain chain, TestChain model, BlockHeader head, List<BlockHeader> known, Random random)
    {
        ulong number = head.Number - Math.Min(head.Number, (ulong)random.Next(3));
        while (head.Number > number) head = model.BlockOf(head.ParentHash).Header;
        if (head.Hash == chain.Head.Hash) return head;
        chain.Rewind(number);
        known.RemoveAll(header => header.Number > number);
        return head;
    }

    /// <summary>Mostly on the head, sometimes on any block.</summary>
    private static BlockHeader Import(
        Blockchain chain, TestChain model, BlockHeader head, List<BlockHeader> known, Random random, bool hasWork)
    {
        var parent = random.Next(3) > 0 ? head : known[random.Next(known.Count)];
        var block = model.Extend(parent, Transactions(model, parent, random), (ulong)random.Next(1, 40));
        bool isKnown = chain.Blocks.Contains(block.Header.Hash);
        bool extends = parent.Hash == head.Hash, wins = hasWork
            && model.TotalDifficultyOf(block.Header.Hash) > model.TotalDifficultyOf(head.Hash);
        var status = chain.Import(block).Status;
        Assert.Equal(
            isKnown ? ImportStatus.Known : extends ? ImportStatus.Extended
            : !wins ? ImportStatus.SideChain : BuildsOn(model, parent, head) ? ImportStatus.Extended
            : ImportStatus.Reorganised,
            status);
        if (!isKnown) known.Add(block.Header);
        return !isKnown && (extends || wins) ? block.Header : head;
    }

    private static bool BuildsOn(TestChain model, BlockHeader header, BlockHeader ancestor)
    {
        while (header.Number > ancestor.Number) header = model.BlockOf(header.ParentHash).Header;
        return header.Hash == ancestor.Hash;
    }

    private static List<Transaction> Transactions(TestChain model, BlockHeader parent, Random random)
    {
        var transactions = new List<Transaction>();
        var sent = new ulong[TestChain.Keys.Length];
        for (int i = random.Next(6); i > 0; i--)
        {
            int sender = random.Next(sent.Length), contract = random.Next(TestChain.Contracts.Length);
            UInt256 x = random.Next(12) == 0 ? 0xdead : (ulong)random.Next(60);
            transactions.Add(model.Call(parent, sender, contract, x, (ulong)random.Next(4), sent[sender]++));
        }
        return transactions;
    }
}
