using System.CommandLine;
using System.CommandLine.Parsing;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>--strategy and --threads, as every command that executes blocks has them.</summary>
internal static class StrategyOptions
{
    public const int ThreadsMax = 256;

    public static string Names { get; } = string.Join(", ", StrategyNames.All);

    /// <summary>Auto where nothing is said.</summary>
    public static Option<Strategy> Create() => new("--strategy")
    {
        HelpName = "NAME", Description = $"How transactions are spread over threads: {Names}; auto unless given",
        CustomParser = result => Parse(result) is [var strategy, ..] ? strategy : Strategy.Auto,
    };

    /// <summary>Several of them, by commas or one after the other; <paramref name="usual"/> are taken where nothing is
    /// said.</summary>
    public static Option<Strategy[]> CreateList(params Strategy[] usual) => new("--strategy")
    {
        HelpName = "NAME", AllowMultipleArgumentsPerToken = true,
        Description = $"Ways to spread transactions over threads: {Names}; also as a,b; "
            + $"{string.Join(',', usual.Select(NameOf))} unless given",
        CustomParser = result => [.. Parse(result)],
    };

    /// <summary>What <see cref="CreateList"/> was given, or the usual.</summary>
    public static Strategy[] OrUsual(Strategy[]? given, params Strategy[] usual) =>
        given is { Length: > 0 } ? given : usual;

    public static Option<int> CreateThreads(int? usual = null) => CountOption.Create(
        "--threads", usual ?? Math.Min(Environment.ProcessorCount, ThreadsMax), 1, ThreadsMax,
        "Threads for the transactions of a block");

    /// <summary>Several numbers of threads, by commas or one after the other.</summary>
    public static Option<int[]> CreateThreadList() => new("--threads")
    {
        HelpName = "N", AllowMultipleArgumentsPerToken = true, Description = "Threads for a block; also as 1,2,4",
        DefaultValueFactory = _ => [Math.Min(Environment.ProcessorCount, ThreadsMax)],
        CustomParser = ParseThreads,
    };

    public static string NameOf(Strategy strategy) => StrategyNames.Of(strategy);

    private static List<Strategy> Parse(ArgumentResult result)
    {
        var strategies = new List<Strategy>();
        foreach (string name in Words(result))
        {
            if (StrategyNames.Find(name) is { } strategy) strategies.Add(strategy);
            else result.AddError($"there is no strategy \"{name}\"; there are {Names}");
        }
        return strategies;
    }

    private static int[] ParseThreads(ArgumentResult result)
    {
        var counts = new List<int>();
        foreach (string word in Words(result))
        {
            if (int.TryParse(word, out int count) && count is >= 1 and <= ThreadsMax) counts.Add(count);
            else result.AddError($"--threads takes 1 to {ThreadsMax}");
        }
        return [.. counts];
    }

    private static IEnumerable<string> Words(ArgumentResult result) =>
        result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries));
}
