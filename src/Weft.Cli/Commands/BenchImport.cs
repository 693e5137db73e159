using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Weft.Chain;
using Weft.Chain.Import;
using Weft.Cli.Bench;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Cli.Samples;
using Weft.State.Store;

namespace Weft.Cli.Commands;

/// <summary>weft bench import</summary>
internal static class BenchImport
{
    /// <summary>One in so many blocks is imported with the stages in turn.</summary>
    private const int AloneShare = 5;

    public static Command Create(CommandContext context)
    {
        var size = new GeneratedChainOptions(accounts: 1_000_000, contracts: 1_000, slots: 1_000, changes: 10_000);
        var blocks = CountOption.Create("--blocks", 100, 10, 100_000, "Blocks to import");
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "import", "Generates a chain, imports it into a new database on disk, prints where the time went.")
        {
            blocks, json,
        };
        size.AddTo(command);
        var options = DataOptions.AddTo(command);
        command.SetAction(parsed => Run(
            context, size.Read(parsed), parsed.GetValue(blocks), options.Read(parsed), parsed.GetValue(json)));
        Examples.AddTo(command, "weft bench import --data /tmp/bench --cache 1G",
            "weft bench import --accounts 100000 --contracts 100 --blocks 50 --threads 1 --data /tmp/bench");
        return command;
    }

    private static int Run(CommandContext context, GeneratedChainSize size, int count, DataSettings settings, bool json)
    {
        string folder = Path.Combine(settings.Folder, "bench-import");
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(folder, "", e.Message, "name a folder that can be written with --data");
        }
        string machine = Machine.Describe();
        var database = new DatabaseOptions { Durability = settings.Durability };
        var options = new ChainOptions { CacheBytes = settings.CacheBytes, Threads = settings.Threads };
        try
        {
            using var generated = new GeneratedChain(size);
            List<byte[]> blocks = [];
            context.WithProgress("generating", count, json, done =>
                blocks = ImportBench.Generate(generated, count, done, context.Cancellation));
            var alone = ImportBench.Import(
                generated.Spec, blocks[..(count / AloneShare)], Path.Combine(folder, "alone"), database, options,
                isInLockstep: true);
            var together = ImportBench.Import(
                generated.Spec, blocks, Path.Combine(folder, "together"), database, options, isInLockstep: false);
            var report = new Report(machine, size, settings, alone, together);
            if (json) context.WriteJson(report.ToJson());
            else report.Write(context);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return (int)ExitCode.Success;
    }

    /// <summary>Stages that wait for each other, which shows what each of them costs, and all at once.</summary>
    private sealed record Report(
        string Machine, GeneratedChainSize Size, DataSettings Settings, ImportMeasurement Alone, ImportMeasurement All)
    {
        public void Write(CommandContext context)
        {
            var output = context.Output;
            output.WriteLine(Machine);
            output.WriteLine(string.Create(
                Culture,
                $"{Size.Accounts:n0} accounts, {Size.Contracts:n0} contracts with {Size.Slots:n0} slots each; "
                + $"{All.Blocks:n0} blocks with {Size.Changes:n0} changes, {All.Transactions:n0} transactions; seed "
                + $"{Size.Seed}; cache {ByteSize.Format(Settings.CacheBytes)}, {Settings.Threads} threads, durability "
                + $"{Settings.Durability}"));
            output.WriteLine(string.Create(
                Culture,
                $"{All.WallSeconds:n2} s: {All.Blocks / All.WallSeconds:n1} blocks/s, "
                + $"{All.Gas / 1e6 / All.WallSeconds:n0} Mgas/s, "
                + $"{All.Transactions / All.WallSeconds:n0} transactions/s"));
            WriteStages(context);
            output.WriteLine(string.Create(
                Culture,
                $"wall {WallOf(All):n1} ms a block; one stage after the other {WallOf(Alone):n1}; slowest stage alone "
                + $"{Slowest:n1}; all work / {Settings.Threads} threads {Work / Settings.Threads:n1}; "
                + $"wall / the larger of the two {WallOf(All) / Limit:n2}"));
            output.WriteLine(string.Create(
                Culture,
                $"throughput of the second half of the blocks "
                + $"{All.Tenths.Take(5).Sum() / All.Tenths.Skip(5).Sum():n2} of the first's, as batches are committed; "
                + $"resident memory "
                + $"{ByteSize.Format(All.ResidentBefore)} before (the generated chain), "
                + $"{ByteSize.Format(All.ResidentPeak)} at most"));
            output.WriteLine($"head {All.Head}");
        }

        public object ToJson() => new
        {
            Machine, Size, Settings.CacheBytes, Settings.Threads, Durability = Settings.Durability.ToString(),
            All.Blocks, All.Transactions, All.Gas, All.WallSeconds,
            MillisecondsAlone = Alone.StageSeconds.ToDictionary(stage => Name(stage.Key), stage => Cost(stage.Key)),
            SlowestMilliseconds = Slowest, WorkMilliseconds = Work, WallMilliseconds = WallOf(All),
            WallInTurnMilliseconds = WallOf(Alone), Limit, All.Tenths, All.ResidentBefore, All.ResidentPeak,
            Head = All.Head.ToString(),
        };

        private void WriteStages(CommandContext context)
        {
            var table = new Spectre.Console.Table().Border(TableBorder.Simple).AddColumn("stage");
            foreach (string column in new[] { "work, ms/block", "threads", "at least, ms/block" })
                table.AddColumn(new TableColumn(column).RightAligned());
            foreach (var stage in Alone.StageSeconds.Keys)
                table.AddRow(
                    Name(stage), Cost(stage).ToString("n2", Culture), ThreadsOf(stage).ToString(Culture),
                    (Cost(stage) / ThreadsOf(stage)).ToString("n2", Culture));
            context.Console.Write(table);
        }

        /// <summary>Milliseconds a block, while nothing else runs.</summary>
        private double Cost(ImportStage stage) => 1000 * Alone.StageSeconds[stage] / Alone.Blocks;

        private double Slowest => Alone.StageSeconds.Keys.Max(stage => Cost(stage) / ThreadsOf(stage));

        private double Work => Alone.StageSeconds.Keys.Sum(Cost);

        /// <summary>No schedule on these threads can be faster.</summary>
        private double Limit => Math.Max(Slowest, Work / Settings.Threads);

        private int ThreadsOf(ImportStage stage) => stage == ImportStage.Recover ? Settings.Threads : 1;

        private static double WallOf(ImportMeasurement m) => 1000 * m.WallSeconds / m.Blocks;

        private static string Name(ImportStage stage) => stage.ToString().ToLowerInvariant();
    }

    private static CultureInfo Culture => CultureInfo.InvariantCulture;
}
