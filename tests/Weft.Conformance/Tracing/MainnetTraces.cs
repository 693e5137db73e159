using System.Diagnostics;
using System.Text.Json;
using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Node.Tracing;
using Xunit;

namespace Weft.Conformance.Tracing;

/// <summary>Real blocks of all forks, traced on several threads: what is traced one after another is the truth.
/// </summary>
public sealed class MainnetTraces
{
    [Theory]
    [InlineData("""{"tracer":"callTracer","tracerConfig":{"withLog":true},"timeout":"5m"}""", 1)]
    [InlineData("""{"tracer":"prestateTracer","tracerConfig":{"diffMode":true},"timeout":"5m"}""", 3)]
    [InlineData("""{"limit":20000,"timeout":"5m"}""", 3)]
    public void Blocks_traced_in_parallel_say_what_they_say_one_after_another(string options, int every)
    {
        if (Fixtures.Path("mainnet/blocks.zip") is not { } path) return;
        using var parsed = JsonDocument.Parse(options);
        var tracerOptions = TracerOptions.Parse(parsed.RootElement);
        using var folder = InputFolder.Open(path);
        var reader = new BlockFileReader(folder);
        var codes = new CodeCache();
        using BlockTracer serial = new(codes, threads: 1), parallel = new(codes, threads: 4);
        var times = (Serial: TimeSpan.Zero, Parallel: TimeSpan.Zero);
        int transactions = 0;
        foreach (string name in BlockFileReader.FindBlocks(folder).Where((_, i) => i % every == 0))
        {
            var file = reader.Read(name);
            if (!file.IsComplete) continue;
            var header = file.Block.Header;
            var block = new BlockInput(file.Block, file.State, file.Hashes)
            {
                IsDaoForkBlock = header.Number == ForkSchedule.Mainnet.DaoForkNumber,
            };
            var input = new TraceInput(block, ForkSchedule.Mainnet.RulesAt(header.Number, header.Timestamp), 1);

            long start = Stopwatch.GetTimestamp();
            var expected = serial.TraceBlock(input, tracerOptions, CancellationToken.None);
            times.Serial += Stopwatch.GetElapsedTime(start);
            start = Stopwatch.GetTimestamp();
            var found = parallel.TraceBlock(input, tracerOptions, CancellationToken.None);
            times.Parallel += Stopwatch.GetElapsedTime(start);

            Assert.Equal(expected.Count, found.Count);
            for (int i = 0; i < expected.Count; i++)
                Assert.True(expected[i].Json.Span.SequenceEqual(found[i].Json.Span), $"{name}: transaction {i}");
            transactions += found.Count;
        }
        Console.WriteLine($"traced {transactions} transactions of mainnet with {options}: "
            + $"{times.Serial.TotalSeconds:f1} s one after another, {times.Parallel.TotalSeconds:f1} s on 4 threads");
    }
}
