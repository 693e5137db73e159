using System.Globalization;
using Spectre.Console;
using Weft.Cli.Bench;
using Weft.Cli.Commands;
using Weft.Execution.Forecasts;
using Weft.Execution.Strategies;

namespace Weft.Cli.Forecasts;

/// <summary>What is forecast for a block that has a name.</summary>
internal sealed record CaseForecast(BlockCase Block, BlockForecast Forecast)
{
    public int Transactions => Forecast.Transactions;

    public double SerialMilliseconds => Forecast.SerialMilliseconds;

    public IReadOnlyList<CoreForecast> Cores => Forecast.Cores;

    public string? Difference => Forecast.Difference;
}

/// <summary>Writes forecasts beside their limits, and means of the sets.</summary>
internal sealed class ForecastReport(
    string machine, Strategy strategy, bool hasLists, IReadOnlyList<CaseForecast> blocks)
{
    private readonly CaseForecast[] _sound = [.. blocks.Where(block => block.Difference is null)];

    public bool IsSound => _sound.Length == blocks.Count;

    public void Write(CommandContext context)
    {
        context.Output.WriteLine(machine);
        context.Output.WriteLine(
            $"forecast of strategy {StrategyOptions.NameOf(strategy)}"
            + (hasLists ? ", with lists of an earlier run" : ""));
        if (_sound.Length > 0) context.Console.Write(CreateTable());
        context.Output.WriteLine(
            "times serial execution / the limit on so many cores: the work divided by them, or the longest chain of "
            + "transactions that need each other (declared: the longest transaction); beside a mean the mean share "
            + "of the limit; runs: executions of a "
            + "transaction on the most cores, repetitions included; lost: what of the time there was no transaction at "
            + "work, along the chain of things that decided when the block ended");
        foreach (var block in blocks.Where(block => block.Difference is not null))
            context.Output.WriteLine($"DIFFERS {block.Block.Name}: {block.Difference}");
    }

    public object ToJson() => new
    {
        Machine = machine, Strategy = StrategyOptions.NameOf(strategy), Lists = hasLists,
        Blocks = blocks.Select(block => new
        {
            block.Block.Set, block.Block.Name, Fork = block.Block.Rules.Fork.ToString(), block.Transactions,
            block.SerialMilliseconds, block.Difference, Microseconds = block.Forecast.Measured, block.Cores,
        }),
        Means = Means().Select(mean => new
        {
            mean.Set, mean.Blocks, mean.Cores, mean.Speedup, mean.Limit, mean.ShareOfLimit, mean.Measured,
            mean.SpeedupOfSum, mean.LimitOfSum,
        }),
    };

    private Table CreateTable()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("block", "fork");
        table.AddColumn(new TableColumn("txs").RightAligned()).AddColumn(new TableColumn("serial ms").RightAligned());
        foreach (var cores in _sound[0].Cores)
            table.AddColumn(new TableColumn(cores.Cores == 1 ? "1 core" : $"{cores.Cores} cores").RightAligned());
        table.AddColumn(new TableColumn("runs").RightAligned()).AddColumn("lost");
        foreach (var block in _sound)
            table.AddRow([
                Markup.Escape(block.Block.Name), block.Block.Rules.Fork.ToString(), $"{block.Transactions}",
                Text(block.SerialMilliseconds), .. block.Cores.Select(CellOf), Runs(block),
                block.Cores.Count == 0 ? "" : Losses([block.Cores[^1]]),
            ]);
        foreach (var set in Means().GroupBy(mean => mean.Set))
        {
            string name = Markup.Escape(set.Key), blocks = $"{set.First().Blocks} blocks";
            table.AddRow([
                $"[bold]mean of {name}[/]", "", blocks, "",
                .. set.Select(MeanOf), "",
                Losses([.. set.Last().All.Select(one => one.Cores)]),
            ]);
            table.AddRow([
                $"[bold]sum of {name}[/]", "", blocks, Text(set.First().SerialMilliseconds),
                .. set.Select(mean => $"[bold]{Pair(mean.SpeedupOfSum, mean.LimitOfSum)}[/]"), "", "",
            ]);
        }
        return table;
    }

    private static string MeanOf(Mean mean) =>
        $"[bold]{Pair(mean.Speedup, mean.Limit)}[/], {Text(100 * mean.ShareOfLimit)} %{Beside(mean.Measured)}";

    private static string CellOf(CoreForecast cores) => Pair(cores.Speedup, cores.Limit) + Beside(cores.Measured);

    private static string Runs(CaseForecast block) =>
        block.Cores.Count == 0 ? "" : Text((double)block.Cores[^1].Executions / Math.Max(1, block.Transactions));

    /// <summary>What of the time was no work, largest first; the mean of several.</summary>
    private static string Losses(CoreForecast[] forecasts)
    {
        (string Name, Func<TimeShares, double> Share)[] parts =
        [
            ("commits", spent => spent.Commits), ("speculation", spent => spent.Speculation),
            ("aborts", spent => spent.Aborts), ("handover", spent => spent.Handover),
            ("outside", spent => spent.Outside),
        ];
        return string.Join(", ", parts
            .Select(part => (part.Name, Percent: (int)(100 * forecasts.Average(one => part.Share(one.Spent)))))
            .Where(part => part.Percent > 0).OrderByDescending(part => part.Percent)
            .Select(part => $"{part.Name} {part.Percent} %"));
    }

    private static string Pair(double speedup, double limit) => $"{Text(speedup)} / {Text(limit)}";

    private static string Beside(double? measured) => measured is { } value ? $" (is {Text(value)})" : "";

    /// <summary>Means of speedups, in which every block counts alike, and the speedup of all blocks one after the
    /// other.</summary>
    private sealed record Mean(string Set, int Cores, IReadOnlyList<(CaseForecast Block, CoreForecast Cores)> All)
    {
        public int Blocks => All.Count;

        public double Speedup => All.Average(one => one.Cores.Speedup);

        public double Limit => All.Average(one => one.Cores.Limit);

        public double ShareOfLimit => All.Average(one => one.Cores.Speedup / one.Cores.Limit);

        public double? Measured => All.Average(one => one.Cores.Measured);

        public double SerialMilliseconds => All.Sum(one => one.Block.SerialMilliseconds);

        public double SpeedupOfSum => SerialMilliseconds / All.Sum(one => one.Cores.Milliseconds);

        public double LimitOfSum =>
            SerialMilliseconds / All.Sum(one => one.Block.SerialMilliseconds / one.Cores.Limit);
    }

    private IEnumerable<Mean> Means() => _sound.Where(block => block.Transactions > 0).GroupBy(block => block.Block.Set)
        .SelectMany(set => set.SelectMany(block => block.Cores, (block, cores) => (Block: block, Cores: cores))
            .GroupBy(one => one.Cores.Cores).Select(cores => new Mean(set.Key, cores.Key, [.. cores])));

    private static string Text(double value) =>
        value.ToString(value < 100 ? "F2" : "F1", CultureInfo.InvariantCulture);
}
