using System.Text.Json;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class ForecastCommandTests
{
    [Fact]
    public void Heavy_transactions_are_forecast_near_the_limit_and_a_chain_at_no_gain()
    {
        var (code, text, error) = CommandLine.Run(
            "forecast", "--workload", "heavy,transfers-one-sender", "--transactions", "16", "--cores", "1,4,16",
            "--strategy", "dag", "--repeat", "3", "--json");

        Assert.Equal((0, ""), (code, error));
        var root = JsonDocument.Parse(text).RootElement;
        double[] heavy = Values(root, 0, "speedup"), chain = Values(root, 1, "speedup");
        // Other processes disturb the measurement of what it costs.
        Assert.InRange(heavy[0], 0.5, 1.5);
        Assert.InRange(heavy[1], 1.5, 8);
        Assert.InRange(heavy[2], 4, 30);
        Assert.All(chain, speedup => Assert.InRange(speedup, 0.01, 1.5));
        // What comes before and after the transactions belongs to no chain, and is much where these are so short.
        Assert.InRange(Values(root, 1, "limit")[2], 1, 5);
        Assert.InRange(Values(root, 0, "limit")[2], 8, 16);
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
