using System.Net;
using System.Text.Json;
using Weft.Node.Telemetry;
using Xunit;

namespace Weft.Tests.Node.Telemetry;

public sealed class TelemetryTests
{
    [Fact]
    public async Task A_collector_is_told_at_an_interval_and_at_the_end()
    {
        using var collector = new Collector();
        long calls = 1;
        var options = new TelemetryOptions(new(collector.Url + "v1/metrics"))
        {
            Interval = TimeSpan.FromMilliseconds(100), Headers = new Dictionary<string, string> { ["x-key"] = "k" },
        };
        await using (new OtlpExporter(
            options,
            () =>
            [
                new("weft.head.number", "{block}", false, "Head.", [new(7)]),
                new("weft.rpc.calls", "{call}", true, "Calls.", [new(calls++, "http", "eth_call")]),
            ],
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance))
            await collector.WaitForAsync(2);
        var (path, key, body) = collector.Last;

        Assert.Equal(("/v1/metrics", "k"), (path, key));
        JsonElement resource = body.GetProperty("resourceMetrics")[0];
        Assert.Equal("weft", Attribute(resource.GetProperty("resource"), "service.name"));
        JsonElement metrics = resource.GetProperty("scopeMetrics")[0].GetProperty("metrics");
        JsonElement head = metrics[0].GetProperty("gauge").GetProperty("dataPoints")[0];
        Assert.Equal(7, head.GetProperty("asDouble").GetDouble());
        JsonElement sum = metrics[1].GetProperty("sum"), point = sum.GetProperty("dataPoints")[0];
        Assert.True(sum.GetProperty("isMonotonic").GetBoolean());
        Assert.Equal(2, sum.GetProperty("aggregationTemporality").GetInt32());
        Assert.True(point.GetProperty("asDouble").GetDouble() >= 3);
        Assert.Equal("eth_call", Attribute(point, "method"));
        Assert.True(
            ulong.Parse(point.GetProperty("timeUnixNano").GetString()!)
            >= ulong.Parse(point.GetProperty("startTimeUnixNano").GetString()!));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_keeps_nobody_waiting()
    {
        await using var exporter = new OtlpExporter(
            new(new("http://127.0.0.1:9/v1/metrics")), () => [],
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
    }

    [Fact]
    public void Variables_say_where_the_collector_is()
    {
        Assert.Null(Read());
        Assert.Equal(
            "http://c:4318/v1/metrics", Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/"))!.Endpoint.ToString());
        Assert.Equal(
            "http://m/x", Read(
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"), ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m/x"))!
                .Endpoint.ToString());
        var full = Read(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=b%20c,d=e=f"),
            ("OTEL_SERVICE_NAME", "mine"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"))!;
        Assert.Equal(("b c", "e=f"), (full.Headers["a"], full.Headers["d"]));
        Assert.Equal(("mine", 500.0), (full.ServiceName, full.Interval.TotalMilliseconds));
        Assert.Null(Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"), ("OTEL_SDK_DISABLED", "true")));
        foreach (var wrong in new[]
            {
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere"), ("OTEL_METRIC_EXPORT_INTERVAL", "1"),
                ("OTEL_METRIC_EXPORT_INTERVAL", "soon"), ("OTEL_EXPORTER_OTLP_HEADERS", "key"),
            })
        {
            var error = Assert.Throws<FormatException>(() => Read(wrong, ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c")));
            Assert.StartsWith(wrong.Item1, error.Message, StringComparison.Ordinal);
        }
    }

    private static TelemetryOptions? Read(params (string Name, string Value)[] variables) =>
        TelemetryOptions.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    private static string? Attribute(JsonElement json, string key) => json.GetProperty("attributes").EnumerateArray()
        .First(one => one.GetProperty("key").GetString() == key).GetProperty("value").GetProperty("stringValue")
        .GetString();

    /// <summary>Takes what is posted.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener;
        private readonly SemaphoreSlim _came = new(0);

        public Collector()
        {
            for (int port = 30000 + (Environment.ProcessId % 10000); ; port++)
            {
                _listener = new();
                Url = $"http://127.0.0.1:{port}/";
                _listener.Prefixes.Add(Url);
                try
                {
                    _listener.Start();
                    _ = Task.Run(Serve);
                    return;
                }
                catch (HttpListenerException)
                {
                    // Taken: the next one.
                    _listener.Close();
                }
            }
        }

        public string Url { get; }

        /// <summary>Path, key and body of what came last.</summary>
        public (string Path, string? Key, JsonElement Body) Last { get; private set; }

        public async Task WaitForAsync(int count)
        {
            for (int i = 0; i < count; i++) Assert.True(await _came.WaitAsync(TimeSpan.FromSeconds(60)));
        }

        public void Dispose()
        {
            _listener.Close();
            _came.Dispose();
        }

        private async Task Serve()
        {
            while (_listener.IsListening)
            {
                try
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
                    Last = (
                        context.Request.Url!.AbsolutePath, context.Request.Headers["x-key"], body.RootElement.Clone());
                    _came.Release();
                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
