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
        ChainSpec mainnet = BuiltInChains.Find("mainnet")!;
        var activation = mainnet.Forks.Activations.Single(entry => entry.Rules.Fork == fork);
        Assert.Equal(expected, Convert.ToHexStringLower(ForkId.Of(mainnet, activation)));
    }
}
