using Weft.Chain;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Xunit;

namespace Weft.Tests.Chain;

public sealed class NetworkTests
{
    private static readonly UInt256 SepoliaTerminal = 17_000_000_000_000_000;

    [Theory]
    [InlineData(0, 0, Fork.London)]
    [InlineData(1_450_408, 1_656_000_000, Fork.London)]
    [InlineData(1_450_409, 1_656_000_000, Fork.Paris)]
    [InlineData(3_000_000, 1_677_557_088, Fork.Shanghai)]
    [InlineData(5_000_000, 1_706_655_072, Fork.Cancun)]
    [InlineData(8_000_000, 1_741_159_776, Fork.Prague)]
    [InlineData(9_000_000, 1_760_427_360, Fork.Osaka)]
    [InlineData(9_000_000, 1_761_607_008, Fork.Bpo2)]
    public void Sepolia_has_its_forks(ulong number, ulong timestamp, Fork fork) =>
        Assert.Equal(fork, ForkSchedule.Sepolia.RulesAt(number, timestamp).Fork);

    [Fact]
    public void Paris_comes_by_total_difficulty_where_that_is_known()
    {
        Fork At(ulong number, UInt256 total) => ForkSchedule.Sepolia.RulesAt(number, 1_656_000_000, total).Fork;
        Assert.Equal(Fork.London, At(1_450_409, SepoliaTerminal - UInt256.One));
        Assert.Equal(Fork.Paris, At(1_450_000, SepoliaTerminal));
        var late = ForkSchedule.Sepolia.RulesAt(1_450_409, 1_700_000_000, SepoliaTerminal - UInt256.One);
        Assert.Equal(Fork.London, late.Fork);
    }

    [Fact]
    public void A_chain_whose_merge_block_is_not_known_goes_by_total_difficulty_alone()
    {
        var forks = new ForkSchedule(
            7, [ForkActivation.AtNumber(Fork.London, 0), ForkActivation.AtTotalDifficulty(Fork.Paris, 100)]);
        Assert.Equal(Fork.London, forks.RulesAt(1_000_000, 1).Fork);
        Assert.Equal(Fork.London, forks.RulesAt(1, 1, 99).Fork);
        Assert.Equal(Fork.Paris, forks.RulesAt(1, 1, 100).Fork);
    }

    [Fact]
    public void Holesky_and_Hoodi_began_after_Paris()
    {
        Assert.Equal(Fork.Paris, ForkSchedule.Holesky.RulesAt(0, 1_695_902_100, UInt256.One).Fork);
        Assert.Equal(Fork.Prague, ForkSchedule.Holesky.RulesAt(3_000_000, 1_740_434_112).Fork);
        Assert.Equal(Fork.Cancun, ForkSchedule.Hoodi.RulesAt(1, 1_742_213_400).Fork);
        Assert.Equal(Fork.Bpo2, ForkSchedule.Hoodi.RulesAt(1_500_000, 1_762_955_544).Fork);
    }

    [Fact]
    public void Another_genesis_is_refused()
    {
        var exception = Assert.Throws<ChainMismatchException>(
            () => Network.Hoodi.With(new Genesis(new BlockHeader(), new StateChanges())));
        Assert.Contains(Network.Hoodi.GenesisHash.ToString(), exception.Message, StringComparison.Ordinal);
    }
}
