using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Tests.Cli.Snapshots;

/// <summary>Stands before a node and lets pass what a test wants to pass.</summary>
internal sealed class FaultyProxy : IDisposable
{
    private readonly HttpListener _listener;
    private readonly HttpClient _client = new();
    private readonly string _target;
    private int _busy;

    public FaultyProxy(string target)
    {
        _target = target;
        (_listener, Url) = Listen();
        _ = Task.Run(Serve);
    }

    public string Url { get; }

    /// <summary>Methods that the node does not have, by their beginnings.</summary>
    public string[] Missing { get; init; } = [];

    /// <summary>Calls that the node cannot answer.</summary>
    public Func<JsonNode, bool> Fails { get; init; } = _ => false;

    public bool RefusesBatches { get; init; }

    /// <summary>So many requests are answered with 429 first.</summary>
    public int Busy { get => _busy; init => _busy = value; }

    /// <summary>Changes the result of a method.</summary>
    public Func<string, JsonNode?, JsonNode?> Change { get; init; } = (_, result) => result;

    public void Dispose()
    {
        _listener.Close();
        _client.Dispose();
    }

    /// <summary>A listener takes no port by itself, and one that could not start is of no use any more.</summary>
    private static (HttpListener, string) Listen()
    {
        for (int port = 20000 + (Environment.ProcessId % 10000); ; port++)
        {
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, $"http://127.0.0.1:{port}/secret-key");
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }

    private async Task Serve()
    {
        try
        {
            while (true) await TryAnswer(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TryAnswer(HttpListenerContext context)
    {
        try
        {
            await Answer(context);
        }
        catch (Exception e) when (_listener.IsListening && e is HttpListenerException or HttpRequestException
            or IOException or ObjectDisposedException)
        {
            // Whoever asked is gone, or the node; others still ask.
            context.Response.Abort();
        }
    }

    private async Task Answer(HttpListenerContext context)
    {
        var request = await JsonNode.ParseAsync(context.Request.InputStream);
        if (Interlocked.Decrement(ref _busy) >= 0)
        {
            context.Response.StatusCode = 429;
            context.Response.Close();
            return;
        }
        JsonNode answer = request is JsonArray batch
            ? RefusesBatches
                ? JsonNode.Parse("""{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}""")!
                : new JsonArray([.. await Task.WhenAll(batch.Select(one => One(one!)))])
            : await One(request!);
        await using (var output = context.Response.OutputStream) await JsonSerializer.SerializeAsync(output, answer);
    }

    private async Task<JsonNode> One(JsonNode request)
    {
        string method = request["method"]!.GetValue<string>();
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone() };
        if (Missing.Any(missing => method.StartsWith(missing, StringComparison.Ordinal)))
        {
            answer["error"] = new JsonObject { ["code"] = -32601, ["message"] = $"the method {method} does not exist" };
            return answer;
        }
        if (Fails(request))
        {
            answer["error"] = new JsonObject { ["code"] = -32000, ["message"] = "missing trie node" };
            return answer;
        }
        using var content = new StringContent(request.ToJsonString(), null, "application/json");
        using var response = await _client.PostAsync(new Uri(_target), content);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if (body["error"] is { } error) answer["error"] = error.DeepClone();
        else answer["result"] = Change(method, body["result"]?.DeepClone());
        return answer;
    }
}
