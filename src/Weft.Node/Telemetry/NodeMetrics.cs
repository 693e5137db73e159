using System.Globalization;
using System.Text;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Rpc;
using Weft.Primitives.Blocks;

namespace Weft.Node;

/// <summary>What the node tells those who watch over it. Safe on any thread.</summary>
internal sealed class NodeMetrics(LiveChain chain, TransactionPool pool, RpcServer http, RpcServer? engine)
{
    public string WriteHealth()
    {
        BlockHeader head = chain.Head;
        return $$"""{"status":"ok","block":{{head.Number}},"hash":"{{head.Hash}}","pending":{{pool.PendingCount}}}""";
    }

    /// <summary>The text format of Prometheus, 0.0.4.</summary>
    public string WritePrometheus()
    {
        var text = new StringBuilder();
        Write(text, "weft_head_number", "gauge", "Number of the head.", chain.Head.Number);
        Write(text, "weft_head_timestamp_seconds", "gauge", "Timestamp of the head.", chain.Head.Timestamp);
        Write(text, "weft_head_gas_used", "gauge", "Gas used by the head.", chain.Head.GasUsed);
        Write(text, "weft_pool_pending", "gauge", "Transactions that can be executed.", (ulong)pool.PendingCount);
        Write(text, "weft_pool_queued", "gauge", "Transactions that wait.", (ulong)pool.QueuedCount);
        Write(
            text, "process_working_set_bytes", "gauge", "Memory of the process.",
            (ulong)Environment.WorkingSet);
        Write(
            text, "process_managed_heap_bytes", "gauge", "Of this, objects.", (ulong)GC.GetTotalMemory(false));
        WriteCalls(text);
        return text.ToString();
    }

    private void WriteCalls(StringBuilder text)
    {
        var calls = new List<(string Endpoint, RpcMetrics Metrics)> { ("http", http.Metrics) };
        if (engine is not null) calls.Add(("engine", engine.Metrics));
        Head(text, "weft_rpc_calls_total", "counter", "Calls by method.");
        foreach (var (endpoint, metrics) in calls)
            foreach (var entry in metrics.Read())
                Line(text, "weft_rpc_calls_total", endpoint, entry.Method, entry.Calls);
        Head(text, "weft_rpc_errors_total", "counter", "Calls that were answered with an error.");
        foreach (var (endpoint, metrics) in calls)
            foreach (var entry in metrics.Read())
                Line(text, "weft_rpc_errors_total", endpoint, entry.Method, entry.Errors);
        Head(text, "weft_rpc_seconds_total", "counter", "Time in calls.");
        foreach (var (endpoint, metrics) in calls)
            foreach (var entry in metrics.Read())
                Line(text, "weft_rpc_seconds_total", endpoint, entry.Method, entry.Seconds);
    }

    private static void Write(StringBuilder text, string name, string type, string help, ulong value)
    {
        Head(text, name, type, help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Line(StringBuilder text, string name, string endpoint, string method, double value) =>
        text.Append(
            CultureInfo.InvariantCulture, $"{name}{{endpoint=\"{endpoint}\",method=\"{method}\"}} {value}\n");
}
