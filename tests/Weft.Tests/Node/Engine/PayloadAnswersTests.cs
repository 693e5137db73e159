using System.Text.Json.Nodes;
using Weft.Evm;
using Xunit;

namespace Weft.Tests.Node.Engine;

/// <summary>What each version of engine_newPayload and engine_forkchoiceUpdated answers to what is wrong, as
/// execution-apis has it (src/engine: paris.md, shanghai.md, cancun.md, prague.md).</summary>
public sealed class PayloadAnswersTests
{
    private const string Invalid = "INVALID", Syncing = "SYNCING", Parent = "parent";

    /// <summary>Field, what it becomes (null: a hash of nothing known; "same": the parent's timestamp), the status, and
    /// whether latestValidHash is the parent or null. The block hash fits, unless it is the field.</summary>
    private static readonly (string Field, JsonNode? Value, string Status, string? LatestValid, int Since)[] Faults =
    [
        ("stateRoot", null, Invalid, Parent, 1),
        ("receiptsRoot", null, Invalid, Parent, 1),
        ("logsBloom", "0x" + new string('1', 512), Invalid, Parent, 1),
        ("gasUsed", "0x5207", Invalid, Parent, 1),
        ("gasLimit", "0x1388", Invalid, Parent, 1),
        ("blockNumber", "0x7", Invalid, Parent, 1),
        ("baseFeePerGas", "0x1", Invalid, Parent, 1),
        ("timestamp", "same", Invalid, Parent, 1),
        ("transactions", new JsonArray(), Invalid, Parent, 1),
        ("blobGasUsed", "0x20000", Invalid, Parent, 3),
        ("excessBlobGas", "0x20000", Invalid, Parent, 3),
        ("transactions", new JsonArray("0x"), Invalid, null, 1),
        ("transactions", new JsonArray("0x02c0"), Invalid, null, 1),
        ("parentHash", null, Syncing, null, 1),
    ];

    [Theory]
    [InlineData(Fork.Paris)]
    [InlineData(Fork.Shanghai)]
    [InlineData(Fork.Cancun)]
    [InlineData(Fork.Prague)]
    public async Task Each_fault_of_a_payload_has_its_answer(Fork fork)
    {
        await using var node = await EngineNode.StartAsync(fork);
        JsonObject good = await node.BuildAsync();
        string genesis = node.Head;
        foreach (var fault in Faults.Where(fault => fault.Since <= node.Version))
        {
            JsonObject payload = good.DeepClone().AsObject();
            payload[fault.Field] = Equals(fault.Value?.ToString(), "same")
                ? $"0x{node.Node.Chain.Head.Timestamp:x}"
                : fault.Value?.DeepClone() ?? EngineNode.Unknown;
            // What is no transaction has no root, and so no hash.
            if (fault.Status != Invalid || fault.LatestValid is not null) await node.RehashAsync(payload);
            string? expected = fault.LatestValid is null ? null : genesis;

            var (status, latestValid, why) = await node.NewPayloadAsync(payload);

            Assert.True(
                (status, latestValid) == (fault.Status, expected),
                $"{fork}, {fault.Field}: {status}, {latestValid}: {why}");
            if (fault.LatestValid is not null) await ChildIsInvalid(node, good, payload, genesis);
        }
        Assert.Equal("VALID", (await node.NewPayloadAsync(good)).Status);
        Assert.Equal(genesis, node.Head);
    }

    [Theory]
    [InlineData(Fork.Paris, "INVALID_BLOCK_HASH")]
    [InlineData(Fork.Shanghai, Invalid)]
    [InlineData(Fork.Cancun, Invalid)]
    [InlineData(Fork.Prague, Invalid)]
    public async Task Wrong_block_hash_has_the_status_of_its_version_and_no_valid_ancestor(Fork fork, string expected)
    {
        await using var node = await EngineNode.StartAsync(fork);
        JsonObject payload = await node.BuildAsync();
        payload["blockHash"] = EngineNode.Unknown;
        var (status, latestValid, _) = await node.NewPayloadAsync(payload);
        Assert.Equal((expected, null), (status, latestValid));
    }

    [Theory]
    [InlineData(Fork.Cancun)]
    [InlineData(Fork.Prague)]
    public async Task Blob_hashes_are_compared_even_where_the_parent_is_unknown(Fork fork)
    {
        await using var node = await EngineNode.StartAsync(fork);
        JsonObject payload = await node.BuildAsync();
        foreach (bool isOrphan in new[] { false, true })
        {
            if (isOrphan)
            {
                payload["parentHash"] = EngineNode.Unknown;
                await node.RehashAsync(payload);
            }
            var (status, latestValid, _) = await node.NewPayloadAsync(payload, blobs: [EngineNode.Unknown]);
            Assert.Equal((Invalid, null), (status, latestValid));
        }
    }

    [Theory]
    [InlineData(Fork.Shanghai, 1, -32602)]
    [InlineData(Fork.Cancun, 1, -32602)]
    [InlineData(Fork.Shanghai, 3, -32602)]
    [InlineData(Fork.Prague, 3, -38005)]
    [InlineData(Fork.Osaka, 3, -38005)]
    [InlineData(Fork.Cancun, 4, -38005)]
    [InlineData(Fork.Paris, 4, -32602)]
    public async Task Payload_of_another_version_is_refused(Fork fork, int version, int code)
    {
        await using var node = await EngineNode.StartAsync(fork);
        JsonObject payload = fork == Fork.Osaka ? await BuildOsaka(node) : await node.BuildAsync();
        var failure = await Assert.ThrowsAsync<RpcFailure>(() => node.NewPayloadAsync(payload, version: version));
        Assert.Equal(code, failure.Code);
    }

    [Theory]
    [InlineData("stateRoot")]
    [InlineData("blobGasUsed")]
    [InlineData("withdrawals")]
    [InlineData("blockHash")]
    public async Task Payload_without_a_field_is_no_payload(string field)
    {
        await using var node = await EngineNode.StartAsync(Fork.Prague);
        JsonObject payload = await node.BuildAsync();
        payload[field] = null;
        Assert.Equal(-32602, (await Assert.ThrowsAsync<RpcFailure>(() => node.NewPayloadAsync(payload))).Code);
    }

    [Theory]
    [InlineData(Fork.Paris, 1, "timestamp", -38003)]
    [InlineData(Fork.Shanghai, 2, "timestamp", -38003)]
    [InlineData(Fork.Shanghai, 2, "withdrawals", -38003)]
    [InlineData(Fork.Shanghai, 3, "none", -38003)]
    [InlineData(Fork.Prague, 2, "parentBeaconBlockRoot", -38005)]
    [InlineData(Fork.Prague, 2, "none", -38003)]
    [InlineData(Fork.Prague, 3, "parentBeaconBlockRoot", -38003)]
    [InlineData(Fork.Prague, 3, "withdrawals", -38003)]
    [InlineData(Fork.Prague, 3, "prevRandao", -38003)]
    [InlineData(Fork.Prague, 3, "timestamp", -38003)]
    public async Task Wrong_attributes_are_an_error_and_the_head_moves_all_the_same(
        Fork fork, int version, string wrong, int code)
    {
        await using var node = await EngineNode.StartAsync(fork);
        JsonObject payload = await node.BuildAsync();
        string hash = payload["blockHash"]!.GetValue<string>();
        await node.NewPayloadAsync(payload);
        JsonObject attributes = node.Attributes();
        if (wrong == "timestamp") attributes[wrong] = "0x0";
        else attributes.Remove(wrong);

        var failure = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync(
            $"engine_forkchoiceUpdatedV{version}", EngineNode.State(hash), attributes));

        Assert.Equal(code, failure.Code);
        Assert.Equal(hash, node.Head);
    }

    [Fact]
    public async Task Attributes_for_a_head_that_is_not_known_or_not_valid_are_not_looked_at()
    {
        await using var node = await EngineNode.StartAsync(Fork.Prague);
        JsonObject payload = await node.BuildAsync();
        payload["stateRoot"] = EngineNode.Unknown;
        await node.RehashAsync(payload);
        await node.NewPayloadAsync(payload);
        foreach (var (head, expected) in new[]
            { (EngineNode.Unknown, Syncing), (payload["blockHash"]!.GetValue<string>(), Invalid) })
        {
            var answer = await node.CallAsync("engine_forkchoiceUpdatedV3", EngineNode.State(head), new JsonObject());
            Assert.Equal(expected, answer.GetProperty("payloadStatus").GetProperty("status").GetString());
        }
    }

    [Fact]
    public async Task Blobs_that_are_missing_are_null_one_by_one_from_version_three_on()
    {
        await using var node = await EngineNode.StartAsync(Fork.Osaka);
        var hashes = new[] { EngineNode.Unknown, EngineNode.Zero };
        var blobs = await node.CallAsync("engine_getBlobsV3", (object)hashes);
        Assert.Equal(["", ""], blobs.EnumerateArray().Select(blob => blob.ToString()));
        var failure = await Assert.ThrowsAsync<RpcFailure>(
            () => node.CallAsync("engine_getBlobsV3", (object)Enumerable.Repeat(EngineNode.Zero, 129)));
        Assert.Equal(-38004, failure.Code);
    }

    /// <summary>The child has the same parent of its own to blame, and the same valid ancestor.</summary>
    private static async Task ChildIsInvalid(EngineNode node, JsonObject good, JsonObject parent, string genesis)
    {
        string hash = parent["blockHash"]!.GetValue<string>();
        var (chosen, chosenValid, _) = await node.ChooseAsync(hash);
        Assert.Equal((Invalid, genesis), (chosen, chosenValid));
        JsonObject child = good.DeepClone().AsObject();
        child["parentHash"] = hash;
        child["blockNumber"] = "0x2";
        await node.RehashAsync(child);
        var (status, latestValid, _) = await node.NewPayloadAsync(child);
        Assert.Equal((Invalid, genesis), (status, latestValid));
    }

    private static async Task<JsonObject> BuildOsaka(EngineNode node)
    {
        var update = await node.CallAsync("engine_forkchoiceUpdatedV3", EngineNode.State(node.Head), node.Attributes());
        var answer = await node.CallAsync("engine_getPayloadV5", update.GetProperty("payloadId").GetString());
        return JsonNode.Parse(answer.GetProperty("executionPayload").GetRawText())!.AsObject();
    }
}
