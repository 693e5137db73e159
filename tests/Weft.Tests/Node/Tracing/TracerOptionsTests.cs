using System.Text.Json;
using Weft.Execution.Tracing;
using Weft.Node.Tracing;
using Xunit;

namespace Weft.Tests.Node.Tracing;

public sealed class TracerOptionsTests
{
    [Theory]
    [InlineData("null", typeof(StructLogTracer))]
    [InlineData("{}", typeof(StructLogTracer))]
    [InlineData("""{"enableMemory":true,"limit":100,"reexec":128}""", typeof(StructLogTracer))]
    [InlineData("""{"tracer":null}""", typeof(StructLogTracer))]
    [InlineData("""{"tracer":"callTracer","tracerConfig":{"onlyTopCall":true}}""", typeof(CallTracer))]
    [InlineData("""{"tracer":"callTracer","tracerConfig":null}""", typeof(CallTracer))]
    [InlineData("""{"tracer":"flatCallTracer"}""", typeof(FlatCallTracer))]
    [InlineData("""{"tracer":"prestateTracer"}""", typeof(PrestateTracer))]
    [InlineData("""{"tracer":"4byteTracer"}""", typeof(FourByteTracer))]
    [InlineData("""{"tracer":"noopTracer"}""", typeof(NoopTracer))]
    [InlineData("""{"tracer":"muxTracer","tracerConfig":{"callTracer":null,"4byteTracer":{}}}""", typeof(MuxTracer))]
    public void Options_name_the_tracer(string json, Type tracer) =>
        Assert.IsType(tracer, Parse(json).Create(CancellationToken.None));

    [Theory]
    [InlineData("[]", "must be an object")]
    [InlineData("5", "must be an object")]
    [InlineData("""{"tracer":5}""", "tracer must be a string")]
    [InlineData("""{"tracer":"jsTracer"}""", "there is no tracer \"jsTracer\"")]
    [InlineData("""{"tracer":"{result: function() {}}"}""", "there is no tracer")]
    [InlineData("""{"tracer":"callTracer","tracerConfig":[]}""", "tracerConfig of callTracer must be an object")]
    [InlineData("""{"tracer":"callTracer","tracerConfig":{"withLog":1}}""", "withLog must be true or false")]
    [InlineData("""{"enableMemory":"yes"}""", "enableMemory must be true or false")]
    [InlineData("""{"limit":-1}""", "limit must be")]
    [InlineData("""{"limit":1e99}""", "limit must be")]
    [InlineData("""{"timeout":5}""", "timeout must be a string")]
    [InlineData("""{"timeout":"soon"}""", "is no duration")]
    [InlineData("""{"timeout":"5"}""", "is no duration")]
    [InlineData("""{"timeout":""}""", "is no duration")]
    [InlineData("""{"timeout":"1.2.3s"}""", "is no duration")]
    [InlineData("""{"tracer":"muxTracer","tracerConfig":{"muxTracer":{}}}""", "cannot hold itself")]
    [InlineData("""{"tracer":"muxTracer","tracerConfig":{"noopTracer":{},"noopTracer":{}}}""", "twice")]
    [InlineData("""{"tracer":"prestateTracer","tracerConfig":{"diffMode":true,"includeEmpty":true}}""", "cannot use")]
    public void Wrong_options_are_named(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10s", 10)]
    [InlineData("1m30s", 90)]
    [InlineData("1.5s", 1.5)]
    [InlineData("250ms", 0.25)]
    [InlineData("9999h", 300)]
    [InlineData("99999999999999999999999999h", 300)]
    public void Timeouts_are_read_as_go_writes_them_and_bounded(string text, double seconds) =>
        Assert.Equal(seconds, Parse($$"""{"timeout":"{{text}}"}""").Timeout.TotalSeconds);

    private static TracerOptions Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TracerOptions.Parse(document.RootElement);
    }
}
