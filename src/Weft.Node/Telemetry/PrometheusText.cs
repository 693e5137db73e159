using System.Globalization;
using System.Text;

namespace Weft.Node.Telemetry;

/// <summary>The text format of Prometheus, 0.0.4.</summary>
internal static class PrometheusText
{
    public static string Write(IReadOnlyList<Metric> metrics)
    {
        var text = new StringBuilder();
        foreach (Metric metric in metrics)
        {
            string name = NameOf(metric);
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {metric.Help}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {(metric.IsCounter ? "counter" : "gauge")}\n");
            foreach (MetricPoint point in metric.Points)
            {
                string labels = point.Method is null
                    ? ""
                    : $"{{endpoint=\"{point.Endpoint}\",method=\"{point.Method}\"}}";
                text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {point.Value}\n");
            }
        }
        return text.ToString();
    }

    /// <summary>Underscores, the unit in full, and what says that it only grows.</summary>
    private static string NameOf(Metric metric)
    {
        string unit = metric.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return metric.Name.Replace('.', '_') + unit + (metric.IsCounter ? "_total" : "");
    }
}
