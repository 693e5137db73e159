using Weft.Chain;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Xunit;

namespace Weft.Tests.Chain;

/// <summary>Compares a chain in a database with the model.</summary>
internal static class ChainChecks
{
    /// <summary>The head, its state, and all that is kept of the canonical chain and indexed.</summary>
    public static void AssertIs(Blockchain chain, TestChain model, in Hash256 head)
    {
        Assert.Equal(head, chain.Head.Hash);
        AssertSame(model.StateOf(head), chain.State);
        var hash = head;
        Assert.Null(chain.Blocks.GetCanonicalHash(chain.Head.Number + 1));
        for (ulong number = chain.Head.Number; ; number--)
        {
            Assert.Equal(hash, chain.Blocks.GetCanonicalHash(number));
            if (number == 0) break;
            AssertStored(chain.Blocks, model.BlockOf(hash));
            hash = model.BlockOf(hash).Header.ParentHash;
        }
    }

    private static void AssertStored(ChainStore blocks, Block block)
    {
        var hash = block.Header.Hash;
        Assert.Equal(block.Encode(), blocks.GetBlock(hash)!.Encode());
        var receipts = blocks.GetReceipts(hash)!;
        Assert.Equal(block.Header.ReceiptsRoot, ListRoot.OfReceipts(receipts));
        for (int i = 0; i < block.Transactions.Count; i++)
            Assert.Equal((block.Header.Number, i), blocks.FindTransaction(block.Transactions[i].Hash));
    }

    public static void AssertSame(InMemoryState expected, IStateView found)
    {
        foreach (var (address, account) in expected.Accounts)
        {
            Assert.True(found.TryGetAccount(address, out var other), $"{address} is missing");
            Assert.Equal(account, other);
            Assert.Equal(
                expected.GetSlots(address).OrderBy(slot => slot.Key),
                found.GetSlots(address).OrderBy(slot => slot.Key));
        }
        foreach (var contract in TestChain.Contracts)
            Assert.Equal(expected.TryGetAccount(contract, out _), found.TryGetAccount(contract, out _));
    }
}
