using System.Text.Json;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class SimulateCommandTests
{
    [Theory]
    [InlineData("optimistic")]
    [InlineData("dag")]
    [InlineData("declared")]
    public void Seeds_end_as_serial_execution_does(string strategy)
    {
        var (code, text, error) = CommandLine.Run(
            "simulate", "--seeds", "150", "--first", "20000", "--strategy", strategy, "--json");

        Assert.Equal((0, ""), (code, error));
        var root = JsonDocument.Parse(text).RootElement;
        Assert.Equal(150, root.GetProperty("seeds").GetInt32());
        Assert.Equal(0, root.GetProperty("failed").GetInt32());
        Assert.InRange(root.GetProperty("invalid").GetInt32(), 1, 100);
    }

    [Fact]
    public void One_seed_is_replayed_step_by_step_the_same_way_each_time()
    {
        var (code, text, error) = CommandLine.Run("replay", "--seed", "6", "--verbose", "--shrink");
        var (_, again, _) = CommandLine.Run("replay", "--seed", "6", "--verbose", "--shrink");

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("seed 6: ", text, StringComparison.Ordinal);
        Assert.Contains("as serial execution", text, StringComparison.Ordinal);
        Assert.Contains("worker 1  Execute transaction", text, StringComparison.Ordinal);
        Assert.Equal(text, again);
    }

    [Fact]
    public void A_seed_below_zero_is_refused()
    {
        var (code, _, error) = CommandLine.Run("replay", "--seed=-1");

        Assert.Equal(2, code);
        Assert.Contains("--seed takes 0 or more", error, StringComparison.Ordinal);
    }
}
