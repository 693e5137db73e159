using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Tests.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Parallelism;

public sealed class ParallelismMethodsTests
{
    [Fact]
    public async Task Trace_has_every_attempt_and_says_why_it_did_not_hold()
    {
        await using var node = await CounterNode.StartAsync();
        var block = node.Mine(calls: 8).Block;

        foreach (object options in new object[] { new { cores = 4 }, new { threads = 2, repeat = 1 } })
        {
            var trace = node.Call("weft_traceBlock", "latest", options);

            Assert.Equal(block.Header.Hash.ToString(), trace.GetProperty("hash").GetString());
            Assert.Equal("0x1", trace.GetProperty("number").GetString());
            var events = trace.GetProperty("events").EnumerateArray().ToArray();
            var executed = events.Where(done => done.GetProperty("kind").GetString() == "Execute")
                .Select(done => done.GetProperty("transaction").GetInt32()).ToHashSet();
            Assert.Superset(Enumerable.Range(1, 8).ToHashSet(), executed);
            Assert.All(events, done => Assert.True(
                done.GetProperty("endMicroseconds").GetDouble() >= done.GetProperty("startMicroseconds").GetDouble()));
            foreach (var done in events.Where(done => done.GetProperty("outcome").GetString() == "Again"))
            {
                if (done.GetProperty("cause").GetProperty("reason").GetString() == "InDoubt") continue;
                var location = done.GetProperty("cause").GetProperty("location");
                Assert.Equal(CounterNode.Counter.ToString(), location.GetProperty("address").GetString());
                // What is read only by mistake, at another count, has no place in the right execution.
                if (location.GetProperty("slot").GetString() != "0x0") continue;
                Assert.Equal("SLOAD", done.GetProperty("cause").GetProperty("read").GetProperty("opcode").GetString());
            }
            Assert.False(trace.TryGetProperty("difference", out _));
        }
    }

    [Fact]
    public async Task Virtual_cores_that_all_want_one_slot_wait_or_repeat()
    {
        await using var node = await CounterNode.StartAsync();
        node.Mine(calls: 8);

        var trace = node.Call("weft_traceBlock", "latest", new { cores = 8 });

        Assert.Contains(trace.GetProperty("events").EnumerateArray(), done =>
            done.GetProperty("kind").GetString() == "Wait"
            || done.GetProperty("outcome").GetString() is "Again" or "Blocked");
    }

    [Fact]
    public async Task Explanation_of_a_past_block_names_the_slot_and_the_instruction()
    {
        await using var node = await CounterNode.StartAsync();
        var block = node.Mine(calls: 6).Block;
        node.Mine(calls: 1);

        var why = node.Call("weft_explainBlock", block.Header.Hash.ToString(), new { top = 3 });

        var spot = why.GetProperty("hotSpots")[0];
        Assert.Equal(CounterNode.Counter.ToString(), spot.GetProperty("address").GetString());
        Assert.Equal(5, spot.GetProperty("dependents").GetInt32());
        Assert.Equal("0x0", spot.GetProperty("locations")[0].GetProperty("location").GetProperty("slot").GetString());
        Assert.Equal(2, spot.GetProperty("read").GetProperty("pc").GetInt32());
        Assert.True(spot.GetProperty("parallelismWithout").GetDouble() > why.GetProperty("parallelism").GetDouble());
        Assert.True(why.GetProperty("chain").GetProperty("links").GetArrayLength() >= 5);
    }

    [Fact]
    public async Task Access_list_comes_as_json_and_as_the_same_list_in_rlp()
    {
        await using var node = await CounterNode.StartAsync();
        node.Mine(calls: 5);

        var answer = node.Call("weft_getBlockAccessList", "0x1");

        Assert.True(Hex.TryDecode(answer.GetProperty("rlp").GetString()!, out byte[] rlp));
        var list = BlockAccessList.Decode(rlp);
        Assert.Equal(list.ComputeHash().ToString(), answer.GetProperty("hash").GetString());
        var slot = list.Accounts.Single(account => account.Address == CounterNode.Counter).StorageChanges
            .Single(slot => slot.Changes.Length == 5);
        Assert.Equal([1, 2, 3, 4, 5], slot.Changes.Select(change => (int)change.Value.U0));
        Assert.Equal(
            list.Accounts.Select(account => account.Address.ToString()),
            answer.GetProperty("accessList").EnumerateArray().Select(item => item.GetProperty("address").GetString()));
    }

    [Fact]
    public async Task Estimate_says_which_calls_need_which_and_by_what()
    {
        await using var node = await CounterNode.StartAsync();
        var calls = Enumerable.Range(0, 4).Select(_ => (object)new { to = CounterNode.Counter.ToString() })
            .Concat(Enumerable.Range(1, 4).Select(i => new { to = Address.FromNumber((ulong)i << 20).ToString() }))
            .Append(new { from = node.Accounts[0].ToString(), to = node.Accounts[1].ToString(), value = "0x1" });

        var estimate = node.Call("weft_estimateParallelism", calls, "latest", new { cores = new[] { 2, 8 } });

        var answers = estimate.GetProperty("calls").EnumerateArray().ToArray();
        Assert.Equal(9, answers.Length);
        Assert.All(answers, one => Assert.True(one.GetProperty("succeeded").GetBoolean()));
        for (int i = 1; i < 4; i++)
        {
            var last = answers[i].GetProperty("dependsOn").EnumerateArray().Last();
            Assert.Equal(i - 1, last.GetProperty("call").GetInt32());
            Assert.Equal(
                CounterNode.Counter.ToString(), last.GetProperty("locations")[0].GetProperty("address").GetString());
        }
        Assert.All(answers[4..], one => Assert.Equal(0, one.GetProperty("dependsOn").GetArrayLength()));
        Assert.Equal([0, 1, 2, 3], estimate.GetProperty("chain").EnumerateArray().Select(one => one.GetInt32()));
        Assert.Equal(
            [2, 8],
            estimate.GetProperty("forecasts").EnumerateArray().Select(one => one.GetProperty("cores").GetInt32()));
    }

    [Fact]
    public async Task What_cannot_be_answered_is_an_error_that_says_why()
    {
        await using var node = await CounterNode.StartAsync();
        node.Mine(calls: 1);
        object[] greedy = [.. Enumerable.Range(0, 3).Select(_ => new { gas = "0x3000000" })];

        Assert.Contains("genesis", node.Fail("weft_traceBlock", "0x0").Message, StringComparison.Ordinal);
        Assert.Contains("not found", node.Fail("weft_explainBlock", "0x99").Message, StringComparison.Ordinal);
        Assert.Equal(-32602, node.Fail("weft_traceBlock", "latest", new { threads = 3 }).Code);
        Assert.Equal(-32602, node.Fail("weft_traceBlock", "latest", new { strategy = "fastest" }).Code);
        Assert.Equal(-32602, node.Fail("weft_traceBlock", "latest", new { strategy = "serial", cores = 2 }).Code);
        Assert.Equal(-32602, node.Fail("weft_estimateParallelism", greedy, "latest").Code);
        var noCores = new { cores = new[] { 0 } };
        Assert.Equal(-32602, node.Fail("weft_estimateParallelism", greedy[..1], "latest", noCores).Code);
        var many = new object[1001].Select(_ => new { });
        Assert.Equal(-32005, node.Fail("weft_estimateParallelism", many, "latest").Code);
        var poor = new[] { new { value = "0xffffffffffffffffffffffff" } };
        Assert.Contains("invalid", node.Fail("weft_estimateParallelism", poor).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Order_that_is_that_of_the_fees_costs_and_wins_nothing()
    {
        await using var node = await CounterNode.StartAsync();
        node.Mine(calls: 3, transfers: 2);

        var order = node.Call("weft_explainOrder", "latest", new { cores = new[] { 2, 8 } });

        Assert.Equal(0, order.GetProperty("moved").GetInt32());
        Assert.Equal(order.GetProperty("fees").GetString(), order.GetProperty("feesByPrice").GetString());
        Assert.Equal(
            [2, 8], order.GetProperty("forecasts").EnumerateArray().Select(one => one.GetProperty("cores").GetInt32()));
        Assert.All(
            order.GetProperty("forecasts").EnumerateArray(),
            one => Assert.Equal(0, one.GetProperty("wonMicroseconds").GetDouble()));
    }

    [Fact]
    public async Task Lanes_are_pushed_after_each_block()
    {
        await using var node = await CounterNode.StartAsync();
        using var socket = new ClientWebSocket();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await socket.ConnectAsync(new($"ws://{node.Node.HttpEndPoint}"), timeout.Token);
        await socket.SendAsync(
            """{"jsonrpc":"2.0","id":1,"method":"weft_subscribe","params":["lanes"]}"""u8.ToArray(),
            WebSocketMessageType.Text, true, timeout.Token);
        string id = (await Receive(socket)).GetProperty("result").GetString()!;

        node.Mine(calls: 3, transfers: 2);
        var pushed = await Receive(socket);

        Assert.Equal("weft_subscription", pushed.GetProperty("method").GetString());
        Assert.Equal(id, pushed.GetProperty("params").GetProperty("subscription").GetString());
        var lanes = pushed.GetProperty("params").GetProperty("result");
        Assert.Equal(5, lanes.GetProperty("transactions").GetInt32());
        Assert.Equal(3, lanes.GetProperty("laneCount").GetInt32());
        Assert.Equal(3, lanes.GetProperty("lanes")[0].GetProperty("size").GetInt32());
        Assert.Equal(
            CounterNode.Counter.ToString(), lanes.GetProperty("hottest")[0].GetProperty("address").GetString());
    }

    private static async Task<JsonElement> Receive(ClientWebSocket socket)
    {
        using var message = JsonDocument.Parse(await RpcServerTests.Receive(socket));
        return message.RootElement.Clone();
    }
}
