using Weft.Chain;
using Weft.Chain.BuiltIn;
using Weft.Evm;
using Weft.Node.Eth;
using Xunit;

namespace Weft.Tests.Node.Eth;

public sealed class ForkIdTests
{
    /// <summary>The test cases of EIP-2124 and EIP-6122.</summary>
    [Theory]
    [InlineData(Fork.Frontier, "fc64ec04")]
    [InlineData(Fork.Homestead, "97c2c34c")]
    [InlineData(Fork.TangerineWhistle, "7a64da13")]
    [InlineData(Fork.SpuriousDragon, "3edd5b10")]
    [InlineData(Fork.Byzantium, "a00bc324")]
    [InlineData(Fork.Petersburg, "668db0af")]
    [InlineData(Fork.Istanbul, "879d6e30")]
    [InlineData(Fork.London, "b715077d")]
    [InlineData(Fork.GrayGlacier, "f0afd0e3")]
    [InlineData(Fork.Paris, "f0afd0e3")]
    [InlineData(Fork.Shanghai, "dce96c2d")]
    [InlineData(Fork.Cancun, "9f3d2254")]
    public void Mainnet_has_the_hash_that_the_eip_says(Fork fork, string expected)
    {
        AssertForkId("mainnet", fork, expected);
    }

    /// <summary>As clients of these networks tell each other, and eth_config of EIP-7910.</summary>
    [Theory]
    [InlineData("mainnet", Fork.Prague, "c376cf8b")]
    [InlineData("mainnet", Fork.Osaka, "5167e2a6")]
    [InlineData("mainnet", Fork.Bpo1, "cba2a1c0")]
    [InlineData("mainnet", Fork.Bpo2, "07c9462e")]
    [InlineData("sepolia", Fork.London, "fe3366e7")]
    [InlineData("sepolia", Fork.Paris, "b96cbd13")]
    [InlineData("sepolia", Fork.Shanghai, "f7f9bc08")]
    [InlineData("sepolia", Fork.Cancun, "88cf81d9")]
    [InlineData("sepolia", Fork.Prague, "ed88b5fd")]
    [InlineData("sepolia", Fork.Osaka, "e2ae4999")]
    [InlineData("sepolia", Fork.Bpo1, "56078a1e")]
    [InlineData("sepolia", Fork.Bpo2, "268956b6")]
    [InlineData("holesky", Fork.Paris, "c61a6098")]
    [InlineData("holesky", Fork.Shanghai, "fd4f016b")]
    [InlineData("holesky", Fork.Cancun, "9b192ad0")]
    [InlineData("holesky", Fork.Prague, "dfbd9bed")]
    [InlineData("holesky", Fork.Osaka, "783def52")]
    [InlineData("holesky", Fork.Bpo1, "a280a45c")]
    [InlineData("holesky", Fork.Bpo2, "9bc6cb31")]
    [InlineData("hoodi", Fork.Cancun, "bef71d30")]
    [InlineData("hoodi", Fork.Prague, "0929e24e")]
    [InlineData("hoodi", Fork.Osaka, "e7e0e7ff")]
    [InlineData("hoodi", Fork.Bpo1, "3893353e")]
    [InlineData("hoodi", Fork.Bpo2, "23aa1351")]
    public void Built_in_chains_have_the_hashes_of_their_networks(string chain, Fork fork, string expected) =>
        AssertForkId(chain, fork, expected);

    private static void AssertForkId(string chain, Fork fork, string expected)
    {
        ChainSpec spec = BuiltInChains.Find(chain)!;
        var activation = spec.Forks.Activations.Single(entry => entry.Rules.Fork == fork);
        Assert.Equal(expected, Convert.ToHexStringLower(ForkId.Of(spec, activation)));
    }
}
