using System.Globalization;
using Spectre.Console;
using Weft.Cli.Bench;
using Weft.Cli.Commands;

namespace Weft.Cli.Forecasts;

/// <summary>Writes forecasts beside their limits, and means of the sets.</summary>
internal sealed class ForecastReport(string machine, IReadOnlyList<BlockForecast> blocks)
{
    private readonly BlockForecast[] _sound = [.. blocks.Where(block => block.Difference is null)];

    public bool IsSound => _sound.Length == blocks.Count;

    public void Write(CommandContext context)
    {
        context.Output.WriteLine(machine);
        if (_sound.Length > 0) context.Console.Write(CreateTable());
        context.Output.WriteLine(
            "times serial execution / the limit that no engine exceeds on so many cores: the work divided by them, or "
            + "the longest chain of transactions that need each other; runs: executions of a transaction on the most "
            + "cores, repetitions included");
        foreach (var block in blocks.Where(block => block.Difference is not null))
            context.Output.WriteLine($"DIFFERS {block.Block.Name}: {block.Difference}");
    }

    public object ToJson() => new
    {
        Machine = machine,
        Blocks = blocks.Select(block => new
        {
            block.Block.Set, block.Block.Name, Fork = block.Block.Rules.Fork.ToString(), block.Transactions,
            block.SerialMilliseconds, block.Difference, block.Cores,
        }),
        Means = Means().Select(mean => new
        {
            mean.Set, mean.Blocks, mean.Cores, mean.Speedup, mean.Limit, mean.ShareOfLimit, mean.Measured,
        }),
    };

    private Table CreateTable()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("block", "fork");
        table.AddColumn(new TableColumn("txs").RightAligned()).AddColumn(new TableColumn("serial ms").RightAligned());
        foreach (var cores in _sound[0].Cores)
            table.AddColumn(new TableColumn(cores.Cores == 1 ? "1 core" : $"{cores.Cores} cores").RightAligned());
        table.AddColumn(new TableColumn("runs").RightAligned());
        foreach (var block in _sound)
            table.AddRow([
                Markup.Escape(block.Block.Name), block.Block.Rules.Fork.ToString(), $"{block.Transactions}",
                Text(block.SerialMilliseconds), .. block.Cores.Select(CellOf), Runs(block),
            ]);
        foreach (var set in Means().GroupBy(mean => mean.Set))
            table.AddRow([
                $"[bold]mean of {Markup.Escape(set.Key)}[/]", "", $"{set.First().Blocks} blocks", "",
                .. set.Select(mean => $"[bold]{Pair(mean.Speedup, mean.Limit)}[/]{Beside(mean.Measured)}"), "",
            ]);
        return table;
    }

    private static string CellOf(CoreForecast cores) => Pair(cores.Speedup, cores.Limit) + Beside(cores.Measured);

    private static string Runs(BlockForecast block) =>
        block.Cores.Count == 0 ? "" : Text((double)block.Cores[^1].Executions / Math.Max(1, block.Transactions));

    private static string Pair(double speedup, double limit) => $"{Text(speedup)} / {Text(limit)}";

    private static string Beside(double? measured) => measured is { } value ? $" (is {Text(value)})" : "";

    private sealed record Mean(
        string Set, int Blocks, int Cores, double Speedup, double Limit, double ShareOfLimit, double? Measured);

    /// <summary>Of speedups, so that every block counts alike.</summary>
    private IEnumerable<Mean> Means() => _sound.Where(block => block.Transactions > 0).GroupBy(block => block.Block.Set)
        .SelectMany(set => set.SelectMany(block => block.Cores).GroupBy(cores => cores.Cores).Select(cores => new Mean(
            set.Key, set.Count(), cores.Key, cores.Average(one => one.Speedup), cores.Average(one => one.Limit),
            cores.Average(one => one.Speedup / one.Limit), cores.Average(one => one.Measured))));

    private static string Text(double value) =>
        value.ToString(value < 100 ? "F2" : "F1", CultureInfo.InvariantCulture);
}
