using Weft.Cli;
using Weft.Cli.Samples;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class SampleTests
{
    [Fact]
    public void The_sample_in_the_repository_is_what_the_builder_builds()
    {
        string folder = Path.Combine(Repository.Root!, "samples");
        foreach (var (name, bytes) in SampleWriter.Write(SampleBlocks.Build()))
            Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(folder, name)));
    }

    [Fact]
    public void Every_sample_block_is_proven()
    {
        using var folder = TemporaryFolder.WithSample();

        var (code, output, error) = CommandLine.Run("replay", folder.Path);

        Assert.Equal("", error);
        Assert.Contains("3 of 3 blocks proven", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public void A_single_block_file_finds_its_codes_one_folder_above()
    {
        using var folder = TemporaryFolder.WithSample();

        var (code, output, _) = CommandLine.Run(
            "replay", Path.Combine(folder.Path, "blocks", "19500000.json"), "--json");

        Assert.Contains("\"proven\": 1", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Repetitions_report_median_and_minimum()
    {
        using var folder = TemporaryFolder.WithSample();

        var (code, output, _) = CommandLine.Run("replay", folder.Path, "--repeat", "3", "--block", "5000000", "--json");

        Assert.Contains("\"medianMilliseconds\"", output, StringComparison.Ordinal);
        Assert.Contains("\"number\": 5000000", output, StringComparison.Ordinal);
        Assert.DoesNotContain("19500000", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }
}
