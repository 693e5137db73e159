using System.Text.Json;
using Weft.Cli.Programs;
using Weft.Cli.Workloads;
using Weft.Evm.Analysis;
using Weft.Execution.Strategies;
using Weft.Execution.Tracing;
using Weft.Node.Tracing;
using Xunit;

namespace Weft.Tests.Node.Tracing;

public sealed class BlockTracerTests
{
    private const int Transactions = 60;

    public static TheoryData<string> Workloads => [.. Workload.All.Select(workload => workload.Name)];

    /// <summary>Disjoint ones and ones where every transaction depends on the one before.</summary>
    [Theory]
    [MemberData(nameof(Workloads))]
    public void Block_traced_in_parallel_says_what_it_says_one_after_another(string workload)
    {
        var input = Input(workload);
        using BlockTracer serial = new(new CodeCache(), threads: 1), parallel = new(new CodeCache(), threads: 3);
        foreach (string json in (string[])[
            """{"limit":50000}""", """{"tracer":"callTracer","tracerConfig":{"withLog":true}}""",
            """{"tracer":"prestateTracer"}""", """{"tracer":"prestateTracer","tracerConfig":{"diffMode":true}}"""])
        {
            var options = Parse(json);
            var expected = serial.TraceBlock(input, options, CancellationToken.None);
            var found = parallel.TraceBlock(input, options, CancellationToken.None);

            Assert.Equal(input.Block.Block.Transactions.Count, expected.Count);
            Assert.Equal(expected.Select(Text), found.Select(Text));
        }
    }

    /// <summary>What a tracer remembers of a block is of no use for one that only has the same header.</summary>
    [Fact]
    public void Another_body_under_the_same_header_is_another_block()
    {
        var input = Input("transfers-disjoint");
        var fewer = input with
        {
            Block = input.Block with
            {
                Block = input.Block.Block with { Transactions = [.. input.Block.Block.Transactions.Skip(7)] },
            },
        };
        using var tracer = new BlockTracer(new CodeCache(), threads: 4);
        using var alone = new BlockTracer(new CodeCache(), threads: 1);
        foreach (var block in (TraceInput[])[input, fewer, input])
        {
            Assert.Equal(
                alone.TraceBlock(block, TracerOptions.Default, CancellationToken.None).Select(Text),
                tracer.TraceBlock(block, TracerOptions.Default, CancellationToken.None).Select(Text));
        }
    }

    [Fact]
    public void One_transaction_is_traced_as_in_its_block()
    {
        var input = Input("swaps-3");
        using var tracer = new BlockTracer(new CodeCache(), threads: 2);
        var options = Parse("""{"tracer":"callTracer","tracerConfig":{"withLog":true}}""");
        var all = tracer.TraceBlock(input, options, CancellationToken.None);
        foreach (int index in (int[])[0, 17, Transactions - 1])
            Assert.Equal(
                Text(all[index]), Text(tracer.TraceTransaction(input, index, options, CancellationToken.None)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Limits_hold_for_the_whole_block(int threads)
    {
        var input = Input("swaps-3");
        using var tracer = new BlockTracer(new CodeCache(), threads);
        var all = tracer.TraceBlock(input, TracerOptions.Default, CancellationToken.None);
        var small = TracerOptions.Default with { BytesMax = all.Max(trace => trace.Json.Length) * 4L };

        Assert.Throws<TraceAbortedException>(() => tracer.TraceBlock(input, small, CancellationToken.None));
        Assert.Throws<TraceAbortedException>(
            () => tracer.TraceBlock(input, TracerOptions.Default, new CancellationToken(true)));
        Assert.Equal(
            all.Select(Text), tracer.TraceBlock(input, TracerOptions.Default, CancellationToken.None).Select(Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Block_with_an_invalid_transaction_is_refused(int threads)
    {
        var input = Input("swaps-3");
        var transactions = input.Block.Block.Transactions.ToArray();
        transactions[5] = transactions[4];
        using var tracer = new BlockTracer(new CodeCache(), threads);
        var wrong = input with
        {
            Block = input.Block with { Block = input.Block.Block with { Transactions = transactions } },
        };
        var error = Assert.Throws<InvalidDataException>(
            () => tracer.TraceBlock(wrong, TracerOptions.Default, CancellationToken.None));

        Assert.Contains("NonceTooLow", error.Message, StringComparison.Ordinal);
    }

    private static string Text(TransactionTrace trace) =>
        $"{trace.TransactionHash} {System.Text.Encoding.UTF8.GetString(trace.Json.Span)}";

    private static TraceInput Input(string workload)
    {
        var made = Workload.Create(workload, Transactions);
        return new(new BlockInput(made.Block, made.State, NoBlockHashes.Instance), made.Rules, made.ChainId);
    }

    private static TracerOptions Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TracerOptions.Parse(document.RootElement) with { Timeout = TimeSpan.FromMinutes(5) };
    }
}
