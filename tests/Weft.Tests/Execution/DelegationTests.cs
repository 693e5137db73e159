using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Execution;

/// <summary>EIP-7702. The authority is the account of <see cref="Key"/>.</summary>
public class DelegationTests
{
    private static readonly UInt256 Key = 7702;
    private static readonly Address Authority = Secp256k1.PrivateKeyToAddress(Key);
    private static readonly Address Target = Address.FromNumber(0x7a49e7);

    private static byte[] Designator(Address target) => [0xef, 0x01, 0x00, .. target.Bytes];

    private static Authorization Authorize(ulong nonce = 0, ulong chainId = 1, Address? target = null) =>
        AuthorizationRecovery.Sign(
            new(chainId, target ?? Target, nonce, 0, UInt256.Zero, UInt256.Zero), Key);

    private static Transaction Carrying(params Authorization[] authorizations) =>
        Samples.Of(TransactionType.SetCode, authorizations: authorizations);

    private static void AssertDelegates(Scenario scenario, Address? target, ulong nonce)
    {
        Assert.Equal(target is { } to ? Designator(to) : [], scenario.State.GetCode(Authority).ToArray());
        Assert.Equal(nonce, scenario.State.GetNonce(Authority));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_authorization_for_this_or_any_chain_sets_the_delegation_and_uses_the_nonce(ulong chainId)
    {
        using var scenario = new Scenario(Fork.Prague);
        var result = scenario.Run(Carrying(Authorize(chainId: chainId)));
        AssertDelegates(scenario, Target, nonce: 1);
        Assert.Equal(46000ul, result.GasUsed);
    }

    [Fact]
    public void For_an_authority_that_exists_12500_gas_are_refunded_up_to_the_cap()
    {
        using var scenario = new Scenario(Fork.Prague).Given(Authority, 1);
        // The cap is a fifth of the 46000 gas used; with two more authorizations it is out of reach.
        Assert.Equal(46000ul - 9200, scenario.Run(Carrying(Authorize())).GasUsed);

        using var larger = new Scenario(Fork.Prague).Given(Authority, 1);
        var authorizations = new[] { Authorize(), Authorize(nonce: 9), Authorize(nonce: 9) };
        Assert.Equal(21000ul + 75000 - 12500, larger.Run(Carrying(authorizations)).GasUsed);
    }

    [Fact]
    public void The_zero_address_removes_the_delegation()
    {
        using var scenario = new Scenario(Fork.Prague).Given(Authority, 1, nonce: 4, Designator(Target));
        scenario.Run(Carrying(Authorize(nonce: 4, target: Address.Zero)));
        AssertDelegates(scenario, null, nonce: 5);
    }

    [Fact]
    public void Authorizations_of_one_authority_follow_each_other()
    {
        using var scenario = new Scenario(Fork.Prague);
        scenario.Run(Carrying(Authorize(nonce: 0), Authorize(nonce: 1, target: Samples.Coinbase), Authorize(nonce: 1)));
        AssertDelegates(scenario, Samples.Coinbase, nonce: 2);
    }

    [Fact]
    public void An_authorization_for_another_chain_is_skipped()
    {
        using var scenario = new Scenario(Fork.Prague);
        scenario.Run(Carrying(Authorize(chainId: 2)));
        AssertDelegates(scenario, null, nonce: 0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void An_authorization_with_another_nonce_is_skipped(ulong nonce)
    {
        using var scenario = new Scenario(Fork.Prague).Given(Authority, 1, nonce: 3);
        scenario.Run(Carrying(Authorize(nonce)));
        AssertDelegates(scenario, null, nonce: 3);
    }

    [Fact]
    public void An_authorization_with_the_largest_nonce_is_skipped()
    {
        using var scenario = new Scenario(Fork.Prague).Given(Authority, 1, nonce: ulong.MaxValue);
        scenario.Run(Carrying(Authorize(ulong.MaxValue)));
        AssertDelegates(scenario, null, nonce: ulong.MaxValue);
    }

    [Fact]
    public void An_authority_with_other_code_is_skipped()
    {
        using var scenario = new Scenario(Fork.Prague).Given(Authority, 1, code: Code.Revert);
        scenario.Run(Carrying(Authorize()));
        Assert.Equal(Code.Revert, scenario.State.GetCode(Authority).ToArray());
    }

    [Fact]
    public void An_authorization_that_nobody_signed_is_skipped_and_the_next_one_holds()
    {
        var bad = Authorize() with { S = Secp256k1.HalfOrder + 1, Authority = null };
        using var scenario = new Scenario(Fork.Prague);
        var result = scenario.Run(Carrying(bad, Authorize()));
        AssertDelegates(scenario, Target, nonce: 1);
        Assert.Equal(21000ul + 2 * 25000, result.GasUsed);
    }

    [Fact]
    public void An_authority_that_was_not_recovered_ahead_is_recovered_now()
    {
        using var scenario = new Scenario(Fork.Prague);
        scenario.Run(Carrying(Authorize() with { Authority = null }));
        AssertDelegates(scenario, Target, nonce: 1);
    }

    [Fact]
    public void A_sender_that_authorizes_signs_for_the_nonce_after_its_own()
    {
        using var scenario = new Scenario(Fork.Prague).Given(Authority, Samples.Ether, nonce: 5);
        scenario.Run(Samples.Of(
            TransactionType.SetCode, sender: Authority, nonce: 5, authorizations: [Authorize(nonce: 6)]));
        AssertDelegates(scenario, Target, nonce: 7);
    }

    [Fact]
    public void A_delegation_stays_when_execution_fails()
    {
        using var scenario = new Scenario(Fork.Prague).Given(Samples.Recipient, 0, code: Code.Invalid);
        var result = scenario.Run(Carrying(Authorize()));
        Assert.Equal(Halt.InvalidOpcode, result.Halt);
        AssertDelegates(scenario, Target, nonce: 1);
    }

    [Fact]
    public void The_refund_for_an_authority_stays_when_execution_fails()
    {
        using var scenario = new Scenario(Fork.Prague)
            .Given(Samples.Recipient, 0, code: Code.Invalid).Given(Authority, 1);
        Assert.Equal(200_000ul - 12500, scenario.Run(Carrying(Authorize())).GasUsed);
    }

    [Fact]
    public void A_call_to_the_authority_runs_the_target_on_its_storage_at_once()
    {
        using var scenario = new Scenario(Fork.Prague).Given(Target, 0, code: Code.Store(key: 1, value: 2));
        scenario.Run(Samples.Of(TransactionType.SetCode, to: Authority, authorizations: [Authorize()]));
        Assert.Equal((UInt256)2, scenario.Slot(Authority, 1));
        Assert.True(scenario.Slot(Target, 1).IsZero);
    }

    [Fact]
    public void The_target_of_the_recipient_is_warm()
    {
        using var scenario = new Scenario(Fork.Prague)
            .Given(Authority, 1, nonce: 1, Designator(Target))
            .Given(Target, 0, code: Code.StoreCostOfBalance(Target));
        scenario.Run(Samples.Of(TransactionType.DynamicFee, to: Authority));
        Assert.Equal(Code.WarmBalanceCost, scenario.Slot(Authority, 0));
    }

    [Fact]
    public void An_authority_is_warm_even_when_its_nonce_does_not_match()
    {
        using var scenario = new Scenario(Fork.Prague)
            .Given(Samples.Recipient, 0, code: Code.StoreCostOfBalance(Authority));
        scenario.Run(Carrying(Authorize(nonce: 9)));
        Assert.Equal(Code.WarmBalanceCost, scenario.Slot(Samples.Recipient, 0));
    }

    [Fact]
    public void An_authority_of_another_chain_stays_cold()
    {
        using var scenario = new Scenario(Fork.Prague)
            .Given(Samples.Recipient, 0, code: Code.StoreCostOfBalance(Authority));
        scenario.Run(Carrying(Authorize(chainId: 5)));
        Assert.Equal(Code.ColdBalanceCost, scenario.Slot(Samples.Recipient, 0));
    }
}
