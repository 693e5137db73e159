using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Weft.Tests.Cli;

public sealed partial class StateTestCommandTests
{
    /// <summary>One transfer under two forks, one of them from an account without money. The roots are placeholders.
    /// </summary>
    internal const string Json = """
        {
          "transfer": {
            "env": {
              "currentCoinbase": "0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba", "currentGasLimit": "0x0f4240",
              "currentNumber": "0x01", "currentTimestamp": "0x03e8",
              "currentDifficulty": "0x020000", "currentBaseFee": "0x0a",
              "currentRandom": "0x00", "currentExcessBlobGas": "0x00"
            },
            "pre": {
              "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b": {
                "nonce": "0x00", "balance": "0x0f4240", "code": "0x", "storage": {}
              }
            },
            "transaction": {
              "nonce": "0x00", "gasPrice": "0x0a", "gasLimit": ["0x5208"],
              "to": "0x1000000000000000000000000000000000000000",
              "value": ["0x01", "0x0f4240"], "data": ["0x"], "sender": "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b",
              "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"
            },
            "post": {
              "London": [
                {"hash": "ROOT0", "indexes": {"data": 0, "gas": 0, "value": 0},
                 "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"},
                {"hash": "ROOT1", "indexes": {"data": 0, "gas": 0, "value": 1},
                 "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
                 "expectException": "TransactionException.INSUFFICIENT_ACCOUNT_FUNDS|TransactionException.NONCE_IS_MAX"}
              ],
              "Cancun": [
                {"hash": "ROOT2", "indexes": {"data": 0, "gas": 0, "value": 0},
                 "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"}
              ]
            }
          }
        }
        """;

    private static readonly string AnyRoot = "0x" + new string('0', 64);

    [Fact]
    public void A_wrong_root_is_shown_beside_the_one_that_was_computed_and_the_right_one_passes()
    {
        string text = Regex.Replace(Json, "ROOT[0-2]", AnyRoot);
        var (code, output) = Run(text);
        Assert.Equal(1, code);
        Assert.Contains("0 passed, 3 failed", output, StringComparison.Ordinal);

        // Failures come in the order of forks and combinations.
        var computed = Computed().Matches(output).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(3, computed.Length);
        string corrected = Json.Replace("ROOT0", computed[0], StringComparison.Ordinal)
            .Replace("ROOT1", computed[1], StringComparison.Ordinal)
            .Replace("ROOT2", computed[2], StringComparison.Ordinal);
        (code, output) = Run(corrected);
        Assert.Contains("3 passed, 0 failed", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Another_reason_than_the_expected_one_fails()
    {
        string text = Regex.Replace(Json, "ROOT[0-2]", AnyRoot)
            .Replace("INSUFFICIENT_ACCOUNT_FUNDS", "SENDER_NOT_EOA", StringComparison.Ordinal);

        var (_, output) = Run(text);

        Assert.Contains("got InsufficientFunds", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Forks_and_names_can_be_selected()
    {
        string text = Regex.Replace(Json, "ROOT[0-2]", AnyRoot);

        Assert.Contains("0 passed, 1 failed", Run(text, "--fork", "Cancun").Output, StringComparison.Ordinal);
        var (_, output) = Run(text, "--fork", "London", "--filter", "trans");
        Assert.Contains("0 passed, 2 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_selection_of_nothing_is_an_error()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("test.json", Encoding.UTF8.GetBytes(Regex.Replace(Json, "ROOT[0-2]", AnyRoot)));

        Assert.Equal(2, CommandLine.Run("statetest", path, "--filter", "nothing like it").Code);
    }

    private static (int Code, string Output) Run(string json, params string[] options)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("test.json", Encoding.UTF8.GetBytes(json));
        var (code, output, error) = CommandLine.Run(["statetest", path, .. options]);
        Assert.Equal("", error);
        return (code, output);
    }

    [GeneratedRegex("state root: expected 0x[0-9a-f]+, got (0x[0-9a-f]+)")]
    private static partial Regex Computed();
}
