using System.Text.Json.Nodes;
using Weft.Conformance.Primitives;
using Xunit;

namespace Weft.Conformance.Tracing;

/// <summary>The tracers against the cases of go-ethereum (tracers.zip); erc7562Tracer is not among ours.</summary>
public sealed class TracerVectorTests
{
    [Theory]
    [InlineData("call_tracer", 7)]
    [InlineData("call_tracer_withLog", 6)]
    public void Call_tracer_says_what_geth_says(string folder, int count) =>
        AssertAll(folder, count, "callTracer", (expected, found) =>
            AssertSame(expected, WithIndexWhere(expected, found)));

    [Theory]
    [InlineData("prestate_tracer", 9)]
    [InlineData("prestate_tracer_with_diff_mode", 5)]
    public void Prestate_tracer_says_what_geth_says(string folder, int count) =>
        AssertAll(folder, count, "prestateTracer", (expected, found) => AssertSame(expected, found));

    /// <summary>As geth compares them: without the place of the transaction, which the cases are not run at, with no
    /// result the same as an empty one and no value the same as zero, for some were recorded so.</summary>
    [Fact]
    public void Flat_call_tracer_says_what_geth_says() =>
        AssertAll("call_tracer_flat", 19, "flatCallTracer", (expected, found) =>
            AssertSame(NormaliseFlat(expected), NormaliseFlat(found)));

    /// <summary>
    /// These were recorded by the JavaScript tracer of before, which knew less: it has no gas for calls that were not
    /// made or that ran no code and calls their errors internal; no value for DELEGATECALL; and 0x for an empty output.
    /// Everything else is the same.
    /// </summary>
    [Fact]
    public void Call_tracer_says_what_the_one_before_said() =>
        AssertAll("call_tracer_legacy", 8, "callTracer", (expected, found) =>
            AssertSame(expected, LeaveOutWhatLegacyLacks(expected, found)));

    private static void AssertAll(string folder, int count, string tracer, Action<JsonNode, JsonNode> assertSame)
    {
        if (Fixtures.OpenZip("tracers.zip") is not { } archive) return;
        using (archive)
        {
            int cases = 0;
            foreach (var entry in archive.Entries)
            {
                if (!entry.FullName.StartsWith(folder + "/", StringComparison.Ordinal)) continue;
                cases++;
                using var json = Json.Parse(entry);
                var vector = new TracerVector(json.RootElement);
                var expected = JsonNode.Parse(vector.Expected.GetRawText())!;
                var found = JsonNode.Parse(
                    vector.Trace(tracer).GetRawText(), documentOptions: new() { MaxDepth = 4096 })!;
                try
                {
                    assertSame(expected, found);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"{entry.FullName}: {e.Message}", e);
                }
            }
            Assert.Equal(count, cases);
        }
    }

    /// <summary>Equal but for the order of members.</summary>
    private static void AssertSame(JsonNode expected, JsonNode found) =>
        Assert.True(JsonNode.DeepEquals(expected, found), Difference(expected, found, "$"));

    private static string? Difference(JsonNode? expected, JsonNode? found, string path)
    {
        if (JsonNode.DeepEquals(expected, found)) return null;
        if (expected is JsonObject a && found is JsonObject b)
            return a.Select(m => m.Key).Union(b.Select(m => m.Key))
                .Select(name => Difference(a[name], b[name], $"{path}.{name}")).First(line => line is not null);
        if (expected is JsonArray list && found is JsonArray other && list.Count == other.Count)
            return list.Select((item, i) => Difference(item, other[i], $"{path}[{i}]")).First(line => line is not null);
        return $"{path}: expected {Shorten(expected)}, found {Shorten(found)}";
    }

    private static string Shorten(JsonNode? node)
    {
        string text = node?.ToJsonString(new() { MaxDepth = 4096 }) ?? "nothing";
        return text.Length <= 400 ? text : text[..400] + "…";
    }

    /// <summary>Older cases do not say which log of the block one is.</summary>
    private static JsonNode WithIndexWhere(JsonNode expected, JsonNode found)
    {
        if (expected.ToJsonString().Contains("\"index\"", StringComparison.Ordinal)) return found;
        foreach (var log in found["logs"]?.AsArray() ?? []) log!.AsObject().Remove("index");
        foreach (var call in found["calls"]?.AsArray() ?? []) WithIndexWhere(expected, call!);
        return found;
    }

    private static JsonArray NormaliseFlat(JsonNode trace)
    {
        var normal = trace.DeepClone().AsArray();
        foreach (var call in normal)
        {
            var members = call!.AsObject();
            foreach (string name in (string[])
                ["blockHash", "blockNumber", "transactionHash", "transactionPosition", "time"]) members.Remove(name);
            var result = members["result"] as JsonObject ?? [];
            members.Remove("result");
            foreach (var holder in (JsonObject[])[result, members["action"]!.AsObject()])
                foreach (var (name, value) in holder.ToArray())
                    if (value is null || value.ToString().AsSpan().TrimStart("0x").IsEmpty) holder.Remove(name);
            members["result"] = result.DeepClone();
        }
        return normal;
    }

    private static JsonNode LeaveOutWhatLegacyLacks(JsonNode expected, JsonNode found)
    {
        var (old, now) = (expected.AsObject(), found.DeepClone().AsObject());
        foreach (string name in (string[])["gas", "gasUsed", "value"])
            if (!old.ContainsKey(name) && old["type"]!.ToString() is var type
                && (name != "value" || type == "DELEGATECALL")) now.Remove(name);
        if (old["output"]?.ToString() == "0x" && !now.ContainsKey("output")) now["output"] = "0x";
        if (old["error"]?.ToString() == "internal failure" && now.ContainsKey("error"))
            now["error"] = "internal failure";
        if (old["to"]?.ToString() is { } to && string.Equals(to, now["to"]?.ToString(),
            StringComparison.OrdinalIgnoreCase)) now["to"] = to;
        if (old["calls"] is not JsonArray calls || now["calls"] is not JsonArray others || calls.Count != others.Count)
            return now;
        now["calls"] = new JsonArray(
            [.. calls.Select((call, i) => LeaveOutWhatLegacyLacks(call!, others[i]!).DeepClone())]);
        return now;
    }
}
