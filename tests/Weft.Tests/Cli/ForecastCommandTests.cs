using System.Text.Json;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class ForecastCommandTests
{
    [Fact]
    public void Independent_transactions_have_more_to_gain_than_a_chain()
    {
        var (code, text, error) = CommandLine.Run(
            "forecast", "--workload", "heavy,transfers-one-sender", "--transactions", "16", "--cores", "1,4,16",
            "--strategy", "dag", "--repeat", "3", "--json");

        Assert.Equal((0, ""), (code, error));
        var root = JsonDocument.Parse(text).RootElement;
        // Costs are measured, and others disturb that: how they become a forecast is seen with costs that are given.
        Assert.All(
            [.. Values(root, 0, "speedup"), .. Values(root, 1, "speedup")],
            speedup => Assert.InRange(speedup, 1e-3, 1e3));
        double independent = Values(root, 0, "limit")[2], chain = Values(root, 1, "limit")[2];
        Assert.True(independent > chain, $"{independent} of 16 cores, {chain} for the chain");
        Assert.Equal(3, root.GetProperty("means").GetArrayLength());
    }

    [Fact]
    public void The_table_has_a_row_for_each_block_and_their_mean()
    {
        using var folder = TemporaryFolder.WithSample();

        var (code, text, error) = CommandLine.Run(
            "forecast", folder.Path, "--cores", "2", "--repeat", "2", "--strategy", "declared", "--measure");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("forecast of strategy declared", text, StringComparison.Ordinal);
        Assert.Contains("mean of mainnet", text, StringComparison.Ordinal);
        Assert.Contains("(is ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cores takes 1 to 256", "--cores", "0")]
    [InlineData("takes optimistic, dag, declared or auto", "--strategy", "serial")]
    [InlineData("there is no workload", "--workload", "nothing")]
    public void Arguments_that_make_no_sense_are_refused(string message, params string[] arguments)
    {
        var (code, _, error) = CommandLine.Run(["forecast", .. arguments]);

        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private static double[] Values(JsonElement root, int block, string name) =>
        [.. root.GetProperty("blocks")[block].GetProperty("cores").EnumerateArray()
            .Select(cores => cores.GetProperty(name).GetDouble())];
}
