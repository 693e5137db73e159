using System.Globalization;
using Spectre.Console;
using Weft.Cli.Commands;

namespace Weft.Cli.Bench;

/// <summary>Writes what <see cref="BlockBench"/> measured: blocks, sums of sets, other engines.</summary>
internal sealed class BlockBenchReport(string machine, IReadOnlyList<BlockFigures> blocks, double? scale)
{
    /// <summary>Those whose runs all agreed: times of wrong results are worth nothing.</summary>
    private readonly BlockFigures[] _sound = [.. blocks.Where(block => block.Difference is null)];

    public void Write(CommandContext context)
    {
        context.Output.WriteLine(machine);
        WriteBlocks(context.Console);
        WriteSets(context.Console);
        context.Output.WriteLine(
            "ms: medians in turns within each block, least beside; limit: the speedup that no schedule can exceed, by "
            + "the gas of the longest chain of transactions of which each reads what one before wrote; machine: how "
            + "many serial executions of the block so many threads get done at once, each for itself, in the time of "
            + "one alone; runs/tx and aborts: of a block; CPU: time of all threads over that of serial execution");
        WritePause(context);
        WritePeers(context);
        foreach (var block in blocks.Where(block => block.Difference is not null))
            context.Output.WriteLine($"DIFFERS {block.Block.Set} {block.Block.Name}: {block.Difference}");
    }

    // ---- Blocks ----

    private void WriteBlocks(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("block", "strategy, threads");
        string[] columns =
        [
            "txs", "Mgas", "ms", "least", "speedup", "limit", "machine", "runs/tx", "aborts", "CPU", "bytes/tx", "revm",
            "pevm",
        ];
        foreach (string column in columns) table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("result");
        foreach (var block in _sound)
            foreach (var figures in block.Configurations) table.AddRow([.. Row(block, figures)]);
        console.Write(table);
    }

    private IEnumerable<string> Row(BlockFigures block, ConfigurationFigures figures)
    {
        bool isFirst = figures == block.Serial;
        var published = Published(block);
        yield return isFirst ? Markup.Escape(block.Block.Name) : "";
        yield return NameOf(figures);
        yield return isFirst ? $"{block.Transactions}" : "";
        yield return isFirst ? Text(block.Gas / 1e6) : "";
        yield return Text(figures.Milliseconds);
        yield return Text(figures.Minimum);
        yield return isFirst ? "" : Speedup(block.Speedup(figures));
        yield return isFirst ? "" : Text(block.Limit(figures));
        yield return isFirst ? "" : Text(block.Machine(figures));
        yield return isFirst ? "" : Text(figures.ExecutionsPerTransaction);
        yield return isFirst ? "" : Text(figures.Aborts);
        yield return isFirst ? "" : Text(figures.CpuMilliseconds / block.Serial.CpuMilliseconds);
        yield return figures.AllocatedPerTransaction.ToString("F0", CultureInfo.InvariantCulture);
        yield return isFirst && published is not null ? Text(published.Revm) : "";
        yield return !isFirst && published is not null && figures.Configuration.Threads == 2
            ? Text(published.Pevm)
            : "";
        yield return isFirst ? block.Hash.ToString()[..10] : "";
    }

    /// <summary>With what auto took.</summary>
    private static string NameOf(ConfigurationFigures figures) => figures.Configuration.Strategy
        == Execution.Strategies.Strategy.Auto
        ? $"{figures.Configuration}: {StrategyOptions.NameOf(figures.Chosen)}"
        : figures.Configuration.ToString();

    // ---- Sums ----

    private sealed record Sum(
        string Set, BlockConfiguration Configuration, IReadOnlyList<BlockFigures> Blocks, int Index)
    {
        private IEnumerable<ConfigurationFigures> Figures => Blocks.Select(block => block.Configurations[Index]);

        public double Milliseconds => Figures.Sum(figures => figures.Milliseconds);

        public double Speedup => Blocks.Sum(block => block.Serial.Milliseconds) / Milliseconds;

        /// <summary>What all blocks would come to, were each as fast as the machine lets independent work be.</summary>
        public double Machine => Blocks.Sum(block => block.Serial.Milliseconds)
            / Blocks.Sum(block => block.Serial.Milliseconds / block.Machine(block.Configurations[Index]));

        public double Mean => Math.Exp(Blocks.Average(block => Math.Log(block.Speedup(block.Configurations[Index]))));

        public BlockFigures Slowest => Blocks.MinBy(block => block.Speedup(block.Configurations[Index]))!;

        public double LeastSpeedup => Slowest.Speedup(Slowest.Configurations[Index]);

        public double Cpu => Figures.Sum(figures => figures.CpuMilliseconds)
            / Blocks.Sum(block => block.Serial.CpuMilliseconds);

        public double CpuSeconds => Figures.Sum(figures => figures.CpuMilliseconds * figures.Runs) / 1000;

        public double Executions => Blocks.Sum(
            block => block.Configurations[Index].ExecutionsPerTransaction * block.Transactions)
            / Math.Max(1, Blocks.Sum(block => block.Transactions));
    }

    private Sum[] Sums() =>
        [.. _sound.GroupBy(block => block.Block.Set).SelectMany(set => set.First().Configurations
            .Select((figures, index) => new Sum(set.Key, figures.Configuration, [.. set], index)))];

    private void WriteSets(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("sum of", "strategy, threads");
        string[] columns = ["blocks", "ms", "speedup", "machine", "mean", "least", "runs/tx", "CPU", "CPU s"];
        foreach (string column in columns) table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("least of");
        foreach (var sum in Sums())
            table.AddRow(
                sum.Set, sum.Configuration.ToString(), $"{sum.Blocks.Count}", Text(sum.Milliseconds),
                Speedup(sum.Speedup), Text(sum.Machine), Speedup(sum.Mean), Speedup(sum.LeastSpeedup),
                Text(sum.Executions), Text(sum.Cpu), Text(sum.CpuSeconds), Markup.Escape(sum.Slowest.Block.Name));
        console.Write(table);
    }

    private void WritePause(CommandContext context)
    {
        if (_sound.Length == 0) return;
        var (block, figures) = _sound
            .SelectMany(block => block.Configurations, (block, figures) => (block, figures))
            .MaxBy(pair => pair.figures.LongestPause);
        context.Output.WriteLine(
            $"the longest pause for garbage: {Text(figures.LongestPause.TotalMilliseconds)} ms, "
            + $"{block.Block.Name} under {figures.Configuration}");
    }

    // ---- Other engines ----

    /// <summary>Null where it says nothing about our block.</summary>
    private PublishedBlock? Published(BlockFigures block) =>
        scale is null && block.Block.Published is { IsOtherContract: true } ? null : block.Block.Published;

    private void WritePeers(CommandContext context)
    {
        var known = _sound.Where(block => Published(block) is not null).ToArray();
        if (known.Length == 0) return;
        context.Output.WriteLine(scale is { } today
            ? $"anvil takes {Text(today)} times its published times on programs today: so do revm and pevm above, but "
                + "for heavy, which is another contract than the published one: its transactions were timed on anvil"
            : "revm and pevm as published: add --peer anvil to scale them to this machine, and for heavy");
        for (int i = 0; i < known[0].Configurations.Count; i++)
        {
            int index = i;
            var configuration = known[0].Configurations[i].Configuration;
            double Ratio(BlockFigures block, Func<PublishedBlock, double> peer) =>
                peer(Published(block)!) / block.Configurations[index].Milliseconds;
            context.Output.WriteLine(
                $"  {configuration}: {Beside("revm", known.Select(block => Ratio(block, peer => peer.Revm)))}; "
                + $"{Beside("pevm, 2 threads", known.Select(block => Ratio(block, peer => peer.Pevm)))}");
        }
    }

    private static string Beside(string name, IEnumerable<double> ratios)
    {
        double[] all = [.. ratios];
        double mean = Math.Exp(all.Average(Math.Log));
        int faster = all.Count(ratio => ratio > 1);
        return $"{name} / weft: mean {Text(mean)}, least {Text(all.Min())}, faster in {faster} of {all.Length}";
    }

    // ---- JSON ----

    public object ToJson() => new
    {
        Machine = machine, PeerScale = scale,
        Blocks = blocks.Select(block => new
        {
            block.Block.Set, block.Block.Name, Fork = block.Block.Rules.Fork.ToString(), block.Transactions, block.Gas,
            block.Parallelism,
            Result = block.Hash.ToString(), block.Difference, Published = Published(block),
            Configurations = block.Difference is null
                ? block.Configurations.Select(figures => ToJson(block, figures))
                : null,
        }),
        Sums = Sums().Select(sum => new
        {
            sum.Set, Strategy = StrategyOptions.NameOf(sum.Configuration.Strategy), sum.Configuration.Threads,
            Blocks = sum.Blocks.Count, sum.Milliseconds, sum.Speedup, sum.Machine, MeanSpeedup = sum.Mean,
            sum.LeastSpeedup, LeastOf = sum.Slowest.Block.Name, ExecutionsPerTransaction = sum.Executions,
            CpuRatio = sum.Cpu, sum.CpuSeconds,
        }),
    };

    private static object ToJson(BlockFigures block, ConfigurationFigures figures) => new
    {
        Strategy = StrategyOptions.NameOf(figures.Configuration.Strategy), figures.Configuration.Threads,
        Chosen = StrategyOptions.NameOf(figures.Chosen), figures.Runs, figures.Milliseconds,
        MinimumMilliseconds = figures.Minimum, Speedup = block.Speedup(figures), Limit = block.Limit(figures),
        Machine = block.Machine(figures),
        figures.ExecutionsPerTransaction,
        figures.Aborts, figures.CpuMilliseconds, AllocatedBytesPerTransaction = figures.AllocatedPerTransaction,
        LongestPauseMilliseconds = figures.LongestPause.TotalMilliseconds,
    };

    private static string Text(double value) =>
        value.ToString(value < 10 ? "F2" : "F1", CultureInfo.InvariantCulture);

    private static string Speedup(double value) =>
        (value < 0.97 ? "[red]" : "[default]") + value.ToString("F2", CultureInfo.InvariantCulture) + "[/]";
}
