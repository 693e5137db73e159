using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Xunit;
using static Weft.Primitives.Transactions.TransactionType;

namespace Weft.Tests.Execution;

public class TransferTests
{
    private static readonly UInt256 Value = 12345;

    [Fact]
    public void A_transfer_moves_the_value_uses_the_nonce_and_costs_21000()
    {
        using var scenario = new Scenario(Fork.Frontier);
        var result = scenario.Run(Samples.Of(Legacy, value: Value, chainId: null));

        Assert.Equal(TransactionError.None, result.Error);
        Assert.True(result.Succeeded);
        Assert.Equal(21000ul, result.GasUsed);
        Assert.Equal(Value, scenario.Balance(Samples.Recipient));
        Assert.Equal(Samples.Ether - Value - 210_000, scenario.Balance(Samples.Sender));
        Assert.Equal(1ul, scenario.State.GetNonce(Samples.Sender));
    }

    [Fact]
    public void Before_London_the_fee_recipient_gets_the_whole_fee()
    {
        using var scenario = new Scenario(Fork.Berlin);
        scenario.Run(Samples.Of(Legacy, value: Value, price: 10));
        Assert.Equal((UInt256)210_000, scenario.Balance(Samples.Coinbase));
    }

    [Theory]
    [InlineData(Legacy, 3)]
    [InlineData(AccessList, 3)]
    [InlineData(DynamicFee, 2)]
    public void From_London_on_the_base_fee_is_burnt_and_the_rest_goes_to_the_fee_recipient(
        TransactionType type, ulong expectedPriority)
    {
        using var scenario = new Scenario(Fork.London) { BaseFee = 7 };
        scenario.Run(Samples.Of(type, value: Value, price: 10, priority: 2));

        Assert.Equal(21000 * (UInt256)expectedPriority, scenario.Balance(Samples.Coinbase));
        Assert.Equal(Samples.Ether - Value - 21000 * (7 + (UInt256)expectedPriority), scenario.Balance(Samples.Sender));
    }

    [Theory]
    [InlineData(Fork.TangerineWhistle, true)]
    [InlineData(Fork.SpuriousDragon, false)]
    public void A_fee_of_zero_creates_the_fee_recipient_before_Spurious_Dragon_only(Fork fork, bool exists)
    {
        using var scenario = new Scenario(fork);
        scenario.Run(Samples.Of(Legacy, price: 0, chainId: null));
        Assert.Equal(exists, scenario.State.Exists(Samples.Coinbase));
    }

    [Theory]
    [InlineData(Fork.TangerineWhistle, true)]
    [InlineData(Fork.SpuriousDragon, false)]
    public void A_transfer_of_zero_creates_the_recipient_before_Spurious_Dragon_only(Fork fork, bool exists)
    {
        using var scenario = new Scenario(fork);
        scenario.Run(Samples.Of(Legacy, chainId: null));
        Assert.Equal(exists, scenario.State.Exists(Samples.Recipient));
    }

    [Fact]
    public void A_transfer_of_zero_deletes_an_empty_recipient_from_Spurious_Dragon_on()
    {
        using var scenario = new Scenario(Fork.SpuriousDragon).Given(Samples.Recipient, UInt256.Zero);
        scenario.Run(Samples.Of(Legacy));
        Assert.False(scenario.State.Exists(Samples.Recipient));
    }

    [Fact]
    public void A_transfer_to_oneself_costs_the_fee_only()
    {
        using var scenario = new Scenario(Fork.Osaka) { BaseFee = 1 };
        scenario.Run(Samples.Of(DynamicFee, to: Samples.Sender, value: Value, price: 10, priority: 10));
        Assert.Equal(Samples.Ether - 210_000, scenario.Balance(Samples.Sender));
    }

    [Fact]
    public void A_fee_recipient_that_sends_pays_itself()
    {
        using var scenario = new Scenario(Fork.Berlin).Given(Samples.Coinbase, Samples.Ether);
        scenario.Run(Samples.Of(Legacy, sender: Samples.Coinbase, value: Value));
        Assert.Equal(Samples.Ether - Value, scenario.Balance(Samples.Coinbase));
    }

    [Fact]
    public void The_blob_fee_is_burnt_at_the_blob_base_fee()
    {
        using var scenario = new Scenario(Fork.Cancun) { BlobBaseFee = 3 };
        var blobs = new[] { Samples.VersionedHash(1), Samples.VersionedHash(1) };
        scenario.Run(Samples.Of(Blob, blobs: blobs, blobFee: 9, price: 10, priority: 0));

        Assert.Equal(Samples.Ether - 2 * 131072 * (UInt256)3, scenario.Balance(Samples.Sender));
        Assert.True(scenario.Balance(Samples.Coinbase).IsZero);
    }

    [Fact]
    public void Calldata_costs_at_least_the_floor_from_Prague_on()
    {
        var transaction = Samples.Of(Legacy, data: [1, 1, 1]);
        using var before = new Scenario(Fork.Cancun);
        using var after = new Scenario(Fork.Prague);
        Assert.Equal(21000ul + 3 * 16, before.Run(transaction).GasUsed);
        Assert.Equal(21000ul + 3 * 40, after.Run(transaction).GasUsed);
    }

    [Fact]
    public void An_invalid_transaction_changes_nothing()
    {
        using var scenario = new Scenario(Fork.Osaka);
        var result = scenario.Run(Samples.Of(Legacy, nonce: 1, value: Value));

        Assert.Equal(TransactionError.NonceTooHigh, result.Error);
        Assert.False(result.Succeeded);
        Assert.Equal(0ul, result.GasUsed);
        Assert.Empty(scenario.State.GetChanges().Accounts);
    }

    [Fact]
    public void Ether_is_neither_made_nor_lost_but_for_what_is_burnt()
    {
        var random = new Random(17);
        using var scenario = new Scenario(Fork.Osaka) { BaseFee = 5 };
        ulong nonce = 0;
        UInt256 burnt = UInt256.Zero;
        Address[] everyone = [Samples.Sender, Samples.Recipient, Samples.Coinbase];
        for (int i = 0; i < 300; i++)
        {
            var transaction = Samples.Of(
                DynamicFee, to: everyone[random.Next(3)], nonce: nonce, value: (ulong)random.NextInt64(1L << 40),
                price: (ulong)random.Next(3, 20), priority: (ulong)random.Next(3), data: new byte[random.Next(100)]);
            var result = scenario.Run(transaction);
            if (result.Error != TransactionError.None)
            {
                Assert.Equal(TransactionError.FeeCapBelowBaseFee, result.Error);
                continue;
            }
            nonce++;
            burnt += 5 * (UInt256)result.GasUsed;
        }
        Assert.True(nonce > 200);
        UInt256 left = UInt256.Zero;
        foreach (var account in everyone) left += scenario.Balance(account);
        Assert.Equal(Samples.Ether, left + burnt);
    }
}
