using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Weft.Cli.Simulation;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>weft simulate</summary>
internal static class SimulateCommand
{
    private const int SeedsMax = 100_000_000, FailuresShown = 10, Chunk = 100;

    public static Command Create(CommandContext context)
    {
        var seeds = CountOption.Create("--seeds", 10_000, 1, SeedsMax, "How many");
        var first = CountOption.Create("--first", 0, 0, int.MaxValue - SeedsMax, "The first of them");
        var strategy = StrategyOptions.Create();
        strategy.DefaultValueFactory = _ => Strategy.Optimistic;
        strategy.Description = $"What is simulated: {StrategyOptions.Names}; optimistic unless given";
        var threads = StrategyOptions.CreateThreads();
        threads.Description = "Simulations side by side; each runs one virtual worker at a time";
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "simulate",
            "Executes small adversarial blocks under schedules that seeds decide, and compares each with serial "
            + "execution.")
        {
            seeds, first, strategy, threads, json,
        };
        command.SetAction(parsed => Run(
            context, parsed.GetValue(first), parsed.GetValue(seeds), parsed.GetValue(strategy),
            parsed.GetValue(threads), parsed.GetValue(json)));
        Examples.AddTo(
            command, "weft simulate", "weft simulate --seeds 1000000", "weft simulate --strategy declared --first 5000",
            "weft replay --seed 42 --shrink --verbose");
        return command;
    }

    private static int Run(CommandContext context, int first, int count, Strategy strategy, int threads, bool json)
    {
        var watch = Stopwatch.StartNew();
        var failures = new SortedDictionary<int, string>();
        int invalid = 0, next = 0;
        int chunks = (count + Chunk - 1) / Chunk;
        context.WithProgress($"{count} seeds", chunks, json, done => SideBySide.Run(threads, () =>
        {
            using var simulator = new Simulator(strategy);
            for (int chunk; (chunk = Interlocked.Increment(ref next) - 1) < chunks;)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                int begin = first + (chunk * Chunk), end = first + Math.Min(count, (chunk + 1) * Chunk);
                for (int seed = begin; seed < end; seed++)
                {
                    var result = simulator.Run(SimulatedBlock.Of(seed));
                    if (!result.IsValid) Interlocked.Increment(ref invalid);
                    if (result.Difference is null) continue;
                    lock (failures) failures.Add(seed, result.Difference);
                }
                lock (failures) done();
            }
        }));
        Write(context, new(first, count, strategy, invalid, watch.Elapsed), failures, json);
        return (int)(failures.Count == 0 ? ExitCode.Success : ExitCode.Different);
    }

    private sealed record Totals(int First, int Seeds, Strategy Strategy, int Invalid, TimeSpan Time);

    private static void Write(
        CommandContext context, Totals totals, SortedDictionary<int, string> failures, bool json)
    {
        string strategy = StrategyOptions.NameOf(totals.Strategy);
        if (json)
        {
            context.WriteJson(new
            {
                totals.First, totals.Seeds, Strategy = strategy, totals.Invalid,
                Seconds = Math.Round(totals.Time.TotalSeconds, 3), Failed = failures.Count,
                Failures = failures.Take(FailuresShown).Select(failure => new
                {
                    Seed = failure.Key, Difference = failure.Value,
                }),
            });
            return;
        }
        context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{totals.Seeds} seeds from {totals.First}, {strategy}: {totals.Seeds - failures.Count} as serial "
            + $"execution, {failures.Count} not; {totals.Invalid} of the blocks are invalid; "
            + $"{totals.Time.TotalSeconds:F1} s"));
        foreach (var (seed, difference) in failures.Take(FailuresShown))
            context.Output.WriteLine($"  seed {seed}: {difference}");
        if (failures.Count > 0)
            context.Output.WriteLine(
                $"weft replay --seed {failures.First().Key} --strategy {strategy} --shrink --verbose shows the first");
    }
}
