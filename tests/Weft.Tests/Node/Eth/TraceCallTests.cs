using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Node.Eth;

public sealed class TraceCallTests
{
    private static readonly string Contract = $"{Address.FromNumber(0xc0de)}";

    [Fact]
    public async Task A_call_is_traced_with_overrides_of_state_and_block()
    {
        await using var node = await TestNode.StartAsync();
        // NUMBER, MSTORE at 0, RETURN 32 bytes.
        JsonElement trace = await Trace(node, "0x435f5260205ff3", new() { ["number"] = "0x1234" }, null);
        Assert.False(trace.GetProperty("failed").GetBoolean());
        Assert.EndsWith("1234", trace.GetProperty("returnValue").GetString(), StringComparison.Ordinal);
        Assert.Equal(6, trace.GetProperty("structLogs").GetArrayLength());
        Assert.Equal("NUMBER", trace.GetProperty("structLogs")[0].GetProperty("op").GetString());
        Assert.Equal("0x", (await node.CallAsync("eth_getCode", Contract, "latest")).GetString());
    }

    [Fact]
    public async Task Every_tracer_sees_a_call_and_the_gas_is_that_of_eth_call()
    {
        await using var node = await TestNode.StartAsync();
        // Writes 1 to slot 0 and reverts with nothing.
        JsonElement calls = await Trace(node, "0x60015f555f5ffd", [], "callTracer");
        Assert.Equal("execution reverted", calls.GetProperty("error").GetString());
        Assert.Equal(Contract, calls.GetProperty("to").GetString());
        JsonElement state = await Trace(node, "0x60015f55", [], "prestateTracer");
        Assert.True(state.GetProperty(Contract).TryGetProperty("storage", out _));
        JsonElement flat = await Trace(node, "0x60015f55", [], "flatCallTracer");
        Assert.Equal("call", flat[0].GetProperty("type").GetString());
        JsonElement plain = await Trace(node, "0x60015f55", [], null);
        // 21,000 for the transaction, 3 + 2 + 22,100 for the code.
        Assert.Equal(43105UL, plain.GetProperty("gas").GetUInt64());
    }

    [Fact]
    public async Task An_endless_call_ends_with_the_time_of_its_tracer_and_the_next_one_is_as_before()
    {
        await using var node = await TestNode.StartAsync();
        foreach (string? tracer in new[] { "noopTracer", "callTracer", null })
        {
            var failure = await Assert.ThrowsAsync<RpcFailure>(
                () => Trace(node, "0x5b5f56", [], tracer, new { timeout = "50ms", disableStack = true }));
            Assert.Equal(JsonRpcError.ServerError, failure.Code);
            JsonElement trace = await Trace(node, "0x60015f55", [], null);
            Assert.Equal(43105UL, trace.GetProperty("gas").GetUInt64());
        }
    }

    [Fact]
    public async Task What_cannot_be_executed_or_is_not_supported_is_an_error()
    {
        await using var node = await TestNode.StartAsync();
        var poor = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync(
            "debug_traceCall", new { from = Contract, to = Contract, value = "0x1" }, "latest", new { }));
        Assert.Contains("insufficient funds", poor.Message, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<RpcFailure>(
            () => node.CallAsync("debug_traceCall", new { to = Contract }, "latest", new { txIndex = "0x1" }));
        Assert.Equal(JsonRpcError.InvalidParams, failure.Code);
        // Only precompiles can be moved.
        var overrides = new Dictionary<string, object>
        {
            [Contract] = new { movePrecompileToAddress = $"{Address.FromNumber(7)}" },
        };
        failure = await Assert.ThrowsAsync<RpcFailure>(
            () => node.CallAsync("eth_call", new { to = Contract }, "latest", overrides));
        Assert.Equal(JsonRpcError.ServerError, failure.Code);
        failure = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync(
            "debug_traceCall", new { to = Contract }, "latest", new { stateOverrides = overrides }));
        Assert.Equal(JsonRpcError.ServerError, failure.Code);
    }

    private static Task<JsonElement> Trace(
        TestNode node, string code, Dictionary<string, string> block, string? tracer, object? others = null)
    {
        var options = new Dictionary<string, object?>
        {
            ["tracer"] = tracer, ["blockOverrides"] = block,
            ["stateOverrides"] = new Dictionary<string, object> { [Contract] = new { code } },
        };
        if (others is not null)
            foreach (var property in others.GetType().GetProperties())
                options.Add(property.Name, property.GetValue(others));
        return node.CallAsync("debug_traceCall", new { to = Contract, gas = "0x2faf080" }, "latest", options);
    }
}
