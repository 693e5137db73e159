using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Execution;

public class EffectiveGasPriceTests
{
    [Theory]
    [InlineData(TransactionType.Legacy)]
    [InlineData(TransactionType.AccessList)]
    public void A_transaction_with_a_gas_price_pays_it(TransactionType type) =>
        Assert.Equal((UInt256)10, EffectiveGasPrice.Of(Samples.Of(type, price: 10), baseFee: 3));

    [Fact]
    public void A_transaction_with_a_fee_cap_pays_base_fee_and_priority_fee_up_to_the_cap()
    {
        var random = new Random(1559);
        for (int i = 0; i < 200; i++)
        {
            ulong cap = (ulong)random.Next(1000), priority = (ulong)random.Next((int)cap + 1);
            ulong baseFee = (ulong)random.Next((int)cap + 1);
            var transaction = Samples.Of(TransactionType.DynamicFee, price: cap, priority: priority);
            Assert.Equal((UInt256)Math.Min(cap, baseFee + priority), EffectiveGasPrice.Of(transaction, baseFee));
        }
    }

    [Fact]
    public void Fees_near_2_to_the_256_do_not_overflow()
    {
        var transaction = new Transaction
        {
            Type = TransactionType.DynamicFee, MaxFeePerGas = UInt256.MaxValue, MaxPriorityFeePerGas = UInt256.MaxValue,
        };
        Assert.Equal(UInt256.MaxValue, EffectiveGasPrice.Of(transaction, baseFee: 7));
        Assert.Equal(UInt256.MaxValue, EffectiveGasPrice.Of(transaction, UInt256.MaxValue));
    }
}
