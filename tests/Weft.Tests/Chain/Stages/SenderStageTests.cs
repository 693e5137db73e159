using Weft.Chain.Stages;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Chain.Stages;

public sealed class SenderStageTests
{
    private static Transaction Signed(ulong nonce) => Transaction.Decode(new Transaction
    {
        Type = TransactionType.Legacy, Nonce = nonce, GasLimit = 21000, To = Address.FromNumber(1),
    }.SignedBy(nonce + 1).Encode());

    /// <summary>No point of the curve has this x.</summary>
    private static Transaction Forged(ulong nonce) => new()
    {
        Type = TransactionType.Legacy, Nonce = nonce, GasLimit = 21000, Signature = new(0, 5, UInt256.One),
    };

    private static Block BlockOf(params Transaction[] transactions) => new(new BlockHeader(), transactions, [], null);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 4)]
    [InlineData(40, 1)]
    [InlineData(40, 4)]
    public void Every_sender_is_known_afterwards(int count, int threads)
    {
        var block = BlockOf([.. Enumerable.Range(0, count).Select(i => Signed((ulong)i))]);
        Assert.Null(SenderStage.Run(block, threads, out var recovered));
        for (int i = 0; i < count; i++)
        {
            Assert.Null(block.Transactions[i].Sender);
            Assert.Equal(Signer((ulong)i), recovered.Transactions[i].Sender);
            Assert.Equal(block.Transactions[i].Hash, recovered.Transactions[i].Hash);
        }
    }

    private static Address? Signer(ulong nonce) =>
        new Transaction { Type = TransactionType.Legacy }.SignedBy(nonce + 1).Sender;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_first_forged_signature_is_named(int threads)
    {
        var transactions = Enumerable.Range(0, 40).Select(i => Signed((ulong)i)).ToArray();
        (transactions[17], transactions[30]) = (Forged(17), Forged(30));
        var result = SenderStage.Run(BlockOf(transactions), threads, out _);
        Assert.Equal(BlockError.InvalidTransaction, result?.Error);
        Assert.Equal((TransactionError.InvalidSignature, 17), (result!.TransactionError, result.TransactionIndex));
    }
}
