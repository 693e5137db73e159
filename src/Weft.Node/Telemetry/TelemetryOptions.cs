using System.Globalization;

namespace Weft.Node.Telemetry;

/// <summary>Where an OpenTelemetry collector is, and how often it is told.</summary>
/// <param name="Endpoint">Takes OTLP by HTTP, e.g. http://localhost:4318/v1/metrics.</param>
public sealed record TelemetryOptions(Uri Endpoint)
{
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(100);

    public string ServiceName { get; init; } = "weft";

    /// <summary>Sent with each request: mostly a key.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>As OpenTelemetry's variables say it: OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, or
    /// OTEL_EXPORTER_OTLP_ENDPOINT, below which is v1/metrics; OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME,
    /// OTEL_METRIC_EXPORT_INTERVAL in milliseconds. Null where no endpoint is named, or OTEL_SDK_DISABLED is true.
    /// </summary>
    /// <exception cref="FormatException">A variable makes no sense; the message names it.</exception>
    public static TelemetryOptions? Read(Func<string, string?> variable)
    {
        if (string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)) return null;
        if ((ReadUrl("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", variable, "")
            ?? ReadUrl("OTEL_EXPORTER_OTLP_ENDPOINT", variable, "/v1/metrics")) is not { } endpoint) return null;
        var options = new TelemetryOptions(endpoint) { Headers = ReadHeaders(variable("OTEL_EXPORTER_OTLP_HEADERS")) };
        if (variable("OTEL_SERVICE_NAME") is { Length: > 0 } name) options = options with { ServiceName = name };
        const string IntervalName = "OTEL_METRIC_EXPORT_INTERVAL";
        if (variable(IntervalName) is not { Length: > 0 } text) return options;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds)
            && milliseconds >= IntervalMin.TotalMilliseconds
                ? options with { Interval = TimeSpan.FromMilliseconds(milliseconds) }
                : throw new FormatException(
                    $"{IntervalName}: {text} is no number of milliseconds from {IntervalMin.TotalMilliseconds} on");
    }

    private static Uri? ReadUrl(string name, Func<string, string?> variable, string path)
    {
        if (variable(name) is not { Length: > 0 } text) return null;
        return Uri.TryCreate(text.TrimEnd('/') + path, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"{name}: {text} is no http or https URL");
    }

    /// <summary>name=value, separated by commas, with per cent codes.</summary>
    private static Dictionary<string, string> ReadHeaders(string? text)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            if (parts.Length != 2 || parts[0].Trim().Length == 0)
                throw new FormatException("OTEL_EXPORTER_OTLP_HEADERS: not name=value");
            headers[parts[0].Trim()] = Uri.UnescapeDataString(parts[1].Trim());
        }
        return headers;
    }
}
