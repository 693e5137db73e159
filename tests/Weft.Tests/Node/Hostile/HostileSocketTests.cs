using System.Net.WebSockets;
using System.Text;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Tests.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Hostile;

/// <summary>WebSockets whose clients send too much, or read nothing.</summary>
[Collection(nameof(HostileClients))]
public sealed class HostileSocketTests
{
    private const string ChainId = """{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}""";

    private static readonly string Contract = $"{Address.FromNumber(0xbad)}";

    /// <summary>An answer of 2 MB: PUSH3 1000000 PUSH0 RETURN.</summary>
    private static readonly string LargeCall = HostileClientTests.LargeCall(Contract, "0x620f42405ff3");

    [Fact]
    public async Task Flood_of_calls_that_nobody_reads_the_answers_of_is_not_read_on()
    {
        await using var node = await TestNode.StartAsync();
        await Bystander.Endures(node, "WebSockets that only send", async () =>
        {
            var floods = new List<Task<int>>();
            using var end = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            for (int i = 0; i < 4; i++) floods.Add(Flood(node, LargeCall, end.Token));
            int[] sent = await Task.WhenAll(floods);
            Console.WriteLine($"WebSockets that only send: {string.Join(", ", sent)} calls were sent");
        });
    }

    [Fact]
    public async Task Flood_of_calls_does_not_keep_others_waiting()
    {
        await using var node = await TestNode.StartAsync();
        await Bystander.Endures(node, "a WebSocket that sends 20,000 calls", async () =>
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(RpcServerTests.SocketUrl(node), default);
            Task sending = Task.Run(async () =>
            {
                for (int i = 0; i < 20_000; i++) await RpcServerTests.Send(socket, ChainId);
            });
            for (int i = 0; i < 20_000; i++)
                Assert.Contains("0x7a69", await RpcServerTests.Receive(socket), StringComparison.Ordinal);
            await sending;
        });
    }

    [Fact]
    public async Task Subscriber_that_never_reads_is_cut_off()
    {
        var limits = TestNode.Patient with { MaxQueuedNotifications = 64, MaxQueuedBytes = 64 << 10 };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        await Bystander.Endures(node, "a subscriber that never reads", async () =>
        {
            using var client = RawClient.To(node.Node.HttpEndPoint, receiveBytes: 4096);
            using WebSocket socket = await client.UpgradeAsync();
            var buffer = new byte[1 << 16];
            await Send(socket, """{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}""", default);
            await socket.ReceiveAsync(buffer.AsMemory(), default);
            Assert.Equal(1, await CountSubscriptions(node));
            // Answers fill what the system keeps for the two sockets, sooner or later; then 64 blocks are too many.
            for (int i = 0; i < 8; i++) await Send(socket, LargeCall, default);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await CountSubscriptions(node) > 0 && !patience.IsCancellationRequested)
                await node.CallAsync("hardhat_mine", "0x64");
            // Some of what was sent before may be read still, then it ends.
            await Assert.ThrowsAnyAsync<WebSocketException>(async () =>
            {
                while (true) await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            });
            await node.CallAsync("eth_blockNumber");
        });
    }

    private static async Task<int> CountSubscriptions(TestNode node)
    {
        const string Name = "weft_rpc_subscriptions ";
        string[] lines = (await node.Client.GetStringAsync($"{node.Url}/metrics")).Split('\n');
        return int.Parse(lines.Single(line => line.StartsWith(Name, StringComparison.Ordinal)).AsSpan(Name.Length));
    }

    /// <summary>Until the node does not take any more.</summary>
    private static async Task<int> Flood(TestNode node, string call, CancellationToken end)
    {
        using var client = RawClient.To(node.Node.HttpEndPoint, receiveBytes: 4096);
        using WebSocket socket = await client.UpgradeAsync();
        int sent = 0;
        try
        {
            for (; !end.IsCancellationRequested; sent++) await Send(socket, call, end);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // It waits for answers to be read.
        }
        return sent;
    }

    private static async Task Send(WebSocket socket, string text, CancellationToken end) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, true, end);
}
