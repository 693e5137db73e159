using System.Text.Json.Nodes;
using Weft.Chain.BuiltIn;
using Weft.Cli.Chains;
using Weft.Cli.Input;
using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Conformance.Chain;

/// <summary>Genesis files of real networks.</summary>
public sealed class GenesisTests
{
    [Theory]
    [InlineData("mainnet", "chains/genesis.zip", "mainnet-genesis.json")]
    [InlineData("holesky", "chains/genesis.zip", "holesky-genesis.json")]
    [InlineData("hoodi", "chains/genesis.zip", "hoodi-genesis.json")]
    [InlineData("sepolia", "chains/sepolia.zip", "genesis.json")]
    public void Built_in_genesis_is_that_of_the_file(string name, string archive, string entry)
    {
        if (Fixtures.Path(archive) is not { } path) return;
        using var file = InputFile.Open($"{path}!{entry}");
        var known = BuiltInChains.Find(name)!;
        var genesis = GenesisReader.ReadGenesis(JsonCursor.Parse(file.ReadAll(), entry), known.Forks);

        Assert.Equal(known.Genesis.Header, genesis.Header);
        Assert.Equal(GenesisCodec.Encode(known.Genesis), GenesisCodec.Encode(genesis));
    }

    [Fact]
    public void Forks_of_the_sepolia_file_are_those_that_are_built_in()
    {
        if (Fixtures.Path("chains/sepolia.zip") is not { } path) return;
        using var file = InputFile.Open($"{path}!genesis.json");
        var spec = GenesisReader.Read(file.ReadAll(), "genesis.json", "sepolia");
        var known = BuiltInChains.Find("sepolia")!;

        Assert.Equal(known.Genesis.Header.Hash, spec.Genesis.Header.Hash);
        Assert.Equal(known.DepositContract, spec.DepositContract);
        foreach (var activation in spec.Forks.Activations.Where(activation => activation.Rules.Fork > Fork.Paris))
        {
            var built = known.Forks.Activations.Single(other => other.Rules.Fork == activation.Rules.Fork);
            Assert.Equal((built.Timestamp, built.Rules), (activation.Timestamp, activation.Rules));
        }
    }

    [Theory]
    [InlineData("chains/prague-600.zip")]
    [InlineData("rpc-compat.zip")]
    public void Genesis_of_a_generated_chain_is_the_parent_of_its_first_block(string archive)
    {
        if (Fixtures.Path(archive) is not { } path) return;
        using var file = InputFile.Open($"{path}!genesis.json");
        using var chain = InputFile.Open($"{path}!chain.rlp");
        var spec = GenesisReader.Read(file.ReadAll(), "genesis.json", "generated");
        var reader = new Weft.Primitives.Rlp.RlpReader(chain.ReadAll());
        var first = Block.Decode(reader.ReadRaw());

        Assert.Equal(1ul, first.Header.Number);
        Assert.Equal(first.Header.ParentHash, spec.Genesis.Header.Hash);
    }
}
