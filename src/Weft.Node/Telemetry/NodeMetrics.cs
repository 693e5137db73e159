using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives.Blocks;

namespace Weft.Node.Telemetry;

/// <summary>What the node tells those who watch over it. Safe on any thread.</summary>
internal sealed class NodeMetrics(
    LiveChain chain, TransactionPool pool, Subscriptions subscriptions, RpcServer http, RpcServer? engine)
{
    public string WriteHealth()
    {
        BlockHeader head = chain.Head;
        return $$"""{"status":"ok","block":{{head.Number}},"hash":"{{head.Hash}}","pending":{{pool.PendingCount}}}""";
    }

    public IReadOnlyList<Metric> Read()
    {
        BlockHeader head = chain.Head;
        var calls = ReadCalls();
        return
        [
            Gauge("weft.head.number", "{block}", "Number of the head.", head.Number),
            Gauge("weft.head.timestamp", "s", "Timestamp of the head.", head.Timestamp),
            Gauge("weft.head.gas_used", "{gas}", "Gas used by the head.", head.GasUsed),
            Gauge("weft.pool.pending", "{transaction}", "Transactions that can be executed.", pool.PendingCount),
            Gauge("weft.pool.queued", "{transaction}", "Transactions that wait.", pool.QueuedCount),
            Gauge("weft.rpc.subscriptions", "{subscription}", "Of events, by WebSockets.", subscriptions.Count),
            Gauge("process.working_set", "By", "Memory of the process.", Environment.WorkingSet),
            Gauge("process.managed_heap", "By", "Of this, objects.", GC.GetTotalMemory(false)),
            new("weft.rpc.calls", "{call}", true, "Calls by method.", [.. calls.Select(c => c.Calls)]),
            new(
                "weft.rpc.errors", "{call}", true, "Calls that were answered with an error.",
                [.. calls.Select(c => c.Errors)]),
            new("weft.rpc", "s", true, "Time in calls.", [.. calls.Select(c => c.Seconds)]),
        ];
    }

    private static Metric Gauge(string name, string unit, string help, double value) =>
        new(name, unit, false, help, [new(value)]);

    private List<(MetricPoint Calls, MetricPoint Errors, MetricPoint Seconds)> ReadCalls()
    {
        var read = new List<(MetricPoint, MetricPoint, MetricPoint)>();
        foreach (var (endpoint, metrics) in new[] { ("http", http.Metrics), ("engine", engine?.Metrics) })
            foreach (var (method, calls, errors, seconds) in metrics?.Read() ?? [])
                read.Add((new(calls, endpoint, method), new(errors, endpoint, method), new(seconds, endpoint, method)));
        return read;
    }
}
