using System.Globalization;
using Spectre.Console;
using Weft.Cli.Bench;
using Weft.Cli.Input;
using Weft.Cli.Replay;

namespace Weft.Cli.Commands;

/// <summary>weft bench blocks</summary>
internal static class BenchBlocks
{
    private const int WarmUpRuns = 20;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(1500);

    private sealed record Row(
        ulong Number, int Transactions, ulong Gas, double First, double Median, double Minimum, double Seal,
        double Revm);

    public static int Run(CommandContext context, string? path, bool withPeer, int repeat, bool json)
    {
        path ??= Repository.Fixture("mainnet/blocks.zip")
            ?? throw new InputException("", "", "the fixtures are not here", "name a block archive with --file");
        string machine = Machine.Describe();
        var rows = Measure(context, path, repeat, json);
        double? scale = withPeer
            ? BenchPrograms.PeerScale(BenchPrograms.Measure(context, ScalePrograms(), true, repeat, json))
            : null;
        if (json) WriteJson(context, machine, rows, scale);
        else Write(context, machine, rows, scale);
        return (int)ExitCode.Success;
    }

    private static Programs.EvmProgram[] ScalePrograms() =>
        BenchPrograms.ReadPrograms(null).Where(program => PublishedFigures.AnvilPrograms.ContainsKey(program.Name))
            .ToArray();

    private static List<Row> Measure(CommandContext context, string path, int repeat, bool quiet)
    {
        using var folder = InputFolder.Open(path);
        var names = BlockFileReader.FindBlocks(folder)
            .Where(name => BlockFileReader.TryReadNumber(name, out ulong number)
                && PublishedFigures.RevmBlocks.ContainsKey(number))
            .ToArray();
        if (names.Length == 0)
            throw new InputException(path, "", "holds none of the blocks whose times were published");
        var reader = new BlockFileReader(folder);
        using var replay = new BlockReplay();
        var rows = new List<Row>();
        context.WithProgress("blocks", names.Length, quiet, done =>
        {
            foreach (string name in names)
            {
                rows.Add(MeasureOne(reader.Read(name), replay, repeat, context.Cancellation));
                done();
            }
        });
        return rows;
    }

    private static Row MeasureOne(BlockFile file, BlockReplay replay, int repeat, CancellationToken cancellation)
    {
        var header = file.Block.Header;
        var first = replay.Replay(file);
        if (first.Difference is { } difference)
            throw new InputException(
                file.Source, "", $"differs in {difference.Field}; `weft replay --block {header.Number}` says more");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (int runs = 0; runs < WarmUpRuns || watch.Elapsed < WarmUp; runs++) replay.Repeat(file, 1, cancellation);
        var (times, seal) = replay.Repeat(file, repeat, cancellation);
        return new Row(
            header.Number, file.Block.Transactions.Count, first.GasUsed, first.FirstTime.TotalMilliseconds,
            ReplayReport.Median(times).TotalMilliseconds, times[0].TotalMilliseconds,
            ReplayReport.Median(seal).TotalMilliseconds, PublishedFigures.RevmBlocks[header.Number]);
    }

    private static void Write(CommandContext context, string machine, List<Row> rows, double? scale)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("block");
        string[] columns =
            ["txs", "gas", "first ms", "median ms", "min ms", "Mgas/s", "receipts ms", "revm ms (published)"];
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var row in rows)
            table.AddRow(
                Number(row.Number), Number(row.Transactions), Number(row.Gas), Text(row.First), Text(row.Median),
                Text(row.Minimum), Text(row.Gas / 1e3 / row.Median), Text(row.Seal), Text(row.Revm));
        context.Output.WriteLine(machine);
        context.Console.Write(table);
        double ours = rows.Sum(row => row.Median), revm = rows.Sum(row => row.Revm);
        context.Output.WriteLine(
            "first: cold, with code analysis and JIT; median and min: the state transition, as revm's; "
            + "receipts: their blooms and root, a stage that follows and that revm's time leaves out");
        context.Output.WriteLine($"sum of medians: weft {Text(ours)} ms, revm {Text(revm)} ms as published");
        context.Output.WriteLine(scale is { } factor
            ? $"anvil takes {Text(factor)} times its published times on the programs today: "
                + $"revm scaled {Text(revm * factor)} ms, revm/weft {Text(revm * factor / ours)}"
            : "add --peer anvil to scale the published times to this machine");
    }

    private static void WriteJson(CommandContext context, string machine, List<Row> rows, double? scale) =>
        context.WriteJson(new
    {
        Machine = machine, Blocks = rows, WeftMilliseconds = rows.Sum(row => row.Median),
        PublishedRevmMilliseconds = rows.Sum(row => row.Revm), PeerScale = scale,
        ScaledRevmMilliseconds = scale is { } factor ? rows.Sum(row => row.Revm) * factor : (double?)null,
    });

    private static string Number(IFormattable value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
