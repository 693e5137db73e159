using Weft.Cli.Input;
using Weft.Cli.Replay;
using Xunit;

namespace Weft.Conformance.Replay;

/// <summary>Real blocks from Frontier to Osaka, by the code of `weft replay`.</summary>
public sealed class MainnetReplay
{
    [Fact]
    public void Every_block_is_proven_by_its_header_or_equals_its_computed_results()
    {
        if (Fixtures.Path("mainnet/blocks.zip") is not { } path) return;
        using var folder = InputFolder.Open(path);
        var reader = new BlockFileReader(folder);
        using var replay = new BlockReplay();
        int proven = 0, computed = 0;

        foreach (string name in BlockFileReader.FindBlocks(folder))
        {
            var result = replay.Replay(reader.Read(name));
            Assert.True(result.Difference is null, $"{name}: {result.Difference}");
            Assert.NotEmpty(result.Proven);
            if (result.File.IsComplete) proven++;
            else computed++;
        }

        Console.WriteLine($"mainnet: {proven} blocks proven, {computed} equal to computed results");
        Assert.Equal((56, 2), (proven, computed));
    }
}
