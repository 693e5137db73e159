using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Node.Engine;

/// <summary>The Engine API as a consensus client uses it, under Osaka.</summary>
public sealed class EngineTests
{
    private static readonly string Zero = Hash256.Zero.ToString(), Unknown = Keccak.Hash([1]).ToString();

    [Fact]
    public async Task A_payload_is_built_accepted_and_becomes_the_head_by_choice_only()
    {
        await using var node = await TestNode.StartAsync(mines: false);
        JsonObject envelope = await Build(node);
        JsonNode payload = envelope["executionPayload"]!;
        string hash = payload["blockHash"]!.GetValue<string>();
        JsonElement status = await NewPayload(node, payload);
        Assert.Equal("VALID", status.GetProperty("status").GetString());
        Assert.Equal(hash, status.GetProperty("latestValidHash").GetString());
        Assert.Equal("0x0", (await node.CallAsync("eth_blockNumber")).GetString());
        Assert.Equal("VALID", await Choose(node, hash, safe: hash));
        Assert.Equal("0x1", (await node.CallAsync("eth_blockNumber")).GetString());
        JsonElement safe = await node.CallAsync("eth_getBlockByNumber", "safe", false);
        Assert.Equal(hash, safe.GetProperty("hash").GetString());
        await Fails(-39001, () => node.CallAsync("eth_getBlockByNumber", "finalized", false));
        JsonElement bodies = await node.CallEngineAsync("engine_getPayloadBodiesByRangeV1", "0x1", "0x5");
        Assert.Single(bodies.EnumerateArray());
    }

    [Fact]
    public async Task The_head_goes_back_and_forth_between_branches()
    {
        await using var node = await TestNode.StartAsync(mines: false);
        JsonNode first = (await Build(node, fee: 1))["executionPayload"]!;
        JsonNode second = (await Build(node, fee: 2))["executionPayload"]!;
        foreach (JsonNode payload in (JsonNode[])[first, second])
            Assert.Equal("VALID", (await NewPayload(node, payload)).GetProperty("status").GetString());
        foreach (JsonNode payload in (JsonNode[])[first, second, first])
        {
            string hash = payload["blockHash"]!.GetValue<string>();
            Assert.Equal("VALID", await Choose(node, hash));
            JsonElement head = await node.CallAsync("eth_getBlockByNumber", "latest", false);
            Assert.Equal(hash, head.GetProperty("hash").GetString());
        }
    }

    [Theory]
    [InlineData("stateRoot", null)]
    [InlineData("receiptsRoot", null)]
    [InlineData("gasUsed", "0x1")]
    [InlineData("timestamp", "0x0")]
    [InlineData("blockNumber", "0x7")]
    [InlineData("baseFeePerGas", "0x1")]
    [InlineData("gasLimit", "0x1388")]
    public async Task A_payload_that_breaks_a_rule_is_invalid_and_so_is_its_child(string field, string? value)
    {
        await using var node = await TestNode.StartAsync(mines: false);
        JsonNode payload = (await Build(node))["executionPayload"]!;
        string genesis = payload["parentHash"]!.GetValue<string>();
        payload[field] = value ?? Unknown;
        string hash = await Rehash(node, payload);
        JsonElement status = await NewPayload(node, payload);
        Assert.Equal("INVALID", status.GetProperty("status").GetString());
        Assert.Equal(genesis, status.GetProperty("latestValidHash").GetString());
        Assert.Equal("INVALID", await Choose(node, hash));
        Assert.Equal("0x0", (await node.CallAsync("eth_blockNumber")).GetString());
    }

    [Fact]
    public async Task A_wrong_hash_and_wrong_blobs_are_invalid()
    {
        await using var node = await TestNode.StartAsync(mines: false);
        JsonNode payload = (await Build(node))["executionPayload"]!;
        JsonElement blobs = await NewPayload(node, payload, blobs: [Unknown]);
        Assert.Equal("INVALID", blobs.GetProperty("status").GetString());
        payload["blockHash"] = Unknown;
        JsonElement status = await NewPayload(node, payload);
        Assert.Equal("INVALID", status.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("latestValidHash").ValueKind);
    }

    [Fact]
    public async Task What_is_not_known_is_being_synchronised()
    {
        await using var node = await TestNode.StartAsync(mines: false);
        Assert.Equal("SYNCING", await Choose(node, Unknown));
        JsonNode payload = (await Build(node))["executionPayload"]!;
        payload["parentHash"] = Unknown;
        await Rehash(node, payload);
        Assert.Equal("SYNCING", (await NewPayload(node, payload)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Errors_have_the_codes_of_the_specification()
    {
        await using var node = await TestNode.StartAsync(mines: false);
        string genesis = node.Node.Chain.Head.Hash.ToString();
        JsonNode payload = (await Build(node))["executionPayload"]!;
        await Fails(-38001, () => node.CallEngineAsync("engine_getPayloadV5", "0x0000000000000001"));
        await Fails(-38002, () => Choose(node, genesis, safe: Unknown));
        await Fails(-38002, () => Choose(node, genesis, finalized: Unknown));
        await Fails(-38003, () => Choose(node, genesis, Attributes(0)));
        await Fails(-38003, () => Choose(node, genesis, WithoutRoot(Attributes(Later(node)))));
        await Fails(-38004, () => node.CallEngineAsync("engine_getPayloadBodiesByRangeV1", "0x1", "0x401"));
        await Fails(-32602, () => node.CallEngineAsync("engine_getPayloadBodiesByRangeV1", "0x0", "0x1"));
        await Fails(-38005, () => node.CallEngineAsync("engine_newPayloadV3", payload, Array.Empty<string>(), Zero));
        await Fails(-38005, () => node.CallEngineAsync("engine_getBlobsV1", (object)new[] { Unknown }));
        await Fails(-32602, () => node.CallEngineAsync("engine_newPayloadV4", payload, Array.Empty<string>(), Zero));
        await Fails(-32602, () => node.CallEngineAsync(
            "engine_newPayloadV4", payload, Array.Empty<string>(), Zero, new[] { "0x00" }));
        Assert.Equal(
            JsonValueKind.Null, (await node.CallEngineAsync("engine_getBlobsV2", (object)new[] { Unknown })).ValueKind);
    }

    [Fact]
    public async Task Capabilities_are_the_engine_methods()
    {
        await using var node = await TestNode.StartAsync(mines: false);
        JsonElement names = await node.CallEngineAsync(
            "engine_exchangeCapabilities", (object)new[] { "engine_newPayloadV4" });
        string[] expected =
        [
            "engine_newPayloadV4", "engine_forkchoiceUpdatedV3", "engine_getPayloadV5", "engine_getBlobsV2",
            "engine_getPayloadBodiesByHashV1", "engine_getClientVersionV1",
        ];
        Assert.Empty(expected.Except(names.EnumerateArray().Select(name => name.GetString()!)));
    }

    // ---- A consensus client ----

    private static async Task<JsonObject> Build(TestNode node, ulong fee = 1)
    {
        JsonElement update = await node.CallEngineAsync(
            "engine_forkchoiceUpdatedV3", State(node.Node.Chain.Head.Hash.ToString()), Attributes(Later(node), fee));
        string id = update.GetProperty("payloadId").GetString()!;
        JsonElement envelope = await node.CallEngineAsync("engine_getPayloadV5", id);
        return JsonNode.Parse(envelope.GetRawText())!.AsObject();
    }

    private static Task<JsonElement> NewPayload(TestNode node, JsonNode payload, string[]? blobs = null) =>
        node.CallEngineAsync("engine_newPayloadV4", payload, blobs ?? [], Zero, Array.Empty<string>());

    private static async Task<string> Choose(
        TestNode node, string head, JsonObject? attributes = null, string? safe = null, string? finalized = null)
    {
        JsonElement update = await node.CallEngineAsync(
            "engine_forkchoiceUpdatedV3", State(head, safe, finalized), attributes);
        return update.GetProperty("payloadStatus").GetProperty("status").GetString()!;
    }

    /// <summary>The node itself says what hash a changed payload has: its own is what it expects.</summary>
    private static async Task<string> Rehash(TestNode node, JsonNode payload)
    {
        payload["blockHash"] = Zero;
        JsonElement status = await NewPayload(node, payload);
        string message = status.GetProperty("validationError").GetString()!;
        string hash = message.Split(' ').First(word => word.StartsWith("0x", StringComparison.Ordinal)).TrimEnd(',');
        payload["blockHash"] = hash;
        return hash;
    }

    private static ulong Later(TestNode node) => node.Node.Chain.Head.Timestamp + 12;

    private static JsonObject State(string head, string? safe = null, string? finalized = null) => new()
    {
        ["headBlockHash"] = head, ["safeBlockHash"] = safe ?? Zero, ["finalizedBlockHash"] = finalized ?? Zero,
    };

    private static JsonObject Attributes(ulong timestamp, ulong fee = 1) => new()
    {
        ["timestamp"] = $"0x{timestamp:x}", ["prevRandao"] = Zero,
        ["suggestedFeeRecipient"] = Address.FromNumber(fee).ToString(), ["withdrawals"] = new JsonArray(),
        ["parentBeaconBlockRoot"] = Zero,
    };

    private static JsonObject WithoutRoot(JsonObject attributes)
    {
        attributes.Remove("parentBeaconBlockRoot");
        return attributes;
    }

    private static async Task Fails(int code, Func<Task> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcFailure>(call)).Code);
}
