using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Node.Hostile;

/// <summary>Nothing runs beside these: they look at time and memory.</summary>
[CollectionDefinition(nameof(HostileClients), DisableParallelization = true)]
public sealed class HostileClients;

/// <summary>Requests that are wrong or too much: an error each, and nobody else notices.</summary>
[Collection(nameof(HostileClients))]
public sealed class HostileClientTests
{
    private const int Megabyte = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Contract = $"{Address.FromNumber(0xbad)}";

    [Fact]
    public async Task Requests_that_are_no_json_or_nested_deeply_are_errors_and_never_internal_ones()
    {
        await using var node = await TestNode.StartAsync();
        string[] seeds =
        [
            """{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}""",
            """{"jsonrpc":"2.0","id":"x","method":"eth_call","params":[{"to":"0xbad","data":"0x00"},"latest",{}]}""",
            """[{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x0","topics":[null]}]}]""",
            """{"jsonrpc":"2.0","id":1,"method":"debug_traceCall","params":[{},"latest",{"tracer":"callTracer"}]}""",
            """{"jsonrpc":"2.0","id":1,"method":"eth_feeHistory","params":["0x5","latest",[1,50,99]]}""",
            """{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["0x02f86f"]}""",
        ];
        await Bystander.Endures(node, "malformed JSON", async () =>
        {
            var random = new Random(7);
            for (int i = 0; i < 1500; i++)
                AssertExpected(await node.PostAsync(Mutate(seeds[random.Next(seeds.Length)], random)));
            foreach (string open in new[] { "[", "{\"a\":" })
            {
                string nested = string.Concat(Enumerable.Repeat(open, 100_000));
                Assert.Contains("-32700", await node.PostAsync(nested), StringComparison.Ordinal);
                Assert.Contains(
                    "-32700", await node.PostAsync($$"""{"id":1,"params":{{nested}}"""), StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public async Task Body_of_100_megabytes_is_refused_by_its_length_before_it_is_sent()
    {
        await using var node = await TestNode.StartAsync();
        await Bystander.Endures(node, "100 MB announced", async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                using var client = RawClient.To(node.Node.HttpEndPoint);
                await client.SendAsync(RawClient.Head($"Content-Length: {100 * Megabyte}"));
                Assert.Contains("413", await client.ReadStatusAsync(Patience), StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public async Task Body_of_100_megabytes_without_a_length_is_refused_when_it_exceeds_the_limit()
    {
        await using var node = await TestNode.StartAsync();
        var chunk = new byte[Megabyte + 10];
        Encoding.ASCII.GetBytes("100000\r\n").CopyTo(chunk, 0);
        chunk.AsSpan(8, Megabyte).Fill((byte)' ');
        "\r\n"u8.CopyTo(chunk.AsSpan(Megabyte + 8));
        await Bystander.Endures(node, "100 MB in chunks", async () =>
        {
            using var client = RawClient.To(node.Node.HttpEndPoint);
            await client.SendAsync(RawClient.Head("Transfer-Encoding: chunked"));
            Task<string> answer = client.ReadStatusAsync(Patience);
            int sent = 0;
            for (; sent < 100 && !answer.IsCompleted; sent++)
            {
                try
                {
                    await client.SendAsync(chunk);
                }
                catch (IOException)
                {
                    break;
                }
            }
            Assert.Contains("413", await answer, StringComparison.Ordinal);
            Console.WriteLine($"100 MB in chunks: refused after {sent} MB");
        });
    }

    [Fact]
    public async Task Large_bodies_of_many_clients_share_one_budget_and_it_comes_back()
    {
        var limits = TestNode.Patient with { MaxTransferBytes = 8 * Megabyte };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        var blank = new byte[3 * Megabyte];
        blank.AsSpan().Fill((byte)' ');
        var clients = new List<RawClient>();
        var answers = new List<Task<string>>();
        for (int i = 0; i < 6; i++)
        {
            clients.Add(RawClient.To(node.Node.HttpEndPoint));
            await clients[i].SendAsync(RawClient.Head($"Content-Length: {blank.Length + 1}"));
            try
            {
                await clients[i].SendAsync(blank);
            }
            catch (IOException)
            {
                // Whoever has no room may have been refused, and its connection ended, before all of it was sent.
            }
            answers.Add(clients[i].ReadStatusAsync(Patience));
        }
        // Two have room, all but the last byte of each; the others are told so.
        while (answers.Count(answer => answer.IsCompleted) < 4) await Task.Delay(10);
        foreach (var answer in answers.Where(answer => answer.IsCompleted))
            Assert.Contains("503", await answer, StringComparison.Ordinal);
        Assert.Equal("0x7a69", (await node.CallAsync("eth_chainId")).GetString());
        foreach (RawClient client in clients) client.Dispose();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience;)
        {
            if ((await node.PostAsync(Encoding.ASCII.GetString(blank))).Contains("-32700", StringComparison.Ordinal))
                return;
            await Task.Delay(10);
        }
        Assert.Fail("the memory of clients that are gone did not come back");
    }

    [Fact]
    public async Task Slow_senders_of_headers_and_bodies_are_cut_off()
    {
        var limits = new RpcLimits { HeaderTime = TimeSpan.FromSeconds(2), BodyTime = TimeSpan.FromSeconds(2) };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        await Bystander.Endures(node, "300 slow senders", async () =>
        {
            var clients = Enumerable.Range(0, 300).Select(_ => RawClient.To(node.Node.HttpEndPoint)).ToArray();
            Task<string>[] ends =
            [
                .. clients.Select((client, i) => Drip(client, i % 2 == 0
                    ? "POST / HTTP/1.1\r\nHost: localhost\r\nX-Header: "
                    : RawClient.Head("Content-Length: 1000") + "[")),
            ];
            string[] answers = await Task.WhenAll(ends);
            foreach (RawClient client in clients) client.Dispose();
            Assert.Equal(300, answers.Count(answer => answer.Contains(" 408 ", StringComparison.Ordinal)));
        });
    }

    [Fact]
    public async Task Thousand_idle_sockets_are_nothing_to_others()
    {
        await using var node = await TestNode.StartAsync();
        await Bystander.Endures(node, "1,000 idle sockets", async () =>
        {
            var clients = new List<RawClient>();
            for (int i = 0; i < 1000; i++) clients.Add(RawClient.To(node.Node.HttpEndPoint));
            await Task.Delay(300);
            foreach (RawClient client in clients) client.Dispose();
        });
    }

    [Fact]
    public async Task Endless_calls_and_traces_end_with_an_error()
    {
        var limits = new RpcLimits { CallTime = TimeSpan.FromMilliseconds(300) };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        // JUMPDEST PUSH0 JUMP.
        var code = new Dictionary<string, object> { [Contract] = new { code = "0x5b5f56" } };
        var call = new { to = Contract, gas = "0x7fffffffffffffff" };
        await Bystander.Endures(node, "64 endless calls", async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
            {
                try
                {
                    var answer = await ((i % 4) switch
                    {
                        0 => node.CallAsync("eth_estimateGas", call, "latest", code),
                        1 => node.CallAsync(
                            "debug_traceCall", call, "latest", new { stateOverrides = code, timeout = "100ms" }),
                        2 => node.CallAsync("eth_createAccessList", call, "latest", code),
                        _ => node.CallAsync("eth_call", call, "latest", code),
                    });
                    // A fast machine comes to the end of the gas first, which for these two is a result.
                    Assert.True(i % 4 is 1 or 2, $"{i}: {answer}");
                    Assert.Contains(
                        i % 4 == 1 ? "\"failed\":true" : "out of gas", answer.GetRawText(), StringComparison.Ordinal);
                }
                catch (RpcFailure failure)
                {
                    Assert.Equal(JsonRpcError.ServerError, failure.Code);
                }
            }));
        });
        // The limit holds for this one as well, which may wait for a processor.
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience;)
        {
            try
            {
                Assert.Equal("0x", (await node.CallAsync("eth_call", call, "latest")).GetString());
                return;
            }
            catch (RpcFailure failure)
            {
                Assert.Equal(JsonRpcError.ServerError, failure.Code);
            }
        }
        Assert.Fail("there is no time for a short call any more");
    }

    [Fact]
    public async Task Query_for_too_many_logs_is_an_error()
    {
        await using var node = await TestNode.StartAsync();
        // PUSH3 20001, then LOG0 of nothing and one less until it is zero.
        const string Logger = "0x62004e215b5f5fa0600190038060045700";
        await node.CallAsync(
            "eth_sendTransaction",
            new { from = $"{TestNode.Accounts[0].Address}", input = Logger, gas = "0xa00000" });
        for (int i = 0; i < 6000 && (await node.CallAsync("eth_blockNumber")).GetString() == "0x0"; i++)
            await Task.Delay(10);
        async Task Query()
        {
            var failure = await Assert.ThrowsAsync<RpcFailure>(
                () => node.CallAsync("eth_getLogs", new { fromBlock = "0x0", toBlock = "latest" }));
            Assert.Equal(JsonRpcError.LimitExceeded, failure.Code);
        }
        await Bystander.Endures(
            node, "32 large log queries", () => Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Query())));
        var future = await Assert.ThrowsAsync<RpcFailure>(
            () => node.CallAsync("eth_getLogs", new { fromBlock = "0x0", toBlock = "0x7fffffffffffffff" }));
        Assert.Equal(JsonRpcError.InvalidParams, future.Code);
    }

    [Fact]
    public async Task Batches_are_bounded_by_calls_and_by_the_bytes_of_their_answers()
    {
        var limits = TestNode.Patient with { MaxResponseBytes = Megabyte };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        await Bystander.Endures(node, "giant batches", async () =>
        {
            string one = """{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}""";
            string many = await node.PostAsync($"[{string.Join(',', Enumerable.Repeat(one, 100_000))}]");
            Assert.Contains("-32600", many, StringComparison.Ordinal);
            // Each answer has 100 kB: PUSH2 50000 PUSH0 RETURN.
            string large = LargeCall(Contract, "0x61c3505ff3");
            string answers = await node.PostAsync($"[{string.Join(',', Enumerable.Repeat(large, 1000))}]");
            Assert.InRange(answers.Length, Megabyte, 2 * Megabyte);
            using var json = JsonDocument.Parse(answers);
            Assert.Equal(1000, json.RootElement.GetArrayLength());
            Assert.Equal(-32005, json.RootElement[999].GetProperty("error").GetProperty("code").GetInt32());
        });
    }

    /// <summary>A call of code that stands in the call.</summary>
    internal static string LargeCall(string contract, string code) => JsonSerializer.Serialize(new
    {
        jsonrpc = "2.0", id = 1, method = "eth_call",
        @params = new object[]
        {
            new { to = contract }, "latest", new Dictionary<string, object> { [contract] = new { code } },
        },
    });

    private static void AssertExpected(string answer)
    {
        // A batch of notifications has no answer, nor has a notification.
        if (answer.Length == 0) return;
        using var json = JsonDocument.Parse(answer);
        Assert.DoesNotContain(
            $"\"code\":{JsonRpcError.InternalError}", answer, StringComparison.Ordinal);
    }

    private static string Mutate(string seed, Random random)
    {
        var text = new StringBuilder(seed);
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            int at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0: text[at] = (char)random.Next(32, 127); break;
                case 1: text.Remove(at, Math.Min(text.Length - at - 1, random.Next(6))); break;
                case 2: text.Insert(at, seed.AsSpan(random.Next(seed.Length / 2), random.Next(seed.Length / 2))); break;
                default: text.Insert(at, "\"[]{},:0x"[random.Next(9)]); break;
            }
        }
        return text.ToString();
    }

    /// <summary>A byte now and then, until the node has had enough.</summary>
    private static async Task<string> Drip(RawClient client, string beginning)
    {
        await client.SendAsync(beginning);
        Task<string> end = client.ReadToEndAsync(Patience);
        while (!end.IsCompleted)
        {
            try
            {
                await client.SendAsync("a");
            }
            catch (IOException)
            {
                break;
            }
            await Task.Delay(100);
        }
        return await end;
    }
}
