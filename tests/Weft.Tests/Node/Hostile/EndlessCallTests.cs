using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Tests.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Hostile;

/// <summary>Calls that only the clock ends, and who else calls meanwhile.</summary>
[Collection(nameof(HostileClients))]
public sealed class EndlessCallTests
{
    private static readonly string Contract = $"{Address.FromNumber(0xbad)}";

    /// <summary>More than any machine uses up in the time of a test.</summary>
    private const ulong Gas = 1UL << 60;

    public static TheoryData<string, string> EndlessPrograms { get; } = new()
    {
        { "a loop of jumps", "0x5b5f56" },
        // CALL of itself with all gas; where the depth is reached, round and round.
        { "calls of itself", "0x5b5f5f5f5f5f305af1505f56" },
        // KECCAK256 of 64 KiB, round and round.
        { "hashes", "0x5b620100005f20505f56" },
        // MODEXP of three numbers of 256 bytes, round and round.
        {
            "a precompile",
            "0x6101005f52610100602052610100604052" + "5f1961016052" + "60ff606053" + "60ff61035f53"
            + "5b5f5f6103605f5f60055af150602256"
        },
    };

    [Theory]
    [MemberData(nameof(EndlessPrograms))]
    public async Task Endless_call_ends_at_its_time_limit_and_its_client_is_told(string what, string code)
    {
        var limits = new RpcLimits { CallTime = TimeSpan.FromMilliseconds(300) };
        await using var node = await TestNode.StartAsync(
            http: new() { Limits = limits }, calls: new() { GasMax = Gas });
        var watch = Stopwatch.StartNew();
        string answer = await node.PostAsync(EndlessCall(code));
        Assert.True(watch.Elapsed.TotalSeconds > 0.25);
        Assert.Contains("\"code\":-32000", answer, StringComparison.Ordinal);
        Assert.Contains("execution aborted (timeout", answer, StringComparison.Ordinal);
        Console.WriteLine($"{what}: a call with 300 ms was answered after {watch.Elapsed.TotalMilliseconds:F0} ms");
    }

    /// <summary>Who attacks has 24 endless calls waiting, each for as long as anybody else's may take: the other one's
    /// calls are answered before any of them has come to its end.</summary>
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.2", true)]
    public async Task Endless_calls_of_one_client_leave_others_their_turn(string bystander, bool hasManyConnections)
    {
        await using var node = await TestNode.StartAsync(calls: TestNode.PatientCalls with { GasMax = Gas });
        using var end = new CancellationTokenSource();
        Task attack = hasManyConnections ? AttackByHttp(node, 24, end.Token) : AttackBySocket(node, 24, end.Token);
        // Some of the attack is there by then, on most machines; the more of it, the harder.
        await Task.Delay(300);
        var times = await CallAsOther(node, IPAddress.Parse(bystander), 100);
        Assert.False(attack.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attack);
        times.Sort();
        Console.WriteLine(
            $"24 endless calls of {(hasManyConnections ? "24 connections" : "a WebSocket")}: {times.Count} calls of "
            + $"{bystander} took p50 {times[times.Count / 2]:F1} ms, at most {times[^1]:F1} ms");
    }

    private static string EndlessCall(string code) => JsonSerializer.Serialize(new
    {
        jsonrpc = "2.0", id = 1, method = "eth_call",
        @params = new object[]
        {
            new { to = Contract, gas = $"0x{Gas:x}" }, "latest",
            new Dictionary<string, object> { [Contract] = new { code } },
        },
    });

    /// <summary>Returns with the first answer; cancelled where none has come until the end.</summary>
    private static async Task AttackByHttp(TestNode node, int connections, CancellationToken end)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        await await Task.WhenAny(Enumerable.Range(0, connections).Select(async _ =>
        {
            using var body = new StringContent(EndlessCall("0x5b5f56"), Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(node.Url, body, end);
        }));
    }

    /// <inheritdoc cref="AttackByHttp"/>
    private static async Task AttackBySocket(TestNode node, int calls, CancellationToken end)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(RpcServerTests.SocketUrl(node), default);
        for (int i = 0; i < calls; i++) await RpcServerTests.Send(socket, EndlessCall("0x5b5f56"));
        await socket.ReceiveAsync(new byte[4096], end);
    }

    /// <summary>Milliseconds of calls, one after another; each must succeed.</summary>
    private static async Task<List<double>> CallAsOther(TestNode node, IPAddress address, int count)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                // All of 127.0.0.0/8 is this machine.
                socket.Bind(new IPEndPoint(address, 0));
                await socket.ConnectAsync(node.Node.HttpEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);
        string call = HostileClientTests.LargeCall(Contract, "0x60205ff3");
        var times = new List<double>();
        while (times.Count < count)
        {
            long began = Stopwatch.GetTimestamp();
            using var body = new StringContent(call, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(node.Url, body);
            Assert.Contains("\"result\":\"0x", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return times;
    }
}
