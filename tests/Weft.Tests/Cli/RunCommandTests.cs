using System.Text;
using System.Text.Json;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class RunCommandTests
{
    internal const string ProgramJson = """
        {
          "name": "double", "caller": "0x1111111111111111111111111111111111111111",
          "to": "0xcccccccccccccccccccccccccccccccccccccccc",
          "data": "0x0000000000000000000000000000000000000000000000000000000000000015",
          "gas_limit": 100000,
          "pre": {
            "0xcccccccccccccccccccccccccccccccccccccccc": {
              "balance": "0x0", "nonce": "0x1", "code": "0x6000358001600052602060006000a060206000f3",
              "storage": {"0x0": "0x2a"}
            }
          }
        }
        """;

    [Fact]
    public void Bytecode_runs_and_shows_result_gas_and_output()
    {
        var (code, output, error) = CommandLine.Run("run", "--code", "0x60026003015f5260205ff3", "--json");

        Assert.Equal((0, ""), (code, error));
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal("Success", json.GetProperty("result").GetString());
        // 3 pushes of 3, ADD 3, 2 × PUSH0 2, MSTORE 3 with one word 3, RETURN 0.
        Assert.Equal(22u, json.GetProperty("gasUsed").GetUInt32());
        Assert.EndsWith("05", json.GetProperty("output").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_revert_is_exit_code_1_with_its_data()
    {
        var (code, output, _) = CommandLine.Run("run", "--code", "0x602a5f5260205ffd");

        Assert.Equal(1, code);
        Assert.Contains("Revert", output, StringComparison.Ordinal);
        Assert.Contains("2a", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_data_reaches_the_code()
    {
        var (_, output, _) = CommandLine.Run(
            "run", "--code", "0x5f355f5260205ff3", "--input", "0x" + new string('7', 64));

        Assert.Contains(new string('7', 64), output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fork_before_the_instruction_does_not_know_it()
    {
        var (code, output, _) = CommandLine.Run("run", "--code", "0x5f", "--fork", "London");

        Assert.Equal(1, code);
        Assert.Contains("InvalidOpcode", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_file_brings_its_accounts()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("double.json", Encoding.UTF8.GetBytes(ProgramJson));

        var (code, output, error) = CommandLine.Run("run", "--file", path, "--json");

        Assert.Equal((0, ""), (code, error));
        var json = JsonDocument.Parse(output).RootElement;
        Assert.EndsWith("2a", json.GetProperty("output").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, json.GetProperty("logs").GetInt32());
    }

    [Fact]
    public void A_trace_has_a_line_for_each_instruction_and_its_cost()
    {
        var (code, output, _) = CommandLine.Run("run", "--code", "0x60026003015f5260205ff3", "--trace");

        Assert.Equal(0, code);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["PUSH1", "PUSH1", "ADD", "PUSH0", "MSTORE", "PUSH1", "PUSH0", "RETURN"],
            lines[..^1].Select(line => line.GetProperty("opName").GetString()));
        Assert.Equal(["0x3", "0x3", "0x3", "0x2", "0x6", "0x3", "0x2", "0x0"],
            lines[..^1].Select(line => line.GetProperty("gasCost").GetString()));
        Assert.Equal(["0x2", "0x3"], lines[2].GetProperty("stack").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal("0x16", lines[^1].GetProperty("gasUsed").GetString());
    }

    [Fact]
    public void A_trace_can_go_to_a_file()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "trace.jsonl");

        var (_, output, _) = CommandLine.Run("run", "--code", "0x5f", "--trace", path);

        Assert.Contains("Success", output, StringComparison.Ordinal);
        Assert.Contains("PUSH0", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Accounts_can_be_given_beside_bytecode()
    {
        using var folder = new TemporaryFolder();
        string pre = folder.Write(
            "pre.json", """{"0x00000000000000000000000000000000000000aa": {"balance": "0x63"}}"""u8.ToArray());

        // BALANCE of 0xaa, returned.
        var (_, output, _) = CommandLine.Run("run", "--code", "0x60aa315f5260205ff3", "--pre", pre, "--json");

        var json = JsonDocument.Parse(output).RootElement;
        Assert.EndsWith("63", json.GetProperty("output").GetString(), StringComparison.Ordinal);
    }
}
