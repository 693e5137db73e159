using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Cli.Input;
using Weft.Cli.Programs;
using Weft.Primitives;

namespace Weft.Cli.Bench;

/// <summary>
/// Foundry's anvil (revm behind JSON-RPC) as a peer to be measured beside: fetched from npm at a pinned version into
/// artifacts/peers, started on the loopback interface, ended with this object.
/// </summary>
internal sealed class AnvilPeer : IDisposable
{
    public const string Version = "1.7.1";
    private const string Package = "@foundry-rs/anvil";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20), CallTimeout = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly HttpClient _client;
    private string? _snapshot;

    private AnvilPeer(Process process, int port)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = CallTimeout };
    }

    /// <summary>Installs anvil if need be and starts it under the rules of Prague without limits that matter here.
    /// </summary>
    public static AnvilPeer Start(TextWriter log, CancellationToken cancellation)
    {
        string program = Install(log);
        int port = FreePort();
        string[] arguments =
        [
            "--host", "127.0.0.1", "--port", $"{port}", "--hardfork", "prague", "--gas-limit", "1000000000000",
            "--memory-limit", "4294967296", "--no-mining", "--no-request-size-limit", "--quiet",
        ];
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var peer = new AnvilPeer(process, port);
        try
        {
            peer.WaitUntilReady(cancellation);
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>Begins with a clean state: programs share addresses, and one must not see the slots of another.
    /// </summary>
    public void Load(IEnumerable<ProgramAccount> accounts)
    {
        if (_snapshot is not null) Call("evm_revert", _snapshot);
        _snapshot = Call("evm_snapshot").GetValue<string>();
        foreach (var account in accounts)
        {
            string address = account.Address.ToString();
            Call("anvil_setBalance", address, account.Balance.ToHex());
            Call("anvil_setNonce", address, UInt256Hex(account.Nonce));
            Call("anvil_setCode", address, Hex.Encode(account.Code.Span));
            foreach (var (key, value) in account.Storage)
                Call(
                    "anvil_setStorageAt", address, Hash256.FromWord(key).ToString(),
                    Hash256.FromWord(value).ToString());
        }
    }

    /// <summary>The eth_call of a program, ready to be sent again and again.</summary>
    public static byte[] PrepareCall(in Address from, in Address to, ReadOnlyMemory<byte> data, ulong gas) =>
        Request("eth_call", CallObject(from, to, data, gas), "latest");

    /// <summary>Sends a prepared request; the time is that until the whole answer is here.</summary>
    public TimeSpan Time(byte[] request, out byte[] answer)
    {
        long start = Stopwatch.GetTimestamp();
        answer = Send(request);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>The bytes that an eth_call returned.</summary>
    public static byte[] ReadOutput(byte[] answer) =>
        Hex.TryDecode(ReadResult(answer).GetValue<string>(), out var bytes)
            ? bytes
            : throw Failed("no hexadecimal result");

    /// <summary>Gas that a transaction with this call uses in all, by a trace of its outermost frame. Unlike
    /// eth_simulateV1, a trace sees the same block and gas price as eth_call.</summary>
    public ulong GasUsed(EvmProgram program)
    {
        var options = new JsonObject
        {
            ["tracer"] = "callTracer", ["tracerConfig"] = new JsonObject { ["onlyTopCall"] = true },
        };
        var call = CallObject(program.Caller, program.To, program.Data, program.GasLimit);
        var request = Request("debug_traceCall", call, "latest", options);
        string text = ReadResult(Send(request))["gasUsed"]?.GetValue<string>()
            ?? throw Failed("a trace without gasUsed");
        return JsonCursor.TryParseWord(text, out var gas) ? gas.U0 : throw Failed($"gasUsed {text}");
    }

    public void Dispose()
    {
        _client.Dispose();
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    // ---- Installing ----

    public static string Install(TextWriter log)
    {
        string folder = Path.Combine(Repository.Root ?? Environment.CurrentDirectory, "artifacts", "peers");
        if (FindProgram(folder) is { } installed) return installed;
        log.WriteLine($"fetching {Package}@{Version} from npm into {folder}");
        Directory.CreateDirectory(folder);
        string[] arguments =
            ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", $"{Package}@{Version}"];
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            npm.OutputDataReceived += static (_, _) => { };
            npm.BeginOutputReadLine();
            string errors = npm.StandardError.ReadToEnd();
            npm.WaitForExit();
            if (npm.ExitCode != 0) throw new InputException("npm", $"install {Package}@{Version}", errors.Trim());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InputException("npm", "", e.Message, "install Node.js with npm, or leave out --peer");
        }
        return FindProgram(folder)
            ?? throw new InputException(folder, "", $"{Package}@{Version} holds no program for this system");
    }

    // The package for this system holds the program; anvil's own is a script around it.
    private static string? FindProgram(string folder)
    {
        string modules = Path.Combine(folder, "node_modules", "@foundry-rs");
        if (!Directory.Exists(modules)) return null;
        return Directory.EnumerateDirectories(modules, "anvil-*")
            .Select(package => Path.Combine(package, "bin", "anvil")).FirstOrDefault(File.Exists);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilReady(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_process.HasExited) throw Failed($"it ended at once with exit code {_process.ExitCode}");
            try
            {
                Call("eth_chainId");
                return;
            }
            catch (HttpRequestException) when (watch.Elapsed < StartTimeout)
            {
                Thread.Sleep(50);
            }
        }
    }

    // ---- JSON-RPC ----

    private JsonNode Call(string method, params string[] parameters) =>
        ReadResult(Send(Request(method, [.. parameters.Select(text => (JsonNode)text)])));

    private byte[] Send(byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        using var response = _client.Send(request);
        using var stream = response.Content.ReadAsStream();
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }

    private static byte[] Request(string method, params JsonNode[] parameters) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters),
    }.ToJsonString());

    private static JsonObject CallObject(in Address from, in Address to, ReadOnlyMemory<byte> data, ulong gas) => new()
    {
        ["from"] = from.ToString(), ["to"] = to.ToString(), ["data"] = Hex.Encode(data.Span), ["gas"] = UInt256Hex(gas),
    };

    private static JsonNode ReadResult(byte[] answer)
    {
        var json = JsonNode.Parse(answer) ?? throw Failed("an empty answer");
        if (json["error"] is { } error) throw Failed(error.ToJsonString());
        return json["result"] ?? "";
    }

    private static string UInt256Hex(ulong value) => ((UInt256)value).ToHex();

    private static InputException Failed(string reason) => new("anvil", "", reason);
}
