using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Xunit;
using static Weft.Primitives.Transactions.TransactionType;

namespace Weft.Tests.Execution;

/// <summary>What the processor makes of what the machine did.</summary>
public class ExecutionTests
{
    private static readonly UInt256 Value = 99;

    private static Scenario Calling(Fork fork, byte[] code) => new Scenario(fork).Given(Samples.Recipient, 0, 1, code);

    [Fact]
    public void A_frame_that_fails_takes_all_gas_and_moves_nothing()
    {
        using var scenario = Calling(Fork.Osaka, Code.Invalid);
        var result = scenario.Run(Samples.Of(Legacy, value: Value));

        Assert.Equal((TransactionError.None, Halt.InvalidOpcode), (result.Error, result.Halt));
        Assert.Equal(200_000ul, result.GasUsed);
        Assert.True(scenario.Balance(Samples.Recipient).IsZero);
        Assert.Equal(Samples.Ether - 2_000_000, scenario.Balance(Samples.Sender));
        Assert.Equal(1ul, scenario.State.GetNonce(Samples.Sender));
    }

    [Fact]
    public void A_frame_that_reverts_returns_its_gas_and_moves_nothing()
    {
        using var scenario = Calling(Fork.Osaka, Code.Revert);
        var result = scenario.Run(Samples.Of(Legacy, value: Value));

        Assert.Equal(Halt.Revert, result.Halt);
        Assert.Equal(21004ul, result.GasUsed);
        Assert.True(scenario.Balance(Samples.Recipient).IsZero);
    }

    [Theory]
    [InlineData(Fork.Istanbul, 26006, 2)] // 21000 + 5000 + 6; half of it
    [InlineData(Fork.Berlin, 26006, 2)] // 21000 + 2100 + 2900 + 6; half of it
    public void The_refund_is_at_most_half_of_the_gas_used_before_London(Fork fork, ulong used, ulong quotient)
    {
        using var scenario = Calling(fork, Code.Store(key: 1, value: 0)).GivenSlot(Samples.Recipient, 1, 5);
        Assert.Equal(used - used / quotient, scenario.Run(Samples.Of(Legacy)).GasUsed);
    }

    [Fact]
    public void The_refund_is_at_most_a_fifth_of_the_gas_used_from_London_on()
    {
        byte[] clearTwo = [.. Code.Store(key: 1, value: 0), .. Code.Store(key: 2, value: 0)];
        using var capped = Calling(Fork.London, clearTwo)
            .GivenSlot(Samples.Recipient, 1, 5).GivenSlot(Samples.Recipient, 2, 5);
        const ulong used = 21000 + 2 * 5006;
        Assert.Equal(used - used / 5, capped.Run(Samples.Of(Legacy)).GasUsed);

        using var whole = Calling(Fork.London, Code.Store(key: 1, value: 0)).GivenSlot(Samples.Recipient, 1, 5);
        Assert.Equal(26006ul - 4800, whole.Run(Samples.Of(Legacy)).GasUsed);
    }

    [Fact]
    public void A_refund_does_not_go_below_the_floor()
    {
        using var scenario = Calling(Fork.Prague, Code.Store(key: 1, value: 0)).GivenSlot(Samples.Recipient, 1, 5);
        // Execution: 21000 + 1600 + 5006 - 4800 = 22806. Floor: 21000 + 100 * 40 = 25000.
        byte[] data = [.. Enumerable.Repeat((byte)1, 100)];
        Assert.Equal(25000ul, scenario.Run(Samples.Of(Legacy, data: data)).GasUsed);
    }

    [Fact]
    public void Code_sees_the_price_that_is_really_paid()
    {
        using var scenario = new Scenario(Fork.London) { BaseFee = 7 }
            .Given(Samples.Recipient, 0, 1, Code.StoreGasPrice);
        scenario.Run(Samples.Of(DynamicFee, price: 20, priority: 2));
        Assert.Equal((UInt256)9, scenario.Slot(Samples.Recipient, 0));
    }

    [Fact]
    public void A_creation_puts_the_returned_code_at_the_address_of_sender_and_nonce()
    {
        using var scenario = new Scenario(Fork.Osaka);
        var result = scenario.Run(Samples.Of(Legacy, create: true, value: Value, data: Code.Return([1, 2, 3])));

        var created = ContractAddress.Create(Samples.Sender, 0);
        Assert.Equal(created, result.Created);
        Assert.Equal([1, 2, 3], scenario.State.GetCode(created).ToArray());
        Assert.Equal(Value, scenario.Balance(created));
        Assert.Equal(1ul, scenario.State.GetNonce(created));
    }

    [Fact]
    public void A_creation_that_fails_names_no_contract()
    {
        using var scenario = new Scenario(Fork.Osaka);
        var result = scenario.Run(Samples.Of(Legacy, create: true, data: Code.Revert));
        Assert.Equal(Halt.Revert, result.Halt);
        Assert.Null(result.Created);
    }

    [Fact]
    public void A_creation_where_a_contract_is_takes_all_gas()
    {
        using var scenario = new Scenario(Fork.Osaka)
            .Given(ContractAddress.Create(Samples.Sender, 0), 0, 1, Code.Revert);
        var result = scenario.Run(Samples.Of(Legacy, create: true));
        Assert.Equal((Halt.CreateCollision, 200_000ul), (result.Halt, result.GasUsed));
    }

    [Fact]
    public void Logs_are_those_of_the_transaction_and_outlive_the_next_one()
    {
        var topic = Hash256.FromWord(7);
        using var scenario = Calling(Fork.Osaka, Code.Log(topic, [1, 2, 3]));
        var first = scenario.Run(Samples.Of(Legacy));
        var second = scenario.Run(Samples.Of(Legacy, nonce: 1, to: Samples.Coinbase));

        var log = Assert.Single(first.Logs);
        Assert.Equal(Samples.Recipient, log.Address);
        Assert.Equal([topic], log.Topics);
        Assert.Equal([1, 2, 3], log.Data.ToArray());
        Assert.Empty(second.Logs);
    }

    // ---- Warm from the start ----

    private static UInt256 CostOfBalance(Fork fork, Address address, TransactionType type = Legacy)
    {
        using var scenario = Calling(fork, Code.StoreCostOfBalance(address));
        AccessListEntry[] accessList = [new(Address.FromNumber(0xdec1a4ed), [])];
        scenario.Run(Samples.Of(type, accessList: type == Legacy ? [] : accessList));
        return scenario.Slot(Samples.Recipient, 0);
    }

    [Fact]
    public void Sender_recipient_and_precompiles_are_warm_from_Berlin_on_and_the_fee_recipient_from_Shanghai_on()
    {
        // PUSH0 came with Shanghai; the scenario's code needs it.
        Assert.Equal(Code.WarmBalanceCost, CostOfBalance(Fork.Shanghai, Samples.Sender));
        Assert.Equal(Code.WarmBalanceCost, CostOfBalance(Fork.Shanghai, Samples.Recipient));
        Assert.Equal(Code.WarmBalanceCost, CostOfBalance(Fork.Shanghai, Address.FromNumber(9)));
        Assert.Equal(Code.WarmBalanceCost, CostOfBalance(Fork.Shanghai, Samples.Coinbase));
        Assert.Equal(Code.ColdBalanceCost, CostOfBalance(Fork.Shanghai, Address.FromNumber(0xc01d)));
    }

    [Theory]
    [InlineData(Fork.Shanghai, 0x0a, false)]
    [InlineData(Fork.Cancun, 0x0a, true)]
    [InlineData(Fork.Cancun, 0x0b, false)]
    [InlineData(Fork.Prague, 0x11, true)]
    [InlineData(Fork.Prague, 0x100, false)]
    [InlineData(Fork.Osaka, 0x100, true)]
    [InlineData(Fork.Osaka, 0x00, false)]
    public void A_precompile_is_warm_from_its_fork_on(Fork fork, ulong number, bool isWarm) => Assert.Equal(
        isWarm ? Code.WarmBalanceCost : Code.ColdBalanceCost, CostOfBalance(fork, Address.FromNumber(number)));

    [Fact]
    public void A_declared_address_is_warm()
    {
        var declared = Address.FromNumber(0xdec1a4ed);
        Assert.Equal(Code.WarmBalanceCost, CostOfBalance(Fork.Osaka, declared, AccessList));
        Assert.Equal(Code.ColdBalanceCost, CostOfBalance(Fork.Osaka, declared));
    }

    [Fact]
    public void A_declared_slot_is_warm()
    {
        using var scenario = Calling(Fork.Berlin, Code.Store(key: 1, value: 9));
        var declared = Samples.Of(AccessList, accessList: [new(Samples.Recipient, [1])]);
        Assert.Equal(21000ul + 2400 + 1900 + 6 + 20000, scenario.Run(declared).GasUsed);
    }
}
