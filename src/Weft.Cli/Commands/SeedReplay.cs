using Weft.Cli.Simulation;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>weft replay --seed</summary>
internal static class SeedReplay
{
    public static int Run(
        CommandContext context, int seed, Strategy strategy, bool shrinks, bool isVerbose, bool isJson)
    {
        using var simulator = new Simulator(strategy);
        var report = new SeedReport(seed, strategy);
        var block = SimulatedBlock.Of(seed);
        var (result, lines) = Run(simulator, block);
        if (!isJson) report.Write(context, $"seed {seed}", block, result);
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
