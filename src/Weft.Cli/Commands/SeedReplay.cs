using System.CommandLine;
using Weft.Cli.Simulation;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>weft replay --seed: a simulation instead of files.</summary>
internal sealed class SeedReplay(Option<Strategy> strategy, Option<bool> verbose, Option<bool> json)
{
    private readonly Option<int?> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "Instead of files, the adversarial block and the schedule of this seed (see: weft simulate)",
    };
    private readonly Option<bool> _shrink = new("--shrink") { Description = "With --seed: make a failure smaller" };

    public void AddTo(Command command)
    {
        _seed.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 0) result.AddError("--seed takes 0 or more.");
        });
        command.Add(_seed);
        command.Add(_shrink);
    }

    /// <summary>Null where no seed was given.</summary>
    public int? TryRun(CommandContext context, ParseResult parsed)
    {
        if (parsed.GetValue(_seed) is not { } seed) return null;
        // Auto takes such small blocks serially, which simulates nothing.
        var chosen = parsed.GetResult(strategy) is { Implicit: false }
            ? parsed.GetValue(strategy)
            : Strategy.Optimistic;
        using var simulator = new Simulator(chosen);
        return Run(
            context, simulator, new(seed, chosen), SimulatedBlock.Of(seed), parsed.GetValue(_shrink),
            parsed.GetValue(verbose), parsed.GetValue(json));
    }

    private static int Run(
        CommandContext context, Simulator simulator, SeedReport report, SimulatedBlock block, bool shrinks,
        bool isVerbose, bool isJson)
    {
        var (result, lines) = Run(simulator, block);
        if (!isJson) report.Write(context, $"seed {report.Seed}", block, result);
        if (shrinks && result.Difference is not null)
        {
            var shrinker = new Shrinker(simulator, context.Cancellation);
            block = shrinker.Shrink(block);
            (result, lines) = Run(simulator, block);
            if (!isJson) report.Write(context, $"smaller, after {shrinker.Runs} runs", block, result);
        }
        if (isJson) context.WriteJson(report.ToJson(block, result, isVerbose ? lines : null));
        else if (isVerbose) SeedReport.WriteSchedule(context, block, lines);
        return (int)(result.Difference is null ? ExitCode.Success : ExitCode.Different);
    }

    private static (SimulationResult Result, IReadOnlyList<string> Lines) Run(Simulator simulator, SimulatedBlock block)
    {
        ScheduleLog? log = null;
        var result = simulator.Run(block, driver => log = new(driver));
        return (result, log!.Lines);
    }
}
