using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Weft.Cli.Commands;
using Weft.Cli.Input;
using Weft.Node.Parallelism;

namespace Weft.Cli.Replay;

/// <summary>Collects what blocks came to and writes the table, or its JSON.</summary>
internal sealed class ReplayReport
{
    private readonly List<ReplayResult> _results = [];
    private TimeSpan _reading;
    private (InputFolder Folder, BlockFileReader Reader)? _reader;

    public bool IsAllProven => _results.All(result => result.IsProven);

    public void Add(ReplayResult result) => _results.Add(result);

    /// <summary>One reader a folder, for it keeps the codes that blocks share.</summary>
    public BlockFileReader ReaderOf(InputFolder folder)
    {
        if (_reader?.Folder != folder) _reader = (folder, new BlockFileReader(folder));
        return _reader.Value.Reader;
    }

    public BlockFile TimeReading(Func<BlockFile> read)
    {
        long start = Stopwatch.GetTimestamp();
        var file = read();
        _reading += Stopwatch.GetElapsedTime(start);
        return file;
    }

    public object ToJson() => new
    {
        Proven = _results.Count(result => result.IsProven),
        Blocks = _results.Select(result => new
        {
            result.File.Block.Header.Number,
            Fork = result.Rules.Fork.ToString(),
            Transactions = result.File.Block.Transactions.Count,
            result.GasUsed,
            FirstMilliseconds = Milliseconds(result.FirstTime),
            MedianMilliseconds = result.Times.Count > 0 ? Milliseconds(Median(result.Times)) : (double?)null,
            MinimumMilliseconds = result.Times.Count > 0 ? Milliseconds(result.Times[0]) : (double?)null,
            Execution = SummaryText.ToJson(result.Summary),
            result.Proven,
            result.Unproven,
            Difference = result.Difference is { } difference
                ? new
                {
                    difference.TransactionIndex, TransactionHash = difference.TransactionHash?.ToString(),
                    difference.Field,
                    difference.Expected, difference.Got, difference.Steps,
                }
                : null,
        }),
        ReadingSeconds = Math.Round(_reading.TotalSeconds, 3),
    };

    public void Write(CommandContext context, bool isVerbose = false)
    {
        bool repeated = _results.Any(result => result.Times.Count > 0);
        var table = new Table().Border(TableBorder.Simple).AddColumns("block", "fork");
        string[] columns = repeated
            ? ["txs", "gas", "first ms", "median ms", "min ms", "Mgas/s"]
            : ["txs", "gas", "ms", "Mgas/s"];
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("proven");
        foreach (var result in _results) table.AddRow([.. Row(result, repeated)]);
        context.Console.Write(table);
        if (isVerbose)
            foreach (var result in _results)
                context.Output.WriteLine(
                    $"block {result.File.Block.Header.Number}: {SummaryText.Of(result.Summary)}");
        WriteTotals(context, repeated);
        foreach (var result in _results.Where(result => result.Unproven is not null))
            context.Output.WriteLine($"block {result.File.Block.Header.Number} is not proven whole: {result.Unproven}");
        if (_results.FirstOrDefault(result => result.Difference is not null) is { } first)
            WriteDifference(context, first);
    }

    private static IEnumerable<string> Row(ReplayResult result, bool repeated)
    {
        yield return Text(result.File.Block.Header.Number);
        yield return result.Rules.Fork.ToString();
        yield return Text(result.File.Block.Transactions.Count);
        yield return Text(result.GasUsed);
        yield return Text(result.FirstTime);
        if (repeated) yield return Text(Median(result.Times));
        if (repeated) yield return Text(result.Times[0]);
        yield return Rate(result.GasUsed, repeated ? Median(result.Times) : result.FirstTime);
        if (result.Difference is not null) yield return $"[red]DIFFERS: {Markup.Escape(result.Difference.Field)}[/]";
        else if (result.Unproven is null) yield return string.Join(", ", result.Proven);
        else yield return string.Join(", ", [.. result.Proven, "[red]not all[/]"]);
    }

    private void WriteTotals(CommandContext context, bool repeated)
    {
        var time = Sum(result => repeated ? Median(result.Times) : result.FirstTime);
        ulong gas = _results.Aggregate(0ul, (sum, result) => sum + result.GasUsed);
        int complete = _results.Count(result => result.File.IsComplete);
        int proven = _results.Count(result => result.IsProven && result.File.IsComplete);
        int computed = _results.Count(result => result.Difference is null && !result.File.IsComplete);
        var output = context.Output;
        output.WriteLine(
            $"{_results.Sum(result => result.File.Block.Transactions.Count)} transactions, {Text(gas)} gas, "
            + $"{Text(time)} ms ({Rate(gas, time)} Mgas/s); "
            + $"reading and recovering senders {_reading.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s");
        int incomplete = _results.Count - complete;
        string others = incomplete > 0 ? $", {computed} of {incomplete} equal to computed results" : "";
        output.WriteLine($"{proven} of {complete} blocks proven against their headers{others}");
    }

    private static void WriteDifference(CommandContext context, ReplayResult result)
    {
        var difference = result.Difference!;
        var output = context.Output;
        output.WriteLine($"first difference: block {result.File.Block.Header.Number} ({result.File.Source})");
        if (difference.TransactionIndex is { } index)
            output.WriteLine($"  transaction  {index} {difference.TransactionHash}");
        output.WriteLine($"  field        {difference.Field}");
        output.WriteLine($"  expected     {difference.Expected}");
        output.WriteLine($"  got          {difference.Got}");
        foreach (string step in difference.Steps) output.WriteLine($"  {step}");
    }

    private TimeSpan Sum(Func<ReplayResult, TimeSpan> time) =>
        _results.Aggregate(TimeSpan.Zero, (sum, result) => sum + time(result));

    internal static TimeSpan Median(IReadOnlyList<TimeSpan> ascending) => ascending[ascending.Count / 2];

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private static string Text(TimeSpan time) => time.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture);

    private static string Text(IFormattable number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Rate(ulong gas, TimeSpan time) =>
        (gas / 1e6 / Math.Max(time.TotalSeconds, 1e-9)).ToString("F0", CultureInfo.InvariantCulture);
}
