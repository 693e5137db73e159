using System.Text;
using System.Text.Json;
using Weft.Evm;
using Weft.Execution.Tracing;
using Weft.Node.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.Tests.Execution;
using Xunit;
using static Weft.Tests.Evm.Assembler;

namespace Weft.Tests.Node.Tracing;

public sealed class TraceWriterTests
{
    /// <summary>CALLs itself with all gas: 1,024 deep where every level keeps its 64th.</summary>
    private static readonly byte[] Recursion =
        Assemble(0, 0, 0, 0, 0, Samples.Recipient, Opcode.GAS, Opcode.CALL);

    [Fact]
    public void Call_trees_of_any_depth_are_written()
    {
        using var scenario = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: Recursion)
            .Given(Samples.Sender, UInt256.MaxValue / 2);
        var tracer = scenario.Trace(
            Samples.Of(TransactionType.Legacy, gas: 30_000_000), new CallTracer(new(), TraceBudget.Unlimited));
        var json = Write(tracer);
        using var document = JsonDocument.Parse(json, new() { MaxDepth = 4096 });
        int depth = 0;
        for (var call = document.RootElement; call.TryGetProperty("calls", out var calls); call = calls[0]) depth++;

        Assert.InRange(depth, 300, 1025);
    }

    [Fact]
    public void Traces_that_are_too_large_are_refused()
    {
        using var scenario = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: Recursion);
        var tracer = scenario.Trace(
            Samples.Of(TransactionType.Legacy, gas: 1_000_000), new CallTracer(new(), TraceBudget.Unlimited));

        Assert.Throws<TraceAbortedException>(() => TraceWriter.ToJson(tracer, default, bytesMax: 1000));
    }

    [Fact]
    public void Struct_logs_have_the_form_of_execution_apis()
    {
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Samples.Recipient, 0, code: Assemble(258, 1, Opcode.SSTORE, Opcode.PREVRANDAO));
        var tracer = scenario.Trace(
            Samples.Of(TransactionType.Legacy), new StructLogTracer(new(), TraceBudget.Unlimited));
        string json = Encoding.UTF8.GetString(Write(tracer).Span);

        Assert.StartsWith(
            """{"gas":43108,"failed":false,"returnValue":"0x","structLogs":[{"pc":0,"op":"PUSH2","gas":179000,"gas"""
            + """Cost":3,"depth":1,"stack":[]},""", json, StringComparison.Ordinal);
        string one = $"0x{new string('0', 63)}1", value = $"0x{new string('0', 61)}102";
        Assert.Contains(
            """{"pc":5,"op":"SSTORE","gas":178994,"gasCost":22100,"depth":1,"stack":["0x102","0x1"],"""
            + $"\"storage\":{{\"{one}\":\"{value}\"}}}}", json, StringComparison.Ordinal);
        Assert.Contains("\"op\":\"DIFFICULTY\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_tracers_say_what_each_says_alone()
    {
        string[] names = ["callTracer", "prestateTracer", "4byteTracer", "noopTracer", "flatCallTracer"];
        string config = string.Join(',', names.Select(name => $"\"{name}\":{{}}"));
        string all = TraceBy($$"""{"tracer":"muxTracer","tracerConfig":{ {{config}} } }""");
        var alone = names.Select(name => $"\"{name}\":{TraceBy($$"""{"tracer":"{{name}}"}""")}");

        Assert.Equal($"{{{string.Join(',', alone)}}}", all);
    }

    private static string TraceBy(string options)
    {
        using var document = JsonDocument.Parse(options);
        using var scenario = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: Recursion);
        var tracer = TracerOptions.Parse(document.RootElement).Create(CancellationToken.None);
        return Encoding.UTF8.GetString(Write(scenario.Trace(
            Samples.Of(TransactionType.Legacy, gas: 50_000, data: [1, 2, 3, 4]), tracer)).Span);
    }

    private static ReadOnlyMemory<byte> Write(ITransactionTracer tracer) =>
        TraceWriter.ToJson(tracer, new TraceContext(), TracerOptions.DefaultBytesMax);
}
