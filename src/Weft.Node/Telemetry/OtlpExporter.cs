using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weft.Node.Rpc;

namespace Weft.Node.Telemetry;

/// <summary>Tells an OpenTelemetry collector the metrics at an interval, and once more at the end: OTLP over HTTP as
/// JSON. A collector that is not there costs a line in the log.</summary>
internal sealed class OtlpExporter : IAsyncDisposable
{
    private static readonly Action<ILogger, string, string, Exception?> Failed = LoggerMessage.Define<string, string>(
        LogLevel.Warning, new(20, nameof(Failed)), "metrics are not taken by {Collector}: {Reason}");

    /// <summary>Of one request; nobody waits longer for the last one.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly TelemetryOptions _options;
    private readonly Func<IReadOnlyList<Metric>> _read;
    private readonly ILogger _logger;
    private readonly HttpClient _client = new() { Timeout = Timeout };
    private readonly CancellationTokenSource _stop = new();
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private readonly Task _running;

    /// <summary>The last attempt failed: said once, not at every interval.</summary>
    private bool _hasFailed;

    public OtlpExporter(TelemetryOptions options, Func<IReadOnlyList<Metric>> read, ILoggerFactory loggers)
    {
        (_options, _read, _logger) = (options, read, loggers.CreateLogger("telemetry"));
        _running = Run();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task Run()
    {
        using var timer = new PeriodicTimer(_options.Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
                await Send().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The end: what has happened since the last time is told still.
        }
        await Send().ConfigureAwait(false);
    }

    private async Task Send()
    {
        using var body = new ResponseBuffer();
        using (var writer = new Utf8JsonWriter(body)) Write(writer, _read(), DateTimeOffset.UtcNow);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Endpoint)
        {
            Content = new ByteArrayContent(body.Written.ToArray()),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in _options.Headers) request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using var response = await _client.SendAsync(request).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            _hasFailed = false;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            if (!_hasFailed) Failed(_logger, _options.Endpoint.Authority, e.Message, null);
            _hasFailed = true;
        }
    }

    /// <summary>ExportMetricsServiceRequest of opentelemetry-proto as JSON.</summary>
    private void Write(Utf8JsonWriter writer, IReadOnlyList<Metric> metrics, DateTimeOffset now)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("resourceMetrics"u8);
        writer.WriteStartObject();
        writer.WriteStartObject("resource"u8);
        WriteAttributes(
            writer, ("service.name", _options.ServiceName), ("service.version", ClientVersion.Number));
        writer.WriteEndObject();
        writer.WriteStartArray("scopeMetrics"u8);
        writer.WriteStartObject();
        writer.WriteStartObject("scope"u8);
        writer.WriteString("name"u8, "Weft.Node"u8);
        writer.WriteEndObject();
        writer.WriteStartArray("metrics"u8);
        foreach (Metric metric in metrics) Write(writer, metric, now);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void Write(Utf8JsonWriter writer, Metric metric, DateTimeOffset now)
    {
        const int Cumulative = 2;
        writer.WriteStartObject();
        writer.WriteString("name"u8, metric.Name);
        writer.WriteString("unit"u8, metric.Unit);
        writer.WriteString("description"u8, metric.Help);
        writer.WriteStartObject(metric.IsCounter ? "sum"u8 : "gauge"u8);
        if (metric.IsCounter)
        {
            writer.WriteNumber("aggregationTemporality"u8, Cumulative);
            writer.WriteBoolean("isMonotonic"u8, true);
        }
        writer.WriteStartArray("dataPoints"u8);
        foreach (MetricPoint point in metric.Points)
        {
            writer.WriteStartObject();
            writer.WriteString("startTimeUnixNano"u8, Nanoseconds(_start));
            writer.WriteString("timeUnixNano"u8, Nanoseconds(now));
            writer.WriteNumber("asDouble"u8, point.Value);
            if (point is { Endpoint: { } endpoint, Method: { } method })
                WriteAttributes(writer, ("endpoint", endpoint), ("method", method));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteAttributes(
        Utf8JsonWriter writer, params ReadOnlySpan<(string Key, string Value)> attributes)
    {
        writer.WriteStartArray("attributes"u8);
        foreach (var (key, value) in attributes)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, key);
            writer.WriteStartObject("value"u8);
            writer.WriteString("stringValue"u8, value);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>64-bit numbers are strings in JSON of protobuf.</summary>
    private static string Nanoseconds(DateTimeOffset time) =>
        ((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100).ToString(CultureInfo.InvariantCulture);
}
