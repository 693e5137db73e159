using System.Text.Json;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class BalCommandTests
{
    [Fact]
    public void Lists_are_built_shown_and_used_by_replay()
    {
        using var folder = TemporaryFolder.WithSample();
        foreach (string output in new[] { Path.Combine(folder.Path, "lists"), Path.Combine(folder.Path, "l.zip") })
        {
            var (code, text, error) = CommandLine.Run("bal", "build", folder.Path, "-o", output);
            Assert.Equal((0, ""), (code, error));
            Assert.Contains("3 lists in", text, StringComparison.Ordinal);

            (code, text, error) = CommandLine.Run("bal", "show", output);
            Assert.Equal((0, ""), (code, error));
            Assert.Contains("19,500,000", text, StringComparison.Ordinal);

            (code, text, error) = CommandLine.Run("replay", folder.Path, "--bal", output, "--threads", "2", "--json");
            Assert.Equal((0, ""), (code, error));
            Assert.Equal(3, JsonDocument.Parse(text).RootElement.GetProperty("proven").GetInt32());
        }
    }

    [Fact]
    public void A_list_is_shown_in_full_as_json()
    {
        using var folder = TemporaryFolder.WithSample();
        string output = Path.Combine(folder.Path, "lists");
        var (_, built, _) = CommandLine.Run(
            "bal", "build", folder.Path, "--block", "19500000", "--output", output, "--json");

        var (code, text, _) = CommandLine.Run("bal", "show", Path.Combine(output, "19500000.bal"), "--json");

        Assert.Equal(0, code);
        var list = JsonDocument.Parse(text).RootElement[0];
        var summary = JsonDocument.Parse(built).RootElement.GetProperty("blocks")[0];
        Assert.Equal(summary.GetProperty("hash").GetString(), list.GetProperty("hash").GetString());
        Assert.Equal(summary.GetProperty("accounts").GetInt32(), list.GetProperty("accounts").GetArrayLength());
        Assert.NotEmpty(list.GetProperty("accounts").EnumerateArray()
            .SelectMany(account => account.GetProperty("balanceChanges").EnumerateArray()));
    }

    [Fact]
    public void What_is_no_list_is_named_with_its_place()
    {
        using var folder = TemporaryFolder.WithSample();
        folder.Write("lists/19500000.bal", [0xc1, 0x80]);

        var (code, _, error) = CommandLine.Run("replay", folder.Path, "--bal", Path.Combine(folder.Path, "lists"));
        Assert.Equal(2, code);
        Assert.Contains("19500000.bal: byte 1: no block access list", error, StringComparison.Ordinal);

        (code, _, error) = CommandLine.Run("bal", "show", folder.Path, "--block", "7");
        Assert.Equal(2, code);
        Assert.Contains("holds no list of block 7", error, StringComparison.Ordinal);

        (code, _, error) = CommandLine.Run("bal", "show", Path.Combine(folder.Path, "blocks"));
        Assert.Equal(2, code);
        Assert.Contains("weft bal build", error, StringComparison.Ordinal);
    }

    /// <summary>A list of another block is a hint that is wrong.</summary>
    [Fact]
    public void A_wrong_list_changes_no_result()
    {
        using var folder = TemporaryFolder.WithSample();
        string lists = Path.Combine(folder.Path, "lists");
        CommandLine.Run("bal", "build", folder.Path, "-o", lists);
        string[] files = Directory.GetFiles(lists);
        Assert.Equal(3, files.Length);
        byte[] first = File.ReadAllBytes(files[0]);
        File.Copy(files[1], files[0], overwrite: true);
        File.WriteAllBytes(files[1], first);

        var (code, text, _) = CommandLine.Run("replay", folder.Path, "--bal", lists, "--threads", "2");

        Assert.Equal(0, code);
        Assert.Contains("3 of 3 blocks proven", text, StringComparison.Ordinal);
    }
}
