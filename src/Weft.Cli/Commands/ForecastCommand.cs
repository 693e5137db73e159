using System.CommandLine;
using Weft.Cli.Bench;
using Weft.Cli.Forecasts;
using Weft.Execution.Forecasts;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>weft forecast [PATH…]</summary>
internal static class ForecastCommand
{
    private const int CoresMax = 256, RoundsMax = 1001;

    public static Command Create(CommandContext context)
    {
        var selection = new BlockSelection();
        var cores = new Option<int[]>("--cores")
        {
            HelpName = "N", AllowMultipleArgumentsPerToken = true,
            Description = "Numbers of virtual cores; also as 2,4; 2,4,8,16,32,64 unless given",
            CustomParser = result => ParseCores(result),
        };
        var strategy = StrategyOptions.Create();
        strategy.Description = "Which engine: optimistic, dag (with hints of an earlier run), declared (with a list of "
            + "an earlier run), auto (dag or serial execution, whichever is faster); optimistic unless given";
        strategy.DefaultValueFactory = _ => Strategy.Optimistic;
        strategy.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<Strategy>() is Strategy.Serial or Strategy.Segments)
                result.AddError("--strategy takes optimistic, dag, declared or auto here.");
        });
        var lists = new Option<bool>("--lists")
        {
            Description = "With --strategy auto: there are lists of an earlier run, so declared is a candidate",
        };
        var repeat = CountOption.Create("--repeat", 9, 1, RoundsMax, "Runs of each block to measure what it costs");
        var measure = new Option<bool>("--measure")
        {
            Description = "Also run each block on real threads, where there are as many cores",
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "forecast",
            "Forecasts the speedup of blocks on more cores than there are: the engine runs under a virtual clock, with "
            + "the costs that were measured here.");
        selection.AddTo(command);
        command.Validators.Add(result =>
        {
            // Where it is not given, its value here is not yet the default.
            bool isAuto = result.GetResult(strategy) is { Implicit: false } given
                && given.GetValueOrDefault<Strategy>() == Strategy.Auto;
            if (result.GetValue(lists) && !isAuto)
                result.AddError("--lists goes with --strategy auto; strategy declared always has them.");
        });
        foreach (Option option in new Option[] { strategy, lists, cores, repeat, measure, json }) command.Add(option);
        command.SetAction(parsed =>
        {
            int[] counts = parsed.GetValue(cores) is { Length: > 0 } given ? given : [2, 4, 8, 16, 32, 64];
            bool isJson = parsed.GetValue(json);
            string machine = Machine.Describe();
            BlockForecaster Create(Strategy chosen, BlockForecaster? byLists) => new(
                chosen, counts, parsed.GetValue(repeat), parsed.GetValue(measure), new(), context.Cancellation)
            {
                WarmUpTransactions = 10_000, ByLists = byLists,
            };
            bool hasLists = parsed.GetValue(lists);
            using var forecaster = Create(
                parsed.GetValue(strategy), hasLists ? Create(Strategy.Declared, null) : null);
            var forecasts = new List<CaseForecast>();
            selection.ForEach(context, parsed, quiet: true, block => block.With(one =>
            {
                forecaster.WarmUp(one);
                return one;
            }));
            selection.ForEach(context, parsed, isJson, block => forecasts.Add(
                new(block, block.With(forecaster.Run))));
            var report = new ForecastReport(machine, parsed.GetValue(strategy), hasLists, forecasts);
            if (isJson) context.WriteJson(report.ToJson());
            else report.Write(context);
            return (int)(report.IsSound ? ExitCode.Success : ExitCode.Different);
        });
        Examples.AddTo(
            command, "weft forecast", "weft forecast blocks.zip --block 19426587 --cores 2,8,64",
            "weft forecast --workload swaps-64 --transactions 1000 --json", "weft forecast --cores 2 --measure",
            "weft forecast --strategy dag --cores 32", "weft forecast --strategy auto --lists --cores 2,32");
        return command;
    }

    private static int[] ParseCores(System.CommandLine.Parsing.ArgumentResult result)
    {
        var counts = new List<int>();
        foreach (string word in result.Tokens.SelectMany(
                     token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (int.TryParse(word, out int count) && count is >= 1 and <= CoresMax) counts.Add(count);
            else result.AddError($"--cores takes 1 to {CoresMax}");
        }
        return [.. counts.Distinct()];
    }
}
