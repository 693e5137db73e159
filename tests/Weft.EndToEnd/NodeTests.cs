using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Weft.Cli;
using Xunit;

namespace Weft.EndToEnd;

/// <summary>weft node --dev in a process of its own, and the programs that developers point at it.</summary>
public sealed class NodeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const string Alice = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", Bob =
        "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

    private readonly string _folder = Directory.CreateTempSubdirectory("weft-test-").FullName;
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Viem_ethers_OpenZeppelin_Uniswap_Foundry_and_Hardhat_are_content()
    {
        if (!Clients.AreInstalled()) return;
        using var node = new RunningNode();
        Clients.Run(TimeSpan.FromMinutes(5), ["run.mjs", "--rpc", node.Url]);
    }

    [Fact]
    public async Task Ended_by_SIGTERM_a_node_loses_nothing()
    {
        string balance;
        using (var node = new RunningNode("--data", _folder))
        {
            await Call(node, "eth_sendTransaction", new { from = Alice, to = Bob, value = "0x7b" });
            await Call(node, "anvil_setBalance", "0x00000000000000000000000000000000000abcde", "0x1234");
            await Call(node, "evm_mine");
            await Call(node, "anvil_setStorageAt", "0x00000000000000000000000000000000000abcde", "0x1", Word(77));
            balance = (await Call(node, "eth_getBalance", Bob, "latest")).GetString()!;
            Assert.Equal(0, node.Stop());
        }
        using (var node = new RunningNode("--data", _folder))
        {
            Assert.Equal("0x2", (await Call(node, "eth_blockNumber")).GetString());
            Assert.Equal(balance, (await Call(node, "eth_getBalance", Bob, "latest")).GetString());
            Assert.Equal("0x1234", (await Call(
                node, "eth_getBalance", "0x00000000000000000000000000000000000abcde", "latest")).GetString());
            Assert.Equal(Word(77), (await Call(
                node, "eth_getStorageAt", "0x00000000000000000000000000000000000abcde", "0x1", "latest")).GetString());
            await Call(node, "evm_mine");
            Assert.Equal(0, node.Stop());
        }
    }

    [Fact]
    public async Task Blocks_come_every_ten_milliseconds()
    {
        using var node = new RunningNode("--block-time", "10");
        var watch = Stopwatch.StartNew();
        ulong first = await BlockNumber(node), last = first;
        while (last < first + 100 && watch.Elapsed < Patience)
        {
            await Task.Delay(50);
            last = await BlockNumber(node);
        }
        // How fast is for `weft bench node` to say: a busy machine is late. Never faster, though, and they keep coming.
        Assert.InRange(last - first, 100ul, (ulong)watch.ElapsedMilliseconds / 10 + 10);
        Assert.Equal(0, node.Stop());
    }

    private async Task<ulong> BlockNumber(RunningNode node) =>
        Convert.ToUInt64((await Call(node, "eth_blockNumber")).GetString(), 16);

    private static string Word(int value) => $"0x{value:x64}";

    private async Task<JsonElement> Call(RunningNode node, string method, params object[] arguments)
    {
        using var answer = await _client.PostAsJsonAsync(
            node.Url, new { jsonrpc = "2.0", id = 1, method, @params = arguments });
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(json.TryGetProperty("result", out var result), $"{method}: {json}");
        return result;
    }

    /// <summary>A development node on a free port, ready when this is there.</summary>
    private sealed class RunningNode : IDisposable
    {
        private readonly WeftProcess _process;
        private readonly TaskCompletionSource<string> _url = new();

        public RunningNode(params string[] arguments)
        {
            _process = WeftProcess.Start(
                ["node", "--dev", "--http.port", "0", "--json", .. arguments], null, OnLine);
            if (!_url.Task.Wait(Patience)) throw new InvalidOperationException($"no node: {_process.Output}");
        }

        public string Url => _url.Task.Result;

        /// <summary>The exit code.</summary>
        public int Stop()
        {
            _process.Terminate();
            Assert.True(_process.Wait(Patience), "the node does not end");
            return _process.Wait();
        }

        public void Dispose()
        {
            _process.Kill();
            _process.Dispose();
        }

        private void OnLine(string line)
        {
            if (!line.StartsWith('{') || !line.Contains("\"http\"", StringComparison.Ordinal)) return;
            using var ready = JsonDocument.Parse(line);
            _url.TrySetResult(ready.RootElement.GetProperty("http").GetString()!);
        }
    }
}
