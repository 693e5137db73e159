using System.Globalization;
using System.Text.Json;
using Weft.Execution.Tracing;

namespace Weft.Node.Tracing;

/// <summary>
/// The second argument of debug_trace*: which tracer, with which options, as geth spells them. What is not given has
/// geth's default; what is not known is passed over, as geth does.
/// </summary>
public sealed record TracerOptions
{
    /// <summary>Every tracer that keeps its records, and the JSON made of them, stays below this.</summary>
    public const long DefaultBytesMax = 256 << 20;

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    private Func<TraceBudget, ITransactionTracer> _create = budget => new StructLogTracer(new(), budget);

    /// <summary>Struct logs, five seconds.</summary>
    public static TracerOptions Default { get; } = new();

    /// <summary>For one transaction.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>For one transaction, and for the JSON of a whole block.</summary>
    public long BytesMax { get; init; } = DefaultBytesMax;

    /// <summary>Looks at instructions one by one, which takes several times as long as to run them.</summary>
    internal bool IsCostly { get; private init; } = true;

    /// <summary>A new tracer for one transaction, whose time begins now.</summary>
    public ITransactionTracer Create(CancellationToken cancellation) =>
        _create(new TraceBudget(Timeout, BytesMax, cancellation));

    /// <summary>Takes an object, null or nothing.</summary>
    /// <exception cref="FormatException">An option has a value of another type, or there is no such tracer; the message
    /// names it.</exception>
    public static TracerOptions Parse(JsonElement json)
    {
        if (json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return Default;
        if (json.ValueKind != JsonValueKind.Object) throw new FormatException("tracer options must be an object");
        TimeSpan timeout = ReadTimeout(json);
        if (Find(json, "tracer") is not { } tracer) return new() { _create = ReadStructLogs(json), Timeout = timeout };
        var create = ReadTracer(Text(tracer, "tracer"), Find(json, "tracerConfig"));
        return new() { _create = create, Timeout = timeout, IsCostly = false };
    }

    // ---- Tracers ----

    private static Func<TraceBudget, ITransactionTracer> ReadTracer(string name, JsonElement? config)
    {
        if (config is { ValueKind: not JsonValueKind.Object })
            throw new FormatException($"tracerConfig of {name} must be an object");
        return name switch
        {
            "callTracer" => ReadCallTracer(config),
            "flatCallTracer" => ReadFlatCallTracer(config),
            "prestateTracer" => ReadPrestateTracer(config),
            "4byteTracer" => budget => new FourByteTracer(budget),
            "noopTracer" => budget => new NoopTracer(budget),
            "muxTracer" => ReadMuxTracer(config),
            _ => throw new FormatException(
                $"there is no tracer \"{name}\": callTracer, flatCallTracer, prestateTracer, 4byteTracer, noopTracer "
                + "and muxTracer are known, and none for struct logs"),
        };
    }

    private static Func<TraceBudget, ITransactionTracer> ReadStructLogs(JsonElement json)
    {
        var options = new StructLogOptions
        {
            EnableMemory = Flag(json, "enableMemory"),
            DisableStack = Flag(json, "disableStack"),
            DisableStorage = Flag(json, "disableStorage"),
            EnableReturnData = Flag(json, "enableReturnData"),
            Limit = ReadLimit(json),
        };
        return budget => new StructLogTracer(options, budget);
    }

    private static Func<TraceBudget, ITransactionTracer> ReadCallTracer(JsonElement? config)
    {
        var options = new CallTracerOptions
        {
            OnlyTopCall = Flag(config, "onlyTopCall"), WithLog = Flag(config, "withLog"),
        };
        return budget => new CallTracer(options, budget);
    }

    private static Func<TraceBudget, ITransactionTracer> ReadFlatCallTracer(JsonElement? config)
    {
        var options = new FlatCallTracerOptions
        {
            ConvertParityErrors = Flag(config, "convertParityErrors"),
            IncludePrecompiles = Flag(config, "includePrecompiles"),
        };
        return budget => new FlatCallTracer(options, budget);
    }

    private static Func<TraceBudget, ITransactionTracer> ReadPrestateTracer(JsonElement? config)
    {
        var options = new PrestateTracerOptions
        {
            DiffMode = Flag(config, "diffMode"),
            DisableCode = Flag(config, "disableCode"),
            DisableStorage = Flag(config, "disableStorage"),
            IncludeEmpty = Flag(config, "includeEmpty"),
        };
        if (options is { DiffMode: true, IncludeEmpty: true })
            throw new FormatException("cannot use diffMode with includeEmpty");
        return budget => new PrestateTracer(options, budget);
    }

    /// <summary>The names of tracers with the configuration of each. One within another is refused: it adds nothing,
    /// and there would be no end to it.</summary>
    private static Func<TraceBudget, ITransactionTracer> ReadMuxTracer(JsonElement? config)
    {
        var tracers = new List<(string Name, Func<TraceBudget, ITransactionTracer> Create)>();
        if (config is { } members)
        {
            foreach (JsonProperty member in members.EnumerateObject())
            {
                if (member.Name == "muxTracer") throw new FormatException("muxTracer cannot hold itself");
                if (tracers.Exists(known => known.Name == member.Name))
                    throw new FormatException($"muxTracer holds {member.Name} twice");
                JsonElement? inner = member.Value.ValueKind == JsonValueKind.Null ? null : member.Value;
                tracers.Add((member.Name, ReadTracer(member.Name, inner)));
            }
        }
        return budget => new MuxTracer([.. tracers.Select(tracer => (tracer.Name, tracer.Create(budget)))]);
    }

    // ---- Values ----

    private static JsonElement? Find(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool Flag(JsonElement? json, string name) =>
        json is { } members && Find(members, name) is { } value && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new FormatException($"{name} must be true or false"),
        };

    private static string Text(JsonElement value, string name) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new FormatException($"{name} must be a string");

    private static long ReadLimit(JsonElement json)
    {
        if (Find(json, "limit") is not { } value) return 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long limit) && limit >= 0
            ? limit
            : throw new FormatException("limit must be a number of bytes, 0 for none");
    }

    /// <summary>A duration as Go writes it.</summary>
    private static TimeSpan ReadTimeout(JsonElement json)
    {
        if (Find(json, "timeout") is not { } value) return DefaultTimeout;
        string text = Text(value, "timeout");
        TimeSpan timeout = ParseDuration(text)
            ?? throw new FormatException($"timeout \"{Shorten(text)}\" is no duration such as \"10s\" or \"1m30s\"");
        return timeout < LongestTimeout ? timeout : LongestTimeout;
    }

    private static string Shorten(string text) => text.Length <= 20 ? text : text[..20] + "…";

    private static TimeSpan? ParseDuration(string text)
    {
        double seconds = 0;
        int at = 0;
        while (at < text.Length)
        {
            int number = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
            int unit = at;
            while (at < text.Length && char.IsAsciiLetterLower(text[at])) at++;
            if (!double.TryParse(
                text.AsSpan(number, unit - number), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out double count) || SecondsIn(text.AsSpan(unit, at - unit)) is not { } scale) return null;
            seconds += count * scale;
        }
        return text.Length == 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, LongestTimeout.TotalSeconds));
    }

    private static double? SecondsIn(ReadOnlySpan<char> unit) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "us" => 1e-6,
        "ns" => 1e-9,
        _ => null,
    };
}
