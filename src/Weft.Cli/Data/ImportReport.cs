using System.Globalization;
using Weft.Chain.Import;
using Weft.Cli.Commands;
using Weft.Cli.Input;
using Weft.Primitives.Blocks;

namespace Weft.Cli.Data;

/// <summary>What an import came to.</summary>
internal sealed class ImportReport(BlockHeader start)
{
    private readonly List<(string Path, ImportOutcome Outcome)> _files = [];

    public ImportProgress Progress { get; } = new();

    public BlockHeader Head { get; set; } = start;

    public ImportOutcome Last => _files[^1].Outcome;

    public void Add(string path, ImportOutcome outcome) => _files.Add((path, outcome));

    /// <summary>A line on where time went: each stage's share of the sum over all.</summary>
    public string Stages()
    {
        var stages = Enum.GetValues<ImportStage>();
        double sum = stages.Sum(stage => Progress.TimeIn(stage).TotalSeconds);
        return string.Join(", ", stages.Select(stage =>
            $"{Name(stage)} {(sum > 0 ? Progress.TimeIn(stage).TotalSeconds / sum : 0).ToString("P0", Culture)}"));
    }

    public string Rates()
    {
        double seconds = Math.Max(Progress.Elapsed.TotalSeconds, 1e-3);
        return string.Create(
            Culture,
            $"{Progress.Blocks / seconds:n0} blocks/s, {Progress.Gas / 1e6 / seconds:n1} Mgas/s, "
            + $"{Progress.Transactions / seconds:n0} transactions/s");
    }

    public void Write(CommandContext context)
    {
        var output = context.Output;
        output.WriteLine(string.Create(
            Culture,
            $"{Progress.Blocks:n0} blocks, {Progress.Gas / 1e6:n1} Mgas, {Progress.Transactions:n0} transactions in "
            + $"{Progress.Elapsed.TotalSeconds:n2} s: {Rates()}"));
        output.WriteLine($"time in {Stages()}");
        output.WriteLine($"head {Head.Number} {Head.Hash}, state root {Head.StateRoot} proven");
        if (Last.End != ImportEnd.Complete) output.WriteLine(InputException.OneLine(Describe(Last)));
    }

    public object ToJson() => new
    {
        Progress.Blocks, Progress.Gas, Progress.Transactions, Progress.Known,
        Seconds = Progress.Elapsed.TotalSeconds,
        SecondsIn = Enum.GetValues<ImportStage>().ToDictionary(Name, stage => Progress.TimeIn(stage).TotalSeconds),
        Head = new { Head.Number, Hash = Head.Hash.ToString(), StateRoot = Head.StateRoot.ToString() },
        Files = _files.Select(file => new
        {
            file.Path, End = file.Outcome.End.ToString(), Reason = Describe(file.Outcome) is { Length: > 0 } text ? text : null,
            Block = file.Outcome.Header?.Number, Error = file.Outcome.Result?.Error.ToString(),
        }),
    };

    private static CultureInfo Culture => CultureInfo.InvariantCulture;

    private static string Name(ImportStage stage) => stage.ToString().ToLowerInvariant();

    private static string Describe(ImportOutcome outcome) => outcome.End switch
    {
        ImportEnd.Complete => "",
        ImportEnd.Cancelled => "stopped; the same command goes on from here",
        _ => outcome.Place.Length > 0 ? $"{outcome.Place}: {outcome.Reason}" : outcome.Reason,
    };
}
