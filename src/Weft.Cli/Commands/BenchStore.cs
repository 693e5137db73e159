using System.CommandLine;
using System.Globalization;
using Weft.Cli.Bench;
using Weft.State.Store;

namespace Weft.Cli.Commands;

/// <summary>weft bench store</summary>
internal static class BenchStore
{
    private const int EntriesMax = 200_000_000, CacheMegabytesMax = 1 << 20;

    public static Command Create(CommandContext context)
    {
        var entries = CountOption.Create("--entries", 2_000_000, 1, EntriesMax, "Accounts in the table");
        var updates = CountOption.Create("--updates", 5_000, 1, 1_000_000, "Accounts that a commit changes");
        var commits = CountOption.Create("--commits", 25, 1, 100_000, "Commits whose median counts");
        var cache = CountOption.Create("--cache", 256, 1, CacheMegabytesMax, "Mebibytes of the cache");
        var folder = new Option<string?>("--folder")
        {
            HelpName = "FOLDER", Description = "Where the database is made and deleted; the system's temporary one",
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command("store", "Times reads of the state and commits, beside LMDB alone.")
        {
            entries, updates, commits, cache, folder, json,
        };
        command.SetAction(parsed => Run(
            context, parsed.GetValue(folder) ?? Path.GetTempPath(),
            new(parsed.GetValue(entries), parsed.GetValue(updates), parsed.GetValue(commits),
                (long)parsed.GetValue(cache) << 20),
            parsed.GetValue(json)));
        Examples.AddTo(command, "weft bench store", "weft bench store --entries 100000 --folder /data --json");
        return command;
    }

    private static int Run(CommandContext context, string parent, StoreBenchSize size, bool json)
    {
        string machine = Machine.Describe();
        string folder = Path.Combine(parent, $"weft-bench-{Path.GetRandomFileName()}");
        try
        {
            var bench = new StoreBench(folder, size, context.Cancellation);
            StoreFigures? figures = null;
            context.WithProgress("store", bench.StepCount, json, done => figures = bench.Run(done));
            string drive = new DriveInfo(folder).DriveFormat;
            if (json) WriteJson(context, machine, drive, size, figures!);
            else Write(context.Output, machine, drive, size, figures!);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        return (int)ExitCode.Success;
    }

    private static void Write(
        TextWriter output, string machine, string drive, StoreBenchSize size, StoreFigures figures)
    {
        output.WriteLine(machine);
        output.WriteLine(
            $"{size.Entries:N0} accounts on {drive}, {figures.FileBytes >> 20:N0} MiB, filled in "
            + $"{Text(figures.Fill / 1000)} s; cache of {size.CacheBytes >> 20:N0} MiB; file in the system's memory");
        output.WriteLine("one thread, medians of batches:");
        output.WriteLine(
            $"  hot read     {Text(figures.Hot)} ns through the cache, "
            + $"{Text(figures.AllocatedPerRead)} bytes allocated");
        output.WriteLine(
            $"  cold read    {Text(figures.Cold)} ns through the cache, {Text(figures.Bare)} ns by LMDB alone in one "
            + $"snapshot: {Text(figures.ColdRatio)} times");
        output.WriteLine($"commits of {size.Updates:N0} updates, medians of {size.Commits:N0}:");
        foreach (var (durability, commit) in figures.Commits)
            output.WriteLine(
                $"  {Name(durability),-10}   {Text(commit.Whole)} ms, at most {Text(commit.Worst)}; "
                + $"{Text(commit.Commit)} in the commit; {Text(1000 * commit.Whole / size.Updates)} us an update, "
                + $"{Text(commit.Whole / figures.Commits[Durability.Exit].Whole)} times exit");
        output.WriteLine($"checksum {figures.Checksum:x}");
    }

    private static void WriteJson(
        CommandContext context, string machine, string drive, StoreBenchSize size, StoreFigures figures) =>
        context.WriteJson(new
        {
            Machine = machine, Drive = drive, size.Entries, size.Updates, size.Commits, size.CacheBytes,
            FillMilliseconds = figures.Fill, figures.FileBytes, HotNanoseconds = figures.Hot,
            ColdNanoseconds = figures.Cold, LmdbNanoseconds = figures.Bare, figures.ColdRatio, figures.AllocatedPerRead,
            CommitMilliseconds = figures.Commits.ToDictionary(entry => Name(entry.Key), entry => entry.Value),
            Checksum = $"{figures.Checksum:x}",
        });

    private static string Name(Durability durability) => durability switch
    {
        Durability.Seconds => "seconds",
        Durability.Block => "block",
        _ => "exit",
    };

    private static string Text(double value) =>
        value.ToString(value < 10 ? "F3" : value < 1000 ? "F1" : "N0", CultureInfo.InvariantCulture);
}
