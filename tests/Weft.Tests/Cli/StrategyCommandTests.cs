using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class StrategyCommandTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("serial")]
    [InlineData("optimistic")]
    [InlineData("dag")]
    [InlineData("declared")]
    public void Replay_proves_the_same_under_every_strategy(string strategy)
    {
        using var folder = TemporaryFolder.WithSample();
        var (code, output, error) = CommandLine.Run(
            "replay", folder.Path, "--strategy", strategy, "--threads", "3", "--json");
        Assert.Equal("", error);
        Assert.Equal(0, code);
        foreach (var block in JsonDocument.Parse(output).RootElement.GetProperty("blocks").EnumerateArray())
            Assert.True(block.GetProperty("execution").GetProperty("executions").GetInt32() > 0);
    }

    [Fact]
    public void Replay_says_how_a_block_was_executed()
    {
        using var folder = TemporaryFolder.WithSample();
        string output = CommandLine.Run(
            "replay", folder.Path, "--strategy", "optimistic", "--threads", "2", "--verbose").Output;
        Assert.Contains("block 25000000: optimistic on 2 threads", output, StringComparison.Ordinal);
        output = CommandLine.Run("replay", folder.Path, "--threads", "1", "--verbose").Output;
        Assert.Contains("block 25000000: serial on 1 thread", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replay", "samples")]
    [InlineData("import", "chain.rlp")]
    [InlineData("statetest", "tests")]
    [InlineData("blocktest", "tests")]
    [InlineData("bench", "blocks")]
    public void A_strategy_that_is_not_there_is_named_with_those_that_are(string command, string argument)
    {
        var (code, _, error) = CommandLine.Run(command, argument, "--strategy", "fastest");
        Assert.Equal(2, code);
        Assert.Contains(
            "no strategy \"fastest\"; there are auto, serial, optimistic, dag, segments, declared", error,
            StringComparison.Ordinal);
        // Numbers are no names.
        Assert.Equal(2, CommandLine.Run(command, argument, "--strategy", "1").Code);
        Assert.Equal(2, CommandLine.Run(command, argument, "--threads", "0").Code);
        Assert.Equal(2, CommandLine.Run(command, argument, "--threads", "257").Code);
    }

    [Fact]
    public void A_sweep_runs_state_tests_under_every_strategy_and_number_of_threads()
    {
        using var folder = new TemporaryFolder();
        string text = StateTestCommandTests.Json;
        string path = folder.Write("test.json", System.Text.Encoding.UTF8.GetBytes(WithRoots(text)));
        var (code, output, error) = CommandLine.Run("statetest", path, "--all-strategies", "--json");
        Assert.Equal("", error);
        Assert.Equal(0, code);
        var runs = JsonDocument.Parse(output).RootElement.GetProperty("runs").EnumerateArray().ToArray();
        Assert.Equal(1 + 4 * 5, runs.Length);
        Assert.All(runs, run => Assert.Equal(3, run.GetProperty("passed").GetInt32()));
        (code, output, _) = CommandLine.Run("statetest", path, "--all-strategies");
        Assert.Equal(0, code);
        Assert.Contains("optimistic, 8: 3 passed, 0 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sweep_with_a_failure_ends_with_exit_code_1_and_without_tests_with_2()
    {
        using var folder = new TemporaryFolder();
        string text = Regex.Replace(StateTestCommandTests.Json, "ROOT[0-2]", "0x" + new string('0', 64));
        string path = folder.Write("test.json", System.Text.Encoding.UTF8.GetBytes(text));
        var (code, output, _) = CommandLine.Run("statetest", path, "--all-strategies");
        Assert.Equal(1, code);
        Assert.Contains("FAILED", output, StringComparison.Ordinal);
        Assert.Equal(2, CommandLine.Run("statetest", path, "--all-strategies", "--filter", "nothing").Code);
    }

    [Fact]
    public void Bench_compares_blocks_under_strategies()
    {
        using var folder = TemporaryFolder.WithSample();
        var (code, output, error) = CommandLine.Run(
            "bench", "blocks", "--file", folder.Path, "--strategy", "optimistic,auto", "--threads", "2", "--repeat",
            "1", "--workload", "none", "--json");
        Assert.Equal("", error);
        Assert.Equal(0, code);
        var result = JsonDocument.Parse(output).RootElement;
        var blocks = result.GetProperty("blocks").EnumerateArray().ToArray();
        Assert.Equal(3, blocks.Length);
        Assert.All(blocks, block => Assert.Equal(3, block.GetProperty("configurations").GetArrayLength()));
        var sum = result.GetProperty("sums").EnumerateArray().Single(
            item => item.GetProperty("strategy").GetString() == "serial");
        Assert.Equal(1, sum.GetProperty("speedup").GetDouble());
    }

    [Fact]
    public void Bench_runs_workloads_of_any_size_and_shows_limits()
    {
        var (code, output, error) = CommandLine.Run(
            "bench", "blocks", "--mainnet", "none", "--workload", "heavy,swaps-1", "--transactions", "3", "--strategy",
            "declared", "--threads", "2", "--repeat", "1");
        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.Contains("swaps-1", output, StringComparison.Ordinal);
        Assert.Contains("declared, 2", output, StringComparison.Ordinal);
        (code, _, error) = CommandLine.Run("bench", "blocks", "--mainnet", "none", "--workload", "nothing");
        Assert.Equal(2, code);
        Assert.Contains("no workload \"nothing\"", error, StringComparison.Ordinal);
        Assert.Equal(2, CommandLine.Run("bench", "blocks", "--mainnet", "none", "--workload", "none").Code);
    }

    /// <summary>The roots that the command itself says it found, serially.</summary>
    private static string WithRoots(string text)
    {
        using var folder = new TemporaryFolder();
        string zeros = "0x" + new string('0', 64);
        string path = folder.Write(
            "test.json", System.Text.Encoding.UTF8.GetBytes(Regex.Replace(text, "ROOT[0-2]", zeros)));
        string output = CommandLine.Run("statetest", path, "--strategy", "serial").Output;
        var roots = Regex.Matches(output, "got (0x[0-9a-f]{64})").Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(3, roots.Length);
        for (int i = 0; i < roots.Length; i++) text = text.Replace($"ROOT{i}", roots[i], StringComparison.Ordinal);
        return text;
    }
}
