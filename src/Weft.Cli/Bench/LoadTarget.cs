using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Cli.Input;

namespace Weft.Cli.Bench;

/// <summary>A development node that is put under load: one that runs already, or one that is started for it on the
/// loopback interface and ended with this object. Calls are safe for concurrent callers.</summary>
internal sealed class LoadTarget : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly Process? _process;
    private readonly HttpClient _client;

    private LoadTarget(string name, Uri url, Process? process)
    {
        (Name, Url, _process) = (name, url, process);
        _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { Timeout = TimeSpan.FromMinutes(5) };
    }

    public string Name { get; }

    public Uri Url { get; }

    public static LoadTarget Attach(Uri url) => new(url.ToString(), url, null);

    /// <summary>Weft itself. <paramref name="blockTime"/>: milliseconds, 0 for a block whenever there is a transaction.
    /// <paramref name="folder"/>: where its chain lies; null: in memory.</summary>
    public static LoadTarget StartWeft(int blockTime, string? folder, CancellationToken cancellation)
    {
        int port = FreePort();
        string program = Path.Combine(AppContext.BaseDirectory, "weft.dll");
        List<string> arguments = [program, "node", "--dev", "--http.port", Text(port), "--authrpc.port", "0"];
        if (blockTime != 0) arguments.AddRange(["--block-time", Text(blockTime)]);
        if (folder is not null) arguments.AddRange(["--data", folder]);
        return Start("weft", Environment.ProcessPath ?? "dotnet", arguments, port, cancellation);
    }

    /// <summary>Foundry's anvil, with the same block time.</summary>
    public static LoadTarget StartAnvil(int blockTime, TextWriter log, CancellationToken cancellation)
    {
        int port = FreePort();
        List<string> arguments =
        [
            "--host", "127.0.0.1", "--port", Text(port), "--quiet", "--no-request-size-limit", "--gas-limit",
            "1000000000", "--hardfork", "prague",
        ];
        if (blockTime != 0)
            arguments.AddRange(["--block-time", (blockTime / 1000.0).ToString(CultureInfo.InvariantCulture)]);
        return Start("anvil", AnvilPeer.Install(log), arguments, port, cancellation);
    }

    /// <summary>Processor time of the node so far; zero for one that was not started here.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            if (_process is null) return TimeSpan.Zero;
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory of the node in bytes; zero for one that was not started here.</summary>
    public long Memory
    {
        get
        {
            if (_process is null) return 0;
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Its own memory, that of files in memory included, and the pages of other files that it has mapped; zero
    /// where that is not to be had.</summary>
    public (long Own, long Files) ReadMemory()
    {
        string path = $"/proc/{_process?.Id ?? 0}/status";
        if (_process is null || !File.Exists(path)) return (MemoryBytesOf(null), 0);
        string[] lines = File.ReadAllLines(path);
        return (Read("RssAnon:") + Read("RssShmem:"), Read("RssFile:"));

        long Read(string name)
        {
            string? line = Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal));
            return MemoryBytesOf(line?[name.Length..]);
        }
    }

    private static long MemoryBytesOf(string? kilobytes) =>
        long.TryParse(kilobytes?.Replace("kB", "").Trim(), CultureInfo.InvariantCulture, out long count)
            ? count << 10
            : 0;

    /// <summary>Objects on the heap of the node, as its metrics say; zero where they do not.</summary>
    public long ReadHeap()
    {
        const string name = "\nprocess_managed_heap_bytes ";
        string text = _client.GetStringAsync(new Uri(Url, "/metrics")).GetAwaiter().GetResult();
        int at = text.IndexOf(name, StringComparison.Ordinal);
        return at >= 0
            && long.TryParse(text[(at + name.Length)..].Split('\n')[0], CultureInfo.InvariantCulture, out long bytes)
                ? bytes
                : 0;
    }

    public JsonNode? Call(string method, params JsonNode?[] parameters)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters),
        };
        var answer = JsonNode.Parse(Send(Encoding.UTF8.GetBytes(request.ToJsonString())));
        if (answer?["error"] is { } error) throw new InputException(Name, method, error.ToJsonString());
        return answer?["result"];
    }

    /// <summary>Posts a body and returns that of the answer.</summary>
    public byte[] Send(byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        using var response = _client.Send(request);
        using var stream = response.Content.ReadAsStream();
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }

    /// <summary>A connection of its own.</summary>
    public LoadProbe OpenProbe() => new(Url);

    public void Dispose()
    {
        _client.Dispose();
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static LoadTarget Start(
        string name, string program, List<string> arguments, int port, CancellationToken cancellation)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var target = new LoadTarget(name, new($"http://127.0.0.1:{port}/"), process);
        try
        {
            target.WaitUntilReady(cancellation);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    private void WaitUntilReady(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_process!.HasExited)
                throw new InputException(Name, "", $"it ended at once with exit code {_process.ExitCode}");
            try
            {
                Call("eth_chainId");
                return;
            }
            catch (HttpRequestException) when (watch.Elapsed < StartTimeout)
            {
                Thread.Sleep(20);
            }
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
