using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Tests.Node.Parallelism;
using Xunit;

namespace Weft.Tests.Cli.Snapshots;

public sealed class SnapshotCommandTests
{
    [Fact]
    public async Task Block_of_a_node_with_a_tracer_replays_elsewhere()
    {
        await using var node = await CounterNode.StartAsync();
        node.Mine(calls: 3);
        node.Mine(calls: 4, transfers: 2);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "two.zip");

        var taken = Take(node.Url, "--out", path, "1", "latest");

        Assert.Equal([1, 2], taken.Select(block => block.GetProperty("number").GetInt32()));
        Assert.All(taken, block => Assert.Equal("prestateTracer", block.GetProperty("stateBy").GetString()));
        Replay(path, blocks: 2);
    }

    [Fact]
    public async Task Without_tracer_batches_and_patience_it_is_read_value_by_value()
    {
        await using var node = await CounterNode.StartAsync();
        node.Mine(calls: 3);
        node.Mine(calls: 4, transfers: 2);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "blocks");
        using var proxy = new FaultyProxy(node.Url)
        {
            Missing = ["debug_", "eth_config"], RefusesBatches = true, Busy = 2,
        };

        var taken = Take(proxy.Url, "--out", path, "latest");

        Assert.Contains("single reads", taken[0].GetProperty("stateBy").GetString(), StringComparison.Ordinal);
        Replay(path, blocks: 1);
    }

    [Fact]
    public async Task Wrong_values_of_a_tracer_are_found_out_and_read_again()
    {
        await using var node = await CounterNode.StartAsync();
        node.Mine(calls: 3);
        node.Mine(calls: 4);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "block.zip");
        using var proxy = new FaultyProxy(node.Url) { Change = WithoutStorage };

        var taken = Take(proxy.Url, "--out", path, "2");

        Assert.Contains("single reads", taken[0].GetProperty("stateBy").GetString(), StringComparison.Ordinal);
        Replay(path, blocks: 1);

        static JsonNode? WithoutStorage(string method, JsonNode? result)
        {
            if (method != "debug_traceBlockByHash") return result;
            foreach (var trace in result!.AsArray())
                foreach (var (_, account) in trace!["result"]!.AsObject())
                    if (account!["storage"] is JsonObject storage)
                        foreach (string slot in storage.Select(one => one.Key).ToArray())
                            storage[slot] = "0x" + new string('0', 64);
            return result;
        }
    }

    [Fact]
    public async Task What_cannot_be_proven_is_not_written()
    {
        await using var node = await CounterNode.StartAsync();
        node.Mine(calls: 3);
        node.Mine(calls: 4);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "block.zip");
        using var liar = new FaultyProxy(node.Url)
        {
            Missing = ["debug_"],
            Change = (method, result) => method == "eth_getStorageAt" ? "0x0" : result,
        };
        using var forger = new FaultyProxy(node.Url)
        {
            Change = (method, result) =>
            {
                if (method == "eth_getBlockByNumber") result!["gasUsed"] = "0x1";
                return result;
            },
        };

        var (code, _, error) = CommandLine.Run("snapshot", "--rpc", liar.Url, "2", "--out", path);
        Assert.Equal(2, code);
        Assert.Contains("differs from its header", error, StringComparison.Ordinal);
        (code, _, error) = CommandLine.Run("snapshot", "--rpc", forger.Url, "2", "--out", path);
        Assert.Equal(2, code);
        Assert.Contains("the header's fields hash to", error, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
        Assert.DoesNotContain("secret-key", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_asked_wrongly_is_said_in_one_line()
    {
        await using var node = await CounterNode.StartAsync();
        foreach (var (arguments, expected) in new (string[], string)[]
                 {
                     (["--rpc", "nonsense", "1"], "no http or https URL"), (["--rpc", node.Url, "7"], "has no block 7"),
                     (["--rpc", node.Url, "x"], "is no block"), (["--rpc", node.Url, "0"], "genesis"),
                     (["--rpc", node.Url], "BLOCK"), (["1"], "--rpc"),
                 })
        {
            var (code, _, error) = CommandLine.Run(["snapshot", .. arguments]);
            Assert.Equal(2, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
        }
    }

    private static JsonElement[] Take(string url, params string[] arguments)
    {
        var (code, text, error) = CommandLine.Run(["snapshot", "--rpc", url, "--json", .. arguments]);
        Assert.Equal((0, ""), (code, error));
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("blocks").EnumerateArray()];
    }

    private static void Replay(string path, int blocks)
    {
        var (code, text, error) = CommandLine.Run("replay", path, "--strategy", "optimistic");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"{blocks} of {blocks} blocks proven", text, StringComparison.Ordinal);
    }
}
