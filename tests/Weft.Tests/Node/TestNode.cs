using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Chain;
using Weft.Chain.Live;
using Weft.Node;
using Weft.Node.Dev;
using Weft.Node.Rpc;
using Weft.State.Store;

namespace Weft.Tests.Node;

/// <summary>A node on free ports with the dev chain in memory, and a client.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly Database _database =
        Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);
    private readonly HttpClient _client = new();

    private TestNode(bool mines, RpcServerOptions? http, CallOptions? calls)
    {
        ChainSpec spec = DevChain.Create(Accounts);
        Node = new(
            _database, spec,
            new()
            {
                Chain = new() { Chain = new() { CacheBytes = 4 << 20, Threads = 2 } },
                Calls = calls ?? PatientCalls,
                Http = http ?? new() { Limits = Patient },
                Engine = new() { Authenticator = Tokens, Limits = RpcLimits.OfEngine },
                Dev = mines ? new() { Accounts = Accounts } : null,
            },
            NullLoggerFactory.Instance);
    }

    public static IReadOnlyList<DevAccount> Accounts { get; } = Wallet.Derive(Wallet.TestMnemonic, 3);

    /// <summary>What a test does not set is no limit of time to it, however long its threads stand still.</summary>
    public static RpcLimits Patient { get; } = new()
    {
        CallTime = TimeSpan.FromMinutes(2), HeaderTime = TimeSpan.FromMinutes(2), BodyTime = TimeSpan.FromMinutes(2),
    };

    public static CallOptions PatientCalls { get; } = new() { TimeMax = TimeSpan.FromMinutes(2) };

    public static JwtAuthenticator Tokens { get; } = new(new byte[JwtAuthenticator.SecretSize]);

    public WeftNode Node { get; }

    public HttpClient Client => _client;

    public string Url => $"http://{Node.HttpEndPoint}";

    /// <summary>Without mining, blocks come over the Engine API.</summary>
    public static async Task<TestNode> StartAsync(
        bool mines = true, RpcServerOptions? http = null, CallOptions? calls = null)
    {
        var node = new TestNode(mines, http, calls);
        await node.Node.StartAsync();
        return node;
    }

    /// <summary>The result; an <see cref="RpcFailure"/> where there is an error.</summary>
    public Task<JsonElement> CallAsync(string method, params object?[] arguments) =>
        CallAsync(Url, null, method, arguments);

    public Task<JsonElement> CallEngineAsync(string method, params object?[] arguments) =>
        CallAsync($"http://{Node.EngineEndPoint}", Tokens.CreateToken(), method, arguments);

    /// <summary>The whole answer to a body.</summary>
    public async Task<string> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _client.PostAsync(Url, content);
        return await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Node.DisposeAsync();
        _database.Dispose();
    }

    private async Task<JsonElement> CallAsync(string url, string? token, string method, object?[] arguments)
    {
        string body = JsonSerializer.Serialize(new { jsonrpc = "2.0", id = 1, method, @params = arguments });
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await _client.SendAsync(request);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        if (json.RootElement.TryGetProperty("error", out JsonElement error))
            throw new RpcFailure(error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!);
        return json.RootElement.GetProperty("result").Clone();
    }
}

internal sealed class RpcFailure(int code, string message) : Exception($"{code}: {message}")
{
    public int Code => code;
}
