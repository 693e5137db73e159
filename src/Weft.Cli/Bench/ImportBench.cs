using System.Diagnostics;
using Weft.Chain;
using Weft.Chain.Import;
using Weft.Cli.Commands;
using Weft.Cli.Samples;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Cli.Bench;

/// <summary>What importing a generated chain took.</summary>
internal sealed record ImportMeasurement
{
    public required int Blocks { get; init; }
    public required long Transactions { get; init; }
    public required double Gas { get; init; }
    public required double WallSeconds { get; init; }
    public required IReadOnlyDictionary<ImportStage, double> StageSeconds { get; init; }

    /// <summary>Seconds that each tenth of the blocks took, in order.</summary>
    public required IReadOnlyList<double> Tenths { get; init; }

    public required long ResidentBefore { get; init; }
    public required long ResidentPeak { get; init; }
    public required Hash256 Head { get; init; }
}

/// <summary>Imports a generated chain into a database on disk and watches time and memory.</summary>
internal static class ImportBench
{
    /// <summary>Encoded blocks on a chain of their own, which is dropped.</summary>
    public static List<byte[]> Generate(
        GeneratedChain generated, int count, Action done, CancellationToken cancellation)
    {
        using var database = Database.CreateTemporary(Tables);
        using var chain = Blockchain.Open(database, generated.Spec);
        var blocks = new List<byte[]>(count);
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var block = generated.Next(chain);
            GenerateCommand.Add(chain, block);
            blocks.Add(block.Encode());
            done();
        }
        return blocks;
    }

    public static ImportMeasurement Import(
        ChainSpec spec, IReadOnlyList<byte[]> blocks, string folder, DatabaseOptions database, ChainOptions options,
        bool isInLockstep)
    {
        using var store = Database.Open(folder, Tables, database);
        using var chain = Blockchain.Open(store, spec, options);
        var progress = new ImportProgress();
        GC.Collect();
        long before = Process.GetCurrentProcess().WorkingSet64;
        using var watch = new Watch(progress, blocks.Count);
        long start = Stopwatch.GetTimestamp();
        if (isInLockstep)
            foreach (var block in blocks) Feed(chain, progress, [block]);
        else Feed(chain, progress, blocks);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        watch.Stop();
        return new()
        {
            Blocks = blocks.Count, Transactions = progress.Transactions, Gas = progress.Gas, WallSeconds = wall,
            StageSeconds = Enum.GetValues<ImportStage>().ToDictionary(
                stage => stage, stage => progress.TimeIn(stage).TotalSeconds),
            Tenths = watch.Tenths(wall), ResidentBefore = before, ResidentPeak = Math.Max(before, watch.Peak),
            Head = chain.Head.Hash,
        };
    }

    /// <summary>Until the blocks are in the database.</summary>
    private static void Feed(Blockchain chain, ImportProgress progress, IReadOnlyList<byte[]> blocks)
    {
        using var pipeline = new ImportPipeline(chain, progress);
        foreach (var encoded in blocks)
        {
            long start = Stopwatch.GetTimestamp();
            var block = Block.Decode(encoded);
            progress.AddTime(ImportStage.Decode, start);
            if (!pipeline.TryAdd(block, encoded.Length, $"block {block.Header.Number}")) break;
        }
        if (pipeline.Finish() is { } invalid)
            throw new InvalidOperationException($"block {invalid.Header.Number}: {invalid.Result.Detail}");
    }

    private static IReadOnlyList<string> Tables => [.. StateStore.TableNames, .. ChainStore.TableNames];

    /// <summary>Looks at progress and memory every few milliseconds, on a thread of its own.</summary>
    private sealed class Watch : IDisposable
    {
        private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

        private readonly ImportProgress _progress;
        private readonly int _blocks;
        private readonly List<(double Seconds, long Blocks)> _samples = [];
        private readonly ManualResetEventSlim _stop = new();
        private readonly Thread _thread;

        public Watch(ImportProgress progress, int blocks)
        {
            (_progress, _blocks) = (progress, blocks);
            _thread = new Thread(Look) { IsBackground = true };
            _thread.Start();
        }

        public long Peak { get; private set; }

        public void Stop()
        {
            _stop.Set();
            _thread.Join();
        }

        /// <summary>Between samples progress is taken as even.</summary>
        public List<double> Tenths(double wall)
        {
            var tenths = new List<double>();
            double last = 0;
            for (int tenth = 1; tenth <= 10; tenth++)
            {
                double at = tenth == 10 ? wall : TimeOf(_blocks * tenth / 10.0, wall);
                tenths.Add(at - last);
                last = at;
            }
            return tenths;
        }

        public void Dispose()
        {
            Stop();
            _stop.Dispose();
        }

        private double TimeOf(double blocks, double wall)
        {
            var (time, count) = (0.0, 0.0);
            foreach (var (seconds, committed) in _samples)
            {
                if (committed >= blocks)
                    return time + ((seconds - time) * (blocks - count) / Math.Max(1e-9, committed - count));
                (time, count) = (seconds, committed);
            }
            return wall;
        }

        private void Look()
        {
            long start = Stopwatch.GetTimestamp();
            using var process = Process.GetCurrentProcess();
            do
            {
                process.Refresh();
                Peak = Math.Max(Peak, process.WorkingSet64);
                _samples.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, _progress.Blocks));
            }
            while (!_stop.Wait(Interval));
        }
    }
}
