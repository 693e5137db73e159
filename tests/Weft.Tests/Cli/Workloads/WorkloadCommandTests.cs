using System.Text.Json;
using Weft.Cli.Input;
using Weft.Cli.Workloads;
using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Tests.Cli.Workloads;

public sealed class WorkloadCommandTests
{
    public static TheoryData<string> Names => new(Workload.All.Select(workload => workload.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Replay_proves_every_workload_down_to_the_state_root(string name)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "block.zip");

        var made = CommandLine.Run("workload", name, "--transactions", "12", "-o", file, "--json");
        var replayed = CommandLine.Run("replay", file, "--json");

        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.Equal((0, ""), (replayed.Code, replayed.Error));
        var block = JsonDocument.Parse(replayed.Output).RootElement.GetProperty("blocks")[0];
        var proven = block.GetProperty("proven").EnumerateArray().Select(item => item.GetString());
        Assert.Contains("state root after", proven);
        Assert.DoesNotContain("senders", proven);
        Assert.Equal(
            JsonDocument.Parse(made.Output).RootElement.GetProperty("gasUsed").GetUInt64(),
            block.GetProperty("gasUsed").GetUInt64());
    }

    [Fact]
    public void Replay_recovers_the_senders_of_a_signed_block()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "block.zip");

        CommandLine.Run("workload", "erc20-disjoint", "--transactions", "6", "--sign", "--output", file);
        var (code, output, _) = CommandLine.Run("replay", file, "--threads", "2", "--json");

        Assert.Equal(0, code);
        Assert.Contains("\"senders\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_options_write_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        string[] files = ["a.zip", "b.zip", "c.zip"];
        var bytes = files.Select((name, i) =>
        {
            string file = Path.Combine(folder.Path, name);
            CommandLine.Run("workload", "transfers-disjoint", "--transactions", "9", "--seed", $"{i / 2}", "-o", file);
            return File.ReadAllBytes(file);
        }).ToArray();

        Assert.Equal(bytes[0], bytes[1]);
        Assert.NotEqual(bytes[0], bytes[2]);
    }

    [Fact]
    public void A_state_that_was_tampered_with_is_not_proven()
    {
        using var folder = new TemporaryFolder();
        var made = Workload.Create("transfers-disjoint", 3);
        made.State.SetAccount(Address.FromNumber(0xbad), Account.Empty with { Balance = 1 });
        string file = Path.Combine(folder.Path, "block.zip");
        WorkloadFile.Write(made, file);

        var (code, output, _) = CommandLine.Run("replay", file);

        Assert.Equal(1, code);
        Assert.Contains("state root", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_replay_would_not_read_is_not_written()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "block.zip");

        var error = Assert.Throws<InputException>(
            () => WorkloadFile.Write(Workload.Create("airdrop", 3), file, lengthMax: 1000));

        Assert.Contains("fewer transactions", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public void Without_a_name_all_workloads_are_listed()
    {
        var (code, output, _) = CommandLine.Run("workload");

        Assert.Equal(0, code);
        Assert.All(Workload.All, workload => Assert.Contains(workload.Name, output, StringComparison.Ordinal));
        var listed = JsonDocument.Parse(CommandLine.Run("workload", "--json").Output).RootElement;
        Assert.Equal(
            Workload.All.Select(workload => workload.Name),
            listed.EnumerateArray().Select(workload => workload.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("no-such", "--seed", "1", "no such workload")]
    [InlineData("transfers-disjoint", "--transactions", "0", "--transactions takes")]
    [InlineData("transfers-disjoint", "--transactions", "100001", "--transactions takes")]
    [InlineData("transfers-disjoint", "--contention", "1.5", "--contention takes")]
    [InlineData("transfers-disjoint", "--contention", "NaN", "--contention takes")]
    [InlineData("transfers-disjoint", "-o", "/no/such/folder/x.zip", "name a file that can be written")]
    public void What_cannot_be_made_is_refused_in_one_line(string name, string option, string value, string reason)
    {
        var (code, _, error) = CommandLine.Run("workload", name, option, value);

        Assert.Equal(2, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }
}
