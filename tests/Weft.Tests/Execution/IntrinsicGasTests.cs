using FsCheck;
using FsCheck.Fluent;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Execution;

public class IntrinsicGasTests
{
    private static IntrinsicGas Of(Transaction transaction, Fork fork) =>
        IntrinsicGas.Of(transaction, ForkRules.Of(fork));

    [Theory]
    [InlineData(Fork.Frontier, 21000)]
    [InlineData(Fork.Homestead, 53000)]
    [InlineData(Fork.Paris, 53000)]
    public void A_creation_costs_32000_more_from_Homestead_on(Fork fork, ulong gas) =>
        Assert.Equal(gas, Of(Samples.Of(TransactionType.Legacy, create: true), fork).Gas);

    [Theory]
    [InlineData(Fork.Frontier, 21000 + 2 * 4 + 3 * 68)]
    [InlineData(Fork.Petersburg, 21000 + 2 * 4 + 3 * 68)]
    [InlineData(Fork.Istanbul, 21000 + 2 * 4 + 3 * 16)]
    public void A_data_byte_costs_4_when_zero_and_otherwise_68_or_16_from_Istanbul_on(Fork fork, ulong gas) =>
        Assert.Equal(gas, Of(Samples.Of(TransactionType.Legacy, data: [0, 1, 0, 2, 3]), fork).Gas);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(32, 2)]
    [InlineData(33, 4)]
    public void A_word_of_init_code_costs_2_from_Shanghai_on(int length, ulong gas)
    {
        var creation = Samples.Of(TransactionType.Legacy, create: true, data: new byte[length]);
        Assert.Equal(Of(creation, Fork.Paris).Gas + gas, Of(creation, Fork.Shanghai).Gas);
    }

    [Fact]
    public void Data_of_a_call_is_no_init_code()
    {
        var call = Samples.Of(TransactionType.Legacy, data: new byte[64]);
        Assert.Equal(Of(call, Fork.Paris).Gas, Of(call, Fork.Shanghai).Gas);
    }

    [Fact]
    public void A_declared_address_costs_2400_and_each_of_its_slots_1900()
    {
        var transaction = Samples.Of(TransactionType.AccessList, accessList:
            [new(Samples.Sender, []), new(Samples.Sender, [1, 1]), new(Samples.Coinbase, [7])]);
        Assert.Equal(21000ul + 3 * 2400 + 3 * 1900, Of(transaction, Fork.Berlin).Gas);
    }

    [Fact]
    public void An_authorization_costs_25000_whether_or_not_it_holds()
    {
        var invalid = new Authorization(99, Samples.Recipient, 0, 7, UInt256.Zero, UInt256.Zero);
        var transaction = Samples.Of(TransactionType.SetCode, authorizations: [invalid, invalid]);
        Assert.Equal(21000ul + 2 * 25000, Of(transaction, Fork.Prague).Gas);
    }

    [Theory]
    [InlineData(Fork.Cancun, 0)]
    [InlineData(Fork.Prague, 21000 + 10 * (1 + 2 * 4))]
    public void The_floor_is_10_gas_a_token_from_Prague_on_and_a_nonzero_byte_is_4_tokens(Fork fork, ulong floor) =>
        Assert.Equal(floor, Of(Samples.Of(TransactionType.Legacy, data: [0, 1, 2]), fork).Floor);

    [Fact]
    public void Any_data_costs_what_a_count_byte_by_byte_says() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<bool>(),
            (data, create) =>
            {
                ulong gas = create ? 53000ul + 2 * (ulong)Math.Ceiling(data.Length / 32.0) : 21000, tokens = 0;
                foreach (byte b in data) tokens += b == 0 ? 1ul : 4;
                var found = Of(Samples.Of(TransactionType.Legacy, create: create, data: data), Fork.Osaka);
                return found == new IntrinsicGas(gas + 4 * tokens, 21000 + 10 * tokens);
            }).QuickCheckThrowOnFailure();
}
