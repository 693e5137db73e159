using System.CommandLine;
using Weft.Cli.Data;
using Weft.Cli.Explanations;
using Weft.Cli.Input;
using Weft.Execution.Explanations;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>weft explain [PATH…]</summary>
internal static class ExplainCommand
{
    private const int CoresMax = 256, RoundsMax = 1001, SpotsMax = 1000;

    public static Command Create(CommandContext context)
    {
        var selection = new BlockSelection();
        var strategies = StrategyOptions.Create();
        strategies.DefaultValueFactory = _ => Strategy.Optimistic;
        strategies.Description = $"How it is executed: {StrategyOptions.Names}; optimistic unless given";
        var threads = StrategyOptions.CreateThreads();
        var cores = CountOption.Create(
            "--cores", 0, 0, CoresMax, "Execute it under a virtual clock with so many cores, instead of on threads");
        var repeat = CountOption.Create("--repeat", 9, 1, RoundsMax, "Runs of the block, of which the fastest is told");
        var top = CountOption.Create("--top", 8, 1, SpotsMax, "Locations shown");
        var svg = new Option<string?>("--svg")
        {
            HelpName = "FILE", Description = "Write a picture of what each worker did when",
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON, complete" };
        var command = new Command(
            "explain",
            "Tells how fast a block runs on several threads and what keeps it from being faster: the longest chain, "
            + "the locations that transactions wait for, what was aborted and why.");
        selection.AddTo(command);
        foreach (Option option in new Option[] { strategies, threads, cores, repeat, top, svg, json })
            command.Add(option);
        command.SetAction(parsed => Run(
            context, selection, parsed,
            new(
                parsed.GetValue(strategies), parsed.GetValue(threads), parsed.GetValue(cores), parsed.GetValue(repeat),
                parsed.GetValue(top), TimeSpan.FromSeconds(1)),
            parsed.GetValue(svg), parsed.GetValue(json)));
        Examples.AddTo(
            command, "weft explain blocks.zip --block 19426587", "weft explain --workload swaps-1 --threads 2",
            "weft explain blocks.zip --block 19933612 --cores 16 --svg timeline.svg",
            "weft explain samples/ --strategy declared --json");
        return command;
    }

    private static int Run(
        CommandContext context, BlockSelection selection, ParseResult parsed, ExplainOptions options, string? svg,
        bool json)
    {
        if (options is { Cores: > 0, Strategy: Strategy.Serial or Strategy.Auto })
            throw new InputException("--cores", "", "goes with --strategy optimistic, dag or declared");
        var explainer = new BlockExplainer(options, new(), context.Cancellation);
        var explained = new List<ExplainedCase>();
        selection.ForEach(context, parsed, json, block => explained.Add(
            new(block, block.With(explainer.Run))));
        if (svg is not null) WriteTimeline(svg, explained);
        if (json) context.WriteJson(new { Blocks = explained.Select(block => new ExplanationReport(block).ToJson()) });
        else WriteText(context, explained);
        return (int)(explained.All(block => block.What.Difference is null) ? ExitCode.Success : ExitCode.Different);
    }

    private static void WriteText(CommandContext context, List<ExplainedCase> explained)
    {
        for (int i = 0; i < explained.Count; i++)
        {
            if (i > 0) context.Output.WriteLine();
            new ExplanationReport(explained[i]).Write(context);
        }
    }

    private static void WriteTimeline(string path, List<ExplainedCase> explained)
    {
        if (explained.Count != 1)
            throw new InputException(
                "--svg", "", $"a picture shows one block, not {explained.Count}", "choose one with --block");
        if (explained[0].What.Events.Count == 0)
            throw new InputException(
                "--svg", "", "the block was executed serially, or is empty: there is nothing to show",
                "choose another --strategy");
        try
        {
            AtomicFile.Write(path, stream => new Timeline(explained[0]).Write(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message, "name a file that can be written");
        }
    }
}
