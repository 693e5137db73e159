using Weft.Chain.Dev;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Chain.Dev;

public sealed class ImpersonationTests
{
    public static TheoryData<string> Addresses => new(
        "0x0000000000000000000000000000000000000000", "0x00000000000000000000000000000000000abcde",
        "0xffffffffffffffffffffffffffffffffffffffff");

    [Theory]
    [MemberData(nameof(Addresses))]
    public void The_sender_is_read_from_what_a_block_keeps(string text)
    {
        var sender = Address.Parse(text);
        var transaction = new Transaction { Type = TransactionType.Legacy, ChainId = 1, Nonce = 7 }
            .WithSignature(Impersonation.SignatureOf(sender), sender);
        var decoded = Transaction.Decode(transaction.Encode());
        Assert.Null(decoded.Sender);
        Assert.True(Impersonation.TryReadSender(decoded.Signature, out var read));
        Assert.Equal(sender, read);
        Assert.Equal(transaction.Hash, decoded.Hash);
        Assert.True(Secp256k1.IsLowS(decoded.Signature.S));
    }

    [Fact]
    public void Two_senders_never_have_the_same_transaction()
    {
        var transaction = new Transaction { Type = TransactionType.Legacy, ChainId = 1 };
        Address one = Address.FromNumber(1), two = Address.FromNumber(2);
        Assert.NotEqual(
            transaction.WithSignature(Impersonation.SignatureOf(one), one).Hash,
            transaction.WithSignature(Impersonation.SignatureOf(two), two).Hash);
    }

    [Fact]
    public void Signatures_are_none_of_these()
    {
        var random = new Random(1);
        for (int i = 1; i < 50; i++)
        {
            var signature = Secp256k1.Sign(Keccak.Hash([(byte)i]), (ulong)random.Next(1, 1_000_000));
            Assert.False(Impersonation.TryReadSender(signature, out _));
        }
        var marked = Impersonation.SignatureOf(Address.FromNumber(1));
        Assert.False(Impersonation.TryReadSender(marked with { YParity = 1 }, out _));
        Assert.False(Impersonation.TryReadSender(marked with { S = marked.S + 1ul }, out _));
        Assert.False(Impersonation.TryReadSender(marked with { R = 1 }, out _));
    }
}
