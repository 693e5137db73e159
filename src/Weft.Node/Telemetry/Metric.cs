namespace Weft.Node.Telemetry;

/// <summary>Something that is measured, with its values now.</summary>
/// <param name="Name">As OpenTelemetry names it, with dots.</param>
/// <param name="Unit">UCUM: s, By, or what is counted in braces.</param>
/// <param name="IsCounter">It only grows.</param>
internal sealed record Metric(
    string Name, string Unit, bool IsCounter, string Help, IReadOnlyList<MetricPoint> Points);

/// <summary>A value, of a method of an endpoint where these are named.</summary>
internal readonly record struct MetricPoint(double Value, string? Endpoint = null, string? Method = null);
