using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Weft.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Rpc;

/// <summary>What strangers on the network try.</summary>
public sealed class RpcServerTests
{
    private const string ChainId = """{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}""";

    [Theory]
    [InlineData("localhost:8545", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:80", HttpStatusCode.OK)]
    [InlineData("node.example", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    public async Task Only_known_names_reach_the_node(string host, HttpStatusCode expected)
    {
        await using var node = await TestNode.StartAsync(http: new() { AllowedHosts = ["node.example"] });
        using var request = Post(node.Url, ChainId);
        request.Headers.Host = host;
        using var answer = await node.Client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Pages_of_listed_origins_may_call_and_others_may_not()
    {
        await using var node = await TestNode.StartAsync(http: new() { AllowedOrigins = ["http://app.example"] });
        Assert.Equal("http://app.example", await Preflight(node, "http://app.example"));
        Assert.Null(await Preflight(node, "http://evil.example"));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://evil.example");
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(SocketUrl(node), default));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_with_and_without_a_length()
    {
        var limits = TestNode.Patient with { MaxRequestBytes = 10_000 };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        using var request = Post(node.Url, new string(' ', 20_000) + ChainId);
        using var answer = await node.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        using var chunked = Post(node.Url, new string(' ', 20_000) + ChainId);
        chunked.Headers.TransferEncodingChunked = true;
        using var second = await node.Client.SendAsync(chunked);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, second.StatusCode);
        Assert.Equal("0x7a69", (await node.CallAsync("eth_chainId")).GetString());
    }

    [Fact]
    public async Task Too_many_requests_a_second_are_refused()
    {
        var limits = TestNode.Patient with { RequestsPerSecond = 1 };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        var seen = new HashSet<HttpStatusCode>();
        // Two within a second are too many; a machine that does not come to that tries again.
        for (var patience = Stopwatch.StartNew(); seen.Count < 2 && patience.Elapsed.TotalSeconds < 60;)
        {
            using var request = Post(node.Url, ChainId);
            using var answer = await node.Client.SendAsync(request);
            seen.Add(answer.StatusCode);
        }
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], seen.Order());
    }

    [Fact]
    public async Task Idle_connections_do_not_keep_others_out()
    {
        await using var node = await TestNode.StartAsync();
        var sockets = new List<TcpClient>();
        for (int i = 0; i < 300; i++)
        {
            var socket = new TcpClient();
            await socket.ConnectAsync(node.Node.HttpEndPoint);
            sockets.Add(socket);
        }
        Assert.Equal("0x7a69", (await node.CallAsync("eth_chainId")).GetString());
        foreach (TcpClient socket in sockets) socket.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("x.y.z")]
    public async Task The_engine_port_asks_for_a_token(string? token)
    {
        await using var node = await TestNode.StartAsync();
        using var request = Post($"http://{node.Node.EngineEndPoint}", ChainId);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await node.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("0x7a69", (await node.CallEngineAsync("eth_chainId")).GetString());
    }

    [Fact]
    public async Task Engine_methods_are_not_on_the_public_port()
    {
        await using var node = await TestNode.StartAsync();
        var failure = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("engine_exchangeCapabilities", []));
        Assert.Equal(JsonRpcError.MethodNotFound, failure.Code);
    }

    [Fact]
    public async Task Health_and_metrics_are_pages()
    {
        await using var node = await TestNode.StartAsync();
        await node.CallAsync("eth_blockNumber");
        using var health = JsonDocument.Parse(await node.Client.GetStringAsync($"{node.Url}/health"));
        Assert.Equal("ok", health.RootElement.GetProperty("status").GetString());
        string metrics = await node.Client.GetStringAsync($"{node.Url}/metrics");
        Assert.Contains(
            "weft_rpc_calls_total{endpoint=\"http\",method=\"eth_blockNumber\"} 1", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_websocket_answers_many_calls_and_refuses_a_message_that_is_too_large()
    {
        var limits = TestNode.Patient with { MaxRequestBytes = 10_000 };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(SocketUrl(node), default);
        for (int i = 0; i < 100; i++) await Send(socket, ChainId);
        for (int i = 0; i < 100; i++) Assert.Contains("0x7a69", await Receive(socket), StringComparison.Ordinal);
        await Send(socket, new string(' ', 20_000));
        var end = await socket.ReceiveAsync(new byte[100], default);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, end.CloseStatus);
    }

    internal static Uri SocketUrl(TestNode node) => new($"ws://{node.Node.HttpEndPoint}");

    internal static Task Send(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    internal static async Task<string> Receive(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[1 << 16];
        int length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), patience.Token);
            length += part.Count;
        }
        while (!part.EndOfMessage);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static HttpRequestMessage Post(string url, string body) =>
        new(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static async Task<string?> Preflight(TestNode node, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, node.Url);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await node.Client.SendAsync(request);
        return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
    }
}
