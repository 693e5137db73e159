using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Xunit;
using static Weft.Primitives.Transactions.TransactionType;

namespace Weft.Tests.Execution;

public class SenderRulesTests
{
    private static TransactionError Run(Fork fork, Transaction transaction, Account? sender = null, byte[]? code = null)
    {
        using var scenario = new Scenario(fork) { BlobBaseFee = 2 };
        if (sender is { } account) scenario.Given(Samples.Sender, account.Balance, account.Nonce, code);
        return scenario.Run(transaction).Error;
    }

    private readonly record struct Account(UInt256 Balance, ulong Nonce = 0);

    [Fact]
    public void A_transaction_without_a_sender_is_rejected()
    {
        var unsigned = new Transaction { Type = Legacy, GasLimit = 21000, To = Samples.Recipient };
        Assert.Equal(TransactionError.InvalidSignature, Run(Fork.Osaka, unsigned));
    }

    [Theory]
    [InlineData(6, TransactionError.NonceTooLow)]
    [InlineData(7, TransactionError.None)]
    [InlineData(8, TransactionError.NonceTooHigh)]
    public void The_nonce_is_that_of_the_sender(ulong nonce, TransactionError error) =>
        Assert.Equal(error, Run(Fork.Osaka, Samples.Of(Legacy, nonce: nonce), new(Samples.Ether, Nonce: 7)));

    [Fact]
    public void A_sender_that_does_not_exist_has_nonce_0_and_no_funds()
    {
        var stranger = Address.FromNumber(0x999);
        Assert.Equal(TransactionError.InsufficientFunds, Run(Fork.Osaka, Samples.Of(Legacy, sender: stranger)));
        Assert.Equal(TransactionError.None, Run(Fork.Berlin, Samples.Of(Legacy, sender: stranger, price: 0)));
    }

    [Theory]
    [InlineData(Fork.Frontier)]
    [InlineData(Fork.Osaka)]
    public void A_sender_with_code_is_rejected_in_every_fork(Fork fork) => Assert.Equal(
        TransactionError.SenderHasCode,
        Run(fork, Samples.Of(Legacy, chainId: null), new(Samples.Ether), Code.Revert));

    [Fact]
    public void A_sender_with_a_delegation_is_accepted_from_Prague_on()
    {
        byte[] delegation = [0xef, 0x01, 0x00, .. Samples.Recipient.Bytes];
        Assert.Equal(
            TransactionError.SenderHasCode, Run(Fork.Cancun, Samples.Of(Legacy), new(Samples.Ether), delegation));
        Assert.Equal(TransactionError.None, Run(Fork.Prague, Samples.Of(Legacy), new(Samples.Ether), delegation));
    }

    [Theory]
    [InlineData(Legacy)]
    [InlineData(DynamicFee)]
    public void The_balance_covers_value_and_the_whole_gas_at_the_fee_cap(TransactionType type)
    {
        var transaction = Samples.Of(type, gas: 50_000, price: 10, priority: 1, value: 77);
        Assert.Equal(TransactionError.InsufficientFunds, Run(Fork.London, transaction, new(500_076)));
        Assert.Equal(TransactionError.None, Run(Fork.London, transaction, new(500_077)));
    }

    [Fact]
    public void The_balance_covers_the_blobs_at_the_blob_fee_cap()
    {
        var transaction = Samples.Of(Blob, gas: 50_000, price: 10, value: 77, blobFee: 5);
        UInt256 cost = 500_077 + 131072 * (UInt256)5;
        Assert.Equal(TransactionError.InsufficientFunds, Run(Fork.Cancun, transaction, new(cost - 1)));
        Assert.Equal(TransactionError.None, Run(Fork.Cancun, transaction, new(cost)));
    }

    [Fact]
    public void A_cost_beyond_256_bits_is_beyond_any_balance()
    {
        UInt256 all = UInt256.MaxValue;
        Assert.Equal(
            TransactionError.InsufficientFunds, Run(Fork.London, Samples.Of(Legacy, value: all), new(all)));
        var blob = new Transaction
        {
            Type = Blob, ChainId = 1, GasLimit = 21000, To = Samples.Recipient, Sender = Samples.Sender,
            BlobVersionedHashes = [Samples.VersionedHash(1)], MaxFeePerBlobGas = all,
        };
        Assert.Equal(TransactionError.InsufficientFunds, Run(Fork.Cancun, blob, new(all)));
    }
}
