using Weft.Evm;
using Weft.Execution;
using Xunit;

namespace Weft.Tests.Execution;

public class ForkScheduleTests
{
    [Theory]
    [InlineData(0, Fork.Frontier)]
    [InlineData(1_149_999, Fork.Frontier)]
    [InlineData(1_150_000, Fork.Homestead)]
    [InlineData(2_462_999, Fork.Homestead)]
    [InlineData(2_463_000, Fork.TangerineWhistle)]
    [InlineData(2_675_000, Fork.SpuriousDragon)]
    [InlineData(4_370_000, Fork.Byzantium)]
    [InlineData(7_279_999, Fork.Byzantium)]
    [InlineData(7_280_000, Fork.Petersburg)]
    [InlineData(9_069_000, Fork.Istanbul)]
    [InlineData(9_200_000, Fork.MuirGlacier)]
    [InlineData(12_244_000, Fork.Berlin)]
    [InlineData(12_965_000, Fork.London)]
    [InlineData(13_773_000, Fork.ArrowGlacier)]
    [InlineData(15_050_000, Fork.GrayGlacier)]
    [InlineData(15_537_393, Fork.GrayGlacier)]
    [InlineData(15_537_394, Fork.Paris)]
    public void Mainnet_changes_rules_at_a_block_up_to_Paris(ulong number, Fork fork) =>
        Assert.Equal(fork, ForkSchedule.Mainnet.RulesAt(number, 1_600_000_000).Fork);

    [Theory]
    [InlineData(1_681_338_454, Fork.Paris)]
    [InlineData(1_681_338_455, Fork.Shanghai)]
    [InlineData(1_710_338_135, Fork.Cancun)]
    [InlineData(1_746_612_311, Fork.Prague)]
    [InlineData(1_764_798_551, Fork.Osaka)]
    [InlineData(1_765_290_071, Fork.Bpo1)]
    [InlineData(1_767_747_670, Fork.Bpo1)]
    [InlineData(1_767_747_671, Fork.Bpo2)]
    public void Mainnet_changes_rules_at_a_time_after_Paris(ulong timestamp, Fork fork) =>
        Assert.Equal(fork, ForkSchedule.Mainnet.RulesAt(17_000_000, timestamp).Fork);

    [Fact]
    public void A_wild_timestamp_does_not_bring_an_early_block_of_mainnet_forward() =>
        Assert.Equal(Fork.Frontier, ForkSchedule.Mainnet.RulesAt(1000, ulong.MaxValue).Fork);

    [Fact]
    public void Mainnet_has_the_DAO_fork_at_1920000() =>
        Assert.Equal(1_920_000ul, ForkSchedule.Mainnet.DaoForkNumber);

    [Fact]
    public void A_chain_can_bring_rules_of_its_own()
    {
        var blobs = new BlobSchedule(1, 2, 1000);
        var schedule = new ForkSchedule(7,
        [
            ForkActivation.AtNumber(Fork.London, 0),
            new ForkActivation(ForkRules.Of(Fork.Cancun) with { Blobs = blobs }, 0, 500),
        ]);
        Assert.Equal(Fork.London, schedule.RulesAt(9, 499).Fork);
        Assert.Equal(blobs, schedule.RulesAt(9, 500).Blobs);
    }

    [Fact]
    public void Forks_that_start_in_the_same_block_are_one_step_to_the_last_of_them()
    {
        var schedule = new ForkSchedule(7,
            [ForkActivation.AtNumber(Fork.Byzantium, 0), ForkActivation.AtNumber(Fork.Constantinople, 5),
                ForkActivation.AtNumber(Fork.Petersburg, 5)]);
        Assert.Equal(Fork.Petersburg, schedule.RulesAt(5, 0).Fork);
    }

    [Fact]
    public void A_schedule_without_rules_for_genesis_is_an_error() =>
        Assert.Throws<ArgumentException>(() => new ForkSchedule(1, [ForkActivation.AtNumber(Fork.London, 1)]));

    [Fact]
    public void Forks_out_of_order_are_an_error() => Assert.Throws<ArgumentException>(() => new ForkSchedule(
        1, [ForkActivation.AtNumber(Fork.London, 0), ForkActivation.AtNumber(Fork.Berlin, 1)]));
}
