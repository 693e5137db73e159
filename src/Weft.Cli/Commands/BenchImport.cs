using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Weft.Chain;
using Weft.Chain.Import;
using Weft.Cli.Bench;
using Weft.Cli.Data;
using Weft.Cli.Samples;
using Weft.State.Store;

namespace Weft.Cli.Commands;

/// <summary>weft bench import</summary>
internal static class BenchImport
{
    public static Command Create(CommandContext context)
    {
        var size = new GeneratedChainOptions(accounts: 1_000_000, contracts: 1_000, slots: 1_000, changes: 10_000);
        var blocks = new Option<int>("--blocks")
        {
            HelpName = "N", Description = "Blocks to import", DefaultValueFactory = _ => 100,
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "import", "Generates a chain, imports it into a new database on disk, prints where the time went.")
        {
            blocks, json,
        };
        size.AddTo(command);
        var options = DataOptions.AddTo(command);
        blocks.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 10 or > 100_000) result.AddError("--blocks takes 10 to 100000.");
        });
        command.SetAction(parsed => Run(
            context, size.Read(parsed), parsed.GetValue(blocks), options.Read(parsed), parsed.GetValue(json)));
        Examples.AddTo(command, "weft bench import --data /tmp/bench --cache 1G",
            "weft bench import --accounts 100000 --contracts 100 --blocks 50 --threads 1 --data /tmp/bench");
        return command;
    }

    private static int Run(CommandContext context, GeneratedChainSize size, int count, DataSettings settings, bool json)
    {
        string folder = Path.Combine(settings.Folder, "bench-import");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        string machine = Machine.Describe();
        try
        {
            using var generated = new GeneratedChain(size);
            List<byte[]> blocks = [];
            context.WithProgress("generating", count, json, done =>
                blocks = ImportBench.Generate(generated, count, done, context.Cancellation));
            var measured = ImportBench.Import(
                generated.Spec, blocks, folder, new DatabaseOptions { Durability = settings.Durability },
                new ChainOptions { CacheBytes = settings.CacheBytes, Threads = settings.Threads });
            if (json) WriteJson(context, machine, size, settings, measured);
            else Write(context, machine, size, settings, measured);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return (int)ExitCode.Success;
    }

    private static void Write(
        CommandContext context, string machine, GeneratedChainSize size, DataSettings settings, ImportMeasurement m)
    {
        var output = context.Output;
        output.WriteLine(machine);
        output.WriteLine(string.Create(
            Culture,
            $"{size.Accounts:n0} accounts, {size.Contracts:n0} contracts with {size.Slots:n0} slots each; {m.Blocks:n0} blocks with "
            + $"{size.Changes:n0} changes, {m.Transactions:n0} transactions; seed {size.Seed}; cache "
            + $"{ByteSize.Format(settings.CacheBytes)}, {settings.Threads} threads, durability {settings.Durability}"));
        output.WriteLine(string.Create(
            Culture,
            $"{m.WallSeconds:n2} s: {m.Blocks / m.WallSeconds:n1} blocks/s, {m.Gas / 1e6 / m.WallSeconds:n0} Mgas/s, "
            + $"{m.Transactions / m.WallSeconds:n0} transactions/s"));
        var table = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (string column in new[] { "stage", "busy s", "ms/block", "on threads", "at least s" }) table.AddColumn(column);
        foreach (var (stage, seconds) in m.StageSeconds)
            table.AddRow(
                stage.ToString().ToLowerInvariant(), string.Create(Culture, $"{seconds:n2}"), string.Create(Culture, $"{1000 * seconds / m.Blocks:n2}"),
                string.Create(Culture, $"{ThreadsOf(stage, settings)}"), string.Create(Culture, $"{seconds / ThreadsOf(stage, settings):n2}"));
        context.Console.Write(table);
        double slowest = Slowest(m, settings), all = m.StageSeconds.Values.Sum() / settings.Threads;
        output.WriteLine(string.Create(
            Culture,
            $"wall / slowest stage {m.WallSeconds / slowest:n2}; wall / (work of all stages / {settings.Threads} threads) "
            + $"{m.WallSeconds / all:n2}. Busy includes waiting for a core."));
        output.WriteLine(string.Create(
            Culture,
            $"first tenth {m.Tenths[0]:n2} s, last tenth {m.Tenths[^1]:n2} s: throughput of the last is "
            + $"{m.Tenths[0] / m.Tenths[^1]:n2} of the first; resident memory {ByteSize.Format(m.ResidentBefore)} before "
            + $"(the generated chain), {ByteSize.Format(m.ResidentPeak)} at most"));
        output.WriteLine($"head {m.Head}");
    }

    private static void WriteJson(
        CommandContext context, string machine, GeneratedChainSize size, DataSettings settings, ImportMeasurement m) =>
        context.WriteJson(new
        {
            Machine = machine, Size = size, settings.CacheBytes, settings.Threads, Durability = settings.Durability.ToString(),
            m.Blocks, m.Transactions, m.Gas, m.WallSeconds,
            StageSeconds = m.StageSeconds.ToDictionary(s => s.Key.ToString().ToLowerInvariant(), s => s.Value),
            SlowestStageSeconds = Slowest(m, settings), m.Tenths, m.ResidentBefore, m.ResidentPeak, Head = m.Head.ToString(),
        });

    /// <summary>Seconds that the slowest stage needs on the threads that it has.</summary>
    private static double Slowest(ImportMeasurement m, DataSettings settings) =>
        m.StageSeconds.Max(stage => stage.Value / ThreadsOf(stage.Key, settings));

    private static int ThreadsOf(ImportStage stage, DataSettings settings) =>
        stage == ImportStage.Recover ? settings.Threads : 1;

    private static CultureInfo Culture => CultureInfo.InvariantCulture;
}
