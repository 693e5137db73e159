using System.Text.Json;
using Weft.Conformance.Primitives;
using Xunit;

namespace Weft.Conformance.Execution;

/// <summary>
/// Blocks of the public suites: valid ones reach the state root, invalid ones are rejected for their reason.
/// </summary>
public sealed class BlockchainTests
{
    [Theory]
    [InlineData("ethereum-tests/BlockchainTests-core.zip", 591)]
    [InlineData("eest/eest-v5.4.0-blockchain_tests.zip", 5580)]
    [InlineData("eest/eest-v5.4.0-stable-supplement.zip", 2057)]
    [InlineData("eest/eest-bal-v5.7.0-transitions.zip", 242)]
    public void Blocks_end_as_the_suite_says(string file, int count)
    {
        using var archive = Fixtures.OpenZip(file);
        if (archive is null) return;
        using var runner = new BlockchainTestRunner();
        var failures = new List<string>();
        int tests = 0;
        foreach (var entry in archive.Entries)
        {
            if (!entry.FullName.EndsWith(".json", StringComparison.Ordinal)) continue;
            using var json = Json.Parse(entry);
            if (json.RootElement.ValueKind != JsonValueKind.Object) continue;
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (BlockchainTestReader.Read(property) is not { } test) continue;
                tests++;
                if (runner.Run(test) is { } failure) failures.Add($"{test.Name}: {failure}");
            }
        }
        Console.WriteLine(
            $"{file}: {tests} tests, {runner.ValidBlocks} valid blocks, {runner.RejectedBlocks} rejected, "
            + $"{runner.UnjudgedBlocks} left to the chain");
        Assert.True(failures.Count == 0, $"{failures.Count} failures\n{string.Join('\n', failures.Take(20))}");
        Assert.Equal(count, tests);
    }
}
