using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Tests.Chain;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class BlockTestCommandTests : IDisposable
{
    private readonly TestChain _model = new(Fork.Byzantium);

    public void Dispose() => _model.Dispose();

    private Block Build(BlockHeader parent, ulong slot) => _model.Extend(parent, [_model.Call(parent, 0, 0, slot, 1)]);

    /// <summary>A test of two valid blocks.</summary>
    private JsonObject CreateTest()
    {
        var one = Build(_model.Genesis, 1);
        var two = Build(one.Header, 2);
        return new()
        {
            ["network"] = "Byzantium",
            ["genesisRLP"] = Hex.Encode(new Block(_model.Genesis, [], [], null).Encode()),
            ["pre"] = Accounts(_model.Genesis.Hash),
            ["blocks"] = new JsonArray(Valid(one), Valid(two)),
            ["lastblockhash"] = two.Header.Hash.ToString(),
            ["postState"] = Accounts(two.Header.Hash),
        };
    }

    private static JsonObject Valid(Block block) =>
        new() { ["rlp"] = Hex.Encode(block.Encode()), ["blockHeader"] = new JsonObject() };

    private static JsonObject Invalid(byte[] bytes, string exception) =>
        new() { ["rlp"] = Hex.Encode(bytes), ["expectException"] = exception };

    private JsonObject Accounts(in Hash256 block)
    {
        var state = _model.StateOf(block);
        var accounts = new JsonObject();
        foreach (var (address, account) in state.Accounts)
        {
            var storage = new JsonObject();
            foreach (var (key, value) in state.GetSlots(address)) storage[key.ToHex()] = value.ToHex();
            accounts[address.ToString()] = new JsonObject
            {
                ["nonce"] = ((UInt256)account.Nonce).ToHex(), ["balance"] = account.Balance.ToHex(),
                ["code"] = Hex.Encode(state.GetCode(account.CodeHash).Span), ["storage"] = storage,
            };
        }
        return accounts;
    }

    private static (int Code, string Output, string Error) Run(JsonNode test, params string[] options) =>
        RunText(new JsonObject { ["a test"] = test.DeepClone() }.ToJsonString(), options);

    private static (int Code, string Output, string Error) RunText(string text, params string[] options)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("test.json", Encoding.UTF8.GetBytes(text));
        return CommandLine.Run(["blocktest", path, .. options]);
    }

    private static void AssertFails(string problem, JsonNode test)
    {
        var (code, output, error) = Run(test);
        Assert.Equal("", error);
        Assert.Contains(problem, output, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Fact]
    public void A_chain_that_ends_as_the_test_says_passes()
    {
        var (code, output, error) = Run(CreateTest());
        Assert.Equal("", error);
        Assert.Contains("1 passed, 0 failed, 2 blocks with 0 to be rejected", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public void The_result_comes_as_json()
    {
        var result = JsonDocument.Parse(Run(CreateTest(), "--json", "--threads", "1").Output).RootElement;
        Assert.Equal(1, result.GetProperty("passed").GetInt32());
        Assert.Equal(1, result.GetProperty("networks").GetProperty("Byzantium").GetProperty("passed").GetInt32());
    }

    [Fact]
    public void Another_head_fails()
    {
        var test = CreateTest();
        test["lastblockhash"] = _model.Genesis.Hash.ToString();
        AssertFails("head: expected", test);
    }

    [Theory]
    [InlineData("balance", "0x01", "balance: expected 1")]
    [InlineData("nonce", "0x77", "nonce: expected 119")]
    [InlineData("code", "0x00", "another code")]
    public void Another_account_fails(string field, string value, string problem)
    {
        var test = CreateTest();
        test["postState"]![TestChain.Contracts[0].ToString()]![field] = value;
        AssertFails(problem, test);
    }

    [Fact]
    public void Another_slot_fails_and_so_does_one_that_is_not_listed()
    {
        var test = CreateTest();
        var storage = test["postState"]![TestChain.Contracts[1].ToString()]!["storage"]!.AsObject();
        storage["0x3"] = "0x1234";
        AssertFails("slot 0x3: expected 0x1234", test);
        storage.Remove("0x3");
        AssertFails("the listed accounts have", test);
    }

    [Fact]
    public void An_account_that_is_not_listed_any_more_must_be_gone()
    {
        var test = CreateTest();
        test["postState"]!.AsObject().Remove(TestChain.Contracts[2].ToString());
        AssertFails("is still there", test);
    }

    [Fact]
    public void An_invalid_block_must_be_rejected_for_its_reason()
    {
        var test = CreateTest();
        var good = Build(_model.Genesis, 5);
        var bad = good with { Header = good.Header with { GasLimit = 1 } };
        test["blocks"]!.AsArray().Insert(0, Invalid(bad.Encode(), "BlockException.INVALID_GASLIMIT"));
        Assert.Equal(0, Run(test).Code);
        test["blocks"]![0]!["expectException"] = "BlockException.INVALID_STATE_ROOT";
        AssertFails("expected the rejection BlockException.INVALID_STATE_ROOT, got GasLimitTooLow", test);
        test["blocks"]![0]!["expectException"] = "BlockException.NEVER_HEARD_OF";
        AssertFails("is not in the table of names", test);
        test["blocks"]![0] = Invalid(good.Encode(), "BlockException.INVALID_GASLIMIT");
        AssertFails("expected a rejection", test);
    }

    [Fact]
    public void Bytes_that_are_no_block_are_a_rejection()
    {
        var test = CreateTest();
        test["blocks"]!.AsArray().Add(Invalid([0xc1, 0x80], "BlockException.RLP_STRUCTURES_ENCODING"));
        Assert.Equal(0, Run(test).Code);
        test["blocks"]![2]!["expectException"] = "BlockException.INVALID_STATE_ROOT";
        AssertFails("expected the rejection BlockException.INVALID_STATE_ROOT, got", test);
    }

    [Theory]
    [InlineData("network", "\"Nowhere\"", "unknown network")]
    [InlineData("network", "\"ByzantiumToFrontierAt5\"", "does not come after")]
    [InlineData("network", "\"ByzantiumToLondonAt99999999999999999999\"", "unknown network")]
    [InlineData("genesisRLP", "\"0xc0\"", "is no block")]
    [InlineData("blocks", "5", "should be an array")]
    [InlineData("pre", "[]", "should be an object")]
    [InlineData("lastblockhash", "\"0x12\"", "32 bytes")]
    public void Input_that_cannot_be_used_is_named(string field, string value, string problem)
    {
        var test = CreateTest();
        test[field] = JsonNode.Parse(value);
        var (code, _, error) = Run(test);
        Assert.Equal(2, code);
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.Contains("test.json", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Tests_of_forks_to_come_are_left_out_and_counted()
    {
        using var folder = new TemporaryFolder();
        var future = CreateTest();
        future["network"] = "Amsterdam";
        folder.Write("one.json", Encoding.UTF8.GetBytes(new JsonObject { ["now"] = CreateTest() }.ToJsonString()));
        folder.Write("two.json", Encoding.UTF8.GetBytes(new JsonObject { ["then"] = future }.ToJsonString()));
        var (code, output, _) = CommandLine.Run("blocktest", folder.Path);
        Assert.Contains("left out: 1 of Amsterdam", output, StringComparison.Ordinal);
        Assert.Contains("1 passed, 0 failed", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public void What_is_no_blockchain_test_is_an_error()
    {
        Assert.Equal(2, RunText("{\"a\": {\"post\": {}}}").Code);
        Assert.Equal(2, RunText("[1").Code);
        Assert.Equal(2, Run(CreateTest(), "--threads", "0").Code);
        Assert.Equal(2, Run(CreateTest(), "--network", "Osaka").Code);
    }

    [Fact]
    public void Damaged_tests_end_in_a_failure_or_an_error_never_in_a_crash()
    {
        var random = new Random(5);
        string text = new JsonObject { ["a test"] = CreateTest() }.ToJsonString();
        for (int i = 0; i < 60; i++)
        {
            var damaged = new StringBuilder(text);
            for (int d = random.Next(1, 4); d > 0; d--)
                damaged[random.Next(damaged.Length)] = "0123456789abcdef\"{}[],:"[random.Next(23)];
            var (code, output, error) = RunText(damaged.ToString());
            Assert.InRange(code, 0, 2);
            Assert.DoesNotContain("crashed", output, StringComparison.Ordinal);
            if (code == 2) Assert.NotEqual("", error);
        }
    }
}
