using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Evm;
using Weft.Node;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.State.Store;
using Weft.Tests.Chain.Live;

namespace Weft.Tests.Node.Engine;

/// <summary>A node under one fork, and the consensus client that speaks the version of the Engine API for it.</summary>
internal sealed class EngineNode : IAsyncDisposable
{
    private readonly Database _database = DevChain.CreateDatabase();
    private readonly DevChain _accounts;
    private readonly HttpClient _client = new();

    private EngineNode(Fork fork)
    {
        _accounts = new(fork);
        Version = fork switch { Fork.Paris => 1, Fork.Shanghai => 2, Fork.Cancun => 3, _ => 4 };
        Node = new(
            _database, _accounts.Spec,
            new()
            {
                Chain = new() { Chain = new() { CacheBytes = 4 << 20, Threads = 1 } },
                Calls = TestNode.PatientCalls,
                Engine = new() { Authenticator = TestNode.Tokens, Limits = RpcLimits.OfEngine },
            },
            NullLoggerFactory.Instance);
    }

    public static string Zero { get; } = Hash256.Zero.ToString();

    public static string Unknown { get; } = Keccak.Hash([1]).ToString();

    public WeftNode Node { get; }

    /// <summary>Of engine_newPayload.</summary>
    public int Version { get; }

    private string Forkchoice => $"engine_forkchoiceUpdatedV{Math.Min(Version, 3)}";

    public string Head => Node.Chain.Head.Hash.ToString();

    public static async Task<EngineNode> StartAsync(Fork fork)
    {
        var node = new EngineNode(fork);
        await node.Node.StartAsync();
        return node;
    }

    /// <summary>A payload on the head with one transfer.</summary>
    public async Task<JsonObject> BuildAsync()
    {
        Node.Pool.Add(_accounts.Sign(0, 0));
        JsonElement update = await CallAsync(Forkchoice, State(Head), Attributes());
        JsonElement answer = await CallAsync(
            $"engine_getPayloadV{Version}", update.GetProperty("payloadId").GetString()!);
        JsonElement payload = Version == 1 ? answer : answer.GetProperty("executionPayload");
        return JsonNode.Parse(payload.GetRawText())!.AsObject();
    }

    /// <summary>Status, latestValidHash and what else is said.</summary>
    public async Task<(string Status, string? LatestValid, string Why)> NewPayloadAsync(
        JsonObject payload, string[]? blobs = null, int? version = null)
    {
        object[] arguments = (version ?? Version) switch
        {
            <= 2 => [payload],
            3 => [payload, blobs ?? [], Zero],
            _ => [payload, blobs ?? [], Zero, Array.Empty<string>()],
        };
        JsonElement status = await CallAsync($"engine_newPayloadV{version ?? Version}", arguments);
        return Read(status);
    }

    public async Task<(string Status, string? LatestValid, string Why)> ChooseAsync(string head) => Read(
        (await CallAsync(Forkchoice, State(head), null)).GetProperty("payloadStatus"));

    /// <summary>The node itself says what hash a changed payload has: its own is what it expects.</summary>
    public async Task RehashAsync(JsonObject payload)
    {
        payload["blockHash"] = Zero;
        var (_, _, why) = await NewPayloadAsync(payload);
        string hash = why.Split(' ').First(word => word.StartsWith("0x", StringComparison.Ordinal));
        payload["blockHash"] = hash.TrimEnd(',');
    }

    public static JsonObject State(string head) => new()
    {
        ["headBlockHash"] = head, ["safeBlockHash"] = Zero, ["finalizedBlockHash"] = Zero,
    };

    public JsonObject Attributes()
    {
        var attributes = new JsonObject
        {
            ["timestamp"] = $"0x{Node.Chain.Head.Timestamp + 12:x}", ["prevRandao"] = Zero,
            ["suggestedFeeRecipient"] = Address.FromNumber(1).ToString(),
        };
        if (Version >= 2) attributes["withdrawals"] = new JsonArray();
        if (Version >= 3) attributes["parentBeaconBlockRoot"] = Zero;
        return attributes;
    }

    public async Task<JsonElement> CallAsync(string method, params object?[] arguments)
    {
        string body = JsonSerializer.Serialize(new { jsonrpc = "2.0", id = 1, method, @params = arguments });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{Node.EngineEndPoint}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestNode.Tokens.CreateToken());
        using HttpResponseMessage answer = await _client.SendAsync(request);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.TryGetProperty("error", out JsonElement error)
            ? throw new RpcFailure(error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!)
            : json.RootElement.GetProperty("result").Clone();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Node.DisposeAsync();
        _database.Dispose();
        _accounts.Dispose();
    }

    private static (string, string?, string) Read(JsonElement status) => (
        status.GetProperty("status").GetString()!, status.GetProperty("latestValidHash").GetString(),
        status.GetProperty("validationError").GetString() ?? "");
}
