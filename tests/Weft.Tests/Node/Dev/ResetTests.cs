using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Cli.Data;
using Weft.Cli.Nodes;
using Weft.Node;
using Weft.Primitives;
using Weft.State.Store;
using Weft.Tests.Cli.Snapshots;
using Weft.Tests.Node.Parallelism;
using Weft.Tests.Node.Rpc;
using Xunit;
using TemporaryFolder = Weft.Tests.Cli.TemporaryFolder;
using TestDevChain = Weft.Tests.Chain.Live.DevChain;

namespace Weft.Tests.Node.Dev;

/// <summary>anvil_reset and hardhat_reset: from one chain to another in a running node.</summary>
public sealed class ResetTests
{
    private static readonly string Counter = CounterNode.Counter.ToString();

    [Fact]
    public async Task A_chain_becomes_a_fork_of_another_goes_on_and_comes_back()
    {
        await using var other = await CounterNode.StartAsync();
        other.Mine(calls: 3);
        other.Mine(calls: 2);
        await using var node = await ResettableNode.StartAsync();
        await node.SendAsync();
        Assert.Equal("0x7a69", await node.TextAsync("eth_chainId"));

        await node.CallAsync("anvil_reset", new { forking = new { jsonRpcUrl = other.Url, blockNumber = 1 } });

        Assert.Equal("0x1", await node.TextAsync("eth_blockNumber"));
        Assert.Equal(3, await node.CountAsync());
        Assert.Equal($"0x{TestDevChain.ChainId:x}", await node.TextAsync("eth_chainId"));
        Assert.Equal($"{TestDevChain.ChainId}", await node.TextAsync("net_version"));
        Assert.Equal("0x2", await node.SendAsync());
        Assert.Equal("0x3", await node.SendAsync());
        foreach (var (arguments, block, count) in new (object, string, int)[]
            {
                (new { forking = new { blockNumber = "0x2" } }, "0x2", 5), (new { blockNumber = 1 }, "0x1", 3),
                (new { forking = new { } }, "0x2", 5),
            })
        {
            await node.CallAsync("hardhat_reset", arguments);
            Assert.Equal((block, count), (await node.TextAsync("eth_blockNumber"), await node.CountAsync()));
        }

        await node.CallAsync("anvil_reset");

        Assert.Equal("0x0", await node.TextAsync("eth_blockNumber"));
        Assert.Equal("0x7a69", await node.TextAsync("eth_chainId"));
        Assert.Equal(0, await node.CountAsync());
        Assert.Equal("0x1", await node.SendAsync());
        await node.CallAsync("hardhat_reset", new { forking = new { } });
        Assert.Equal("0x0", await node.TextAsync("eth_blockNumber"));
    }

    [Fact]
    public async Task What_cannot_be_forked_leaves_the_chain_as_it_is()
    {
        await using var other = await CounterNode.StartAsync();
        await using var node = await ResettableNode.StartAsync();
        await node.SendAsync();
        string url = other.Url;
        foreach (var (arguments, code) in new (object, int)[]
            {
                (new { forking = new { jsonRpcUrl = url, blockNumber = 99 } }, -32000),
                (new { forking = new { blockNumber = 1 } }, -32602),
                (new { forking = new { jsonRpcUrl = "file:///etc/passwd" } }, -32602),
                (new { forking = new { jsonRpcUrl = 7 } }, -32602),
                (new { forking = new { blockNumber = "-1" } }, -32602),
            })
        {
            var failure = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("anvil_reset", arguments));
            Assert.True(failure.Code == code, failure.Message);
            Assert.Equal("0x1", await node.TextAsync("eth_blockNumber"));
        }
        Assert.Equal("0x2", await node.SendAsync());
    }

    [Fact]
    public async Task Tools_learn_what_the_chain_is_a_fork_of()
    {
        await using var other = await CounterNode.StartAsync();
        var block = other.Mine(calls: 1).Block.Header;
        await using var node = await ResettableNode.StartAsync();
        JsonElement config = (await node.CallAsync("anvil_nodeInfo")).GetProperty("forkConfig");
        Assert.Equal(JsonValueKind.Null, config.GetProperty("forkUrl").ValueKind);
        Assert.False((await node.CallAsync("hardhat_metadata")).TryGetProperty("forkedNetwork", out _));
        string before = (await node.CallAsync("hardhat_metadata")).GetProperty("instanceId").GetString()!;

        await node.CallAsync("hardhat_reset", new { forking = new { jsonRpcUrl = other.Url } });

        config = (await node.CallAsync("anvil_nodeInfo")).GetProperty("forkConfig");
        Assert.Equal(other.Url, config.GetProperty("forkUrl").GetString());
        Assert.Equal(1, config.GetProperty("forkBlockNumber").GetInt32());
        JsonElement metadata = await node.CallAsync("hardhat_metadata");
        JsonElement network = metadata.GetProperty("forkedNetwork");
        Assert.Equal(block.Hash.ToString(), network.GetProperty("forkBlockHash").GetString());
        Assert.Equal((int)TestDevChain.ChainId, network.GetProperty("chainId").GetInt32());
        Assert.NotEqual(before, metadata.GetProperty("instanceId").GetString());
    }

    [Fact]
    public async Task Subscribers_and_filters_stay_and_snapshots_of_the_chain_before_are_gone()
    {
        await using var other = await CounterNode.StartAsync();
        other.Mine(calls: 1);
        await using var node = await ResettableNode.StartAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new(node.Url.Replace("http", "ws", StringComparison.Ordinal)), default);
        await RpcServerTests.Send(
            socket, """{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}""");
        await RpcServerTests.Receive(socket);
        string filter = await node.TextAsync("eth_newBlockFilter"), snapshot = await node.TextAsync("evm_snapshot");

        await node.CallAsync("anvil_reset", new { forking = new { jsonRpcUrl = other.Url } });
        Assert.Equal("0x2", await node.SendAsync());

        using var pushed = JsonDocument.Parse(await RpcServerTests.Receive(socket));
        Assert.Equal("0x2", pushed.RootElement.GetProperty("params").GetProperty("result").GetProperty("number")
            .GetString());
        Assert.Equal("False", await node.TextAsync("evm_revert", snapshot));
        Assert.Single((await node.CallAsync("eth_getFilterChanges", filter)).EnumerateArray());
    }

    [Fact]
    public async Task Resets_may_come_while_others_ask_and_send()
    {
        await using var other = await CounterNode.StartAsync();
        other.Mine(calls: 2);
        await using var node = await ResettableNode.StartAsync();
        using var done = new CancellationTokenSource();
        int answered = 0;
        Task[] others =
        [
            .. Enumerable.Range(0, 3).Select(i => Task.Run(async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    try
                    {
                        if (i == 0) await node.SendAsync(patienceMs: 500);
                        else if (i == 1) await node.CountAsync();
                        else await node.CallAsync("eth_getBlockByNumber", "latest", true);
                        Interlocked.Increment(ref answered);
                    }
                    catch (RpcFailure failure)
                    {
                        Assert.True(failure.Code is -32000 or -32602 or 4, failure.Message);
                    }
                }
            })),
        ];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Volatile.Read(ref answered) == 0) await Task.Delay(1, patience.Token);
        for (int i = 0; i < 12; i++)
            await node.CallAsync(
                "anvil_reset",
                i % 3 == 2 ? null : new { forking = new { jsonRpcUrl = other.Url, blockNumber = i % 2 } });
        await done.CancelAsync();
        await Task.WhenAll(others);
        await node.CallAsync("anvil_reset", new { forking = new { jsonRpcUrl = other.Url } });
        Assert.Equal(2, await node.CountAsync());
    }

    [Fact]
    public async Task While_the_other_node_is_silent_others_are_answered()
    {
        await using var other = await CounterNode.StartAsync();
        other.Mine(calls: 1);
        using var speaks = new ManualResetEventSlim(true);
        using var proxy = new FaultyProxy(other.Url)
        {
            Fails = _ =>
            {
                speaks.Wait(TimeSpan.FromMinutes(2));
                return false;
            },
        };
        await using var node = await ResettableNode.StartAsync();
        await node.CallAsync("anvil_reset", new { forking = new { jsonRpcUrl = proxy.Url } });
        speaks.Reset();
        Task<string>[] asking =
        [
            .. Enumerable.Range(0, 64).Select(i => node.TextAsync(
                "eth_getBalance", Address.FromNumber(0xabc00ul + (ulong)i).ToString(), "latest")),
        ];

        for (int i = 0; i < 20; i++)
            Assert.Equal($"0x{TestDevChain.ChainId:x}", await node.TextAsync("eth_chainId"));
        // On the same threads as those that wait, but for what is known here.
        for (int i = 0; i < 20; i++) Assert.Equal("True", await node.TextAsync("anvil_getAutomine"));
        Assert.DoesNotContain(asking, one => one.IsCompleted);

        speaks.Set();
        Assert.All(await Task.WhenAll(asking), balance => Assert.Equal("0x0", balance));
        JsonElement account = await node.CallAsync("eth_getAccountInfo", Counter, "latest");
        Assert.Equal("0x1", account.GetProperty("nonce").GetString());
        Assert.StartsWith("0x6000", account.GetProperty("code").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chain_in_a_folder_stays_there()
    {
        using var folder = new TemporaryFolder();
        await using var node = await ResettableNode.StartAsync(folder.Path);
        await node.SendAsync();
        var failure = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync(
            "anvil_reset", new { forking = new { jsonRpcUrl = "http://127.0.0.1:9" } }));
        Assert.Contains("--data", failure.Message, StringComparison.Ordinal);
        await node.CallAsync("anvil_reset");
        Assert.Equal("0x0", await node.TextAsync("eth_blockNumber"));
    }

    /// <summary>As weft node makes it, without what is printed.</summary>
    private sealed class ResettableNode : IAsyncDisposable
    {
        private readonly NodeChain _chain;
        private readonly WeftNode _node;
        private readonly HttpClient _client = new();

        private ResettableNode(string? folder)
        {
            var settings = new NodeSettings
            {
                Data = new(folder ?? "", 4 << 20, Durability.Exit, 2), HasData = folder is not null,
                Address = IPAddress.Loopback, Balance = 10, GasLimit = 30_000_000, ChainId = 31337, Accounts = 3,
            };
            _chain = NodeChain.Open(settings);
            var options = settings.ToOptions(_chain);
            _node = new(
                _chain.Database, _chain.Spec,
                options with { Http = options.Http with { Limits = TestNode.Patient }, Calls = TestNode.PatientCalls },
                NullLoggerFactory.Instance);
        }

        public string Url => $"http://{_node.HttpEndPoint}";

        public static async Task<ResettableNode> StartAsync(string? folder = null)
        {
            var node = new ResettableNode(folder);
            await node._node.StartAsync();
            return node;
        }

        public async Task<JsonElement> CallAsync(string method, params object?[] arguments)
        {
            using var answer = await _client.PostAsJsonAsync(
                Url, new { jsonrpc = "2.0", id = 1, method, @params = arguments });
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return json.RootElement.TryGetProperty("error", out JsonElement error)
                ? throw new RpcFailure(error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!)
                : json.RootElement.GetProperty("result").Clone();
        }

        public async Task<string> TextAsync(string method, params object?[] arguments) =>
            (await CallAsync(method, arguments)).ToString();

        /// <summary>What the contract of the other chain has counted.</summary>
        public async Task<int> CountAsync() =>
            Convert.ToInt32(await TextAsync("eth_getStorageAt", Counter, "0x0", "latest"), 16);

        /// <summary>Sends a wei and returns the number of its block.</summary>
        public async Task<string> SendAsync(int patienceMs = 60_000)
        {
            var (from, to) = (_chain.Accounts[0].Address.ToString(), _chain.Accounts[1].Address.ToString());
            var receipt = await CallAsync("eth_sendTransactionSync", new { from, to, value = "0x1" }, patienceMs);
            return receipt.GetProperty("blockNumber").GetString()!;
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _node.DisposeAsync();
            _chain.Dispose();
        }
    }
}
