using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Weft.Cli.Bench;
using Weft.Cli.Input;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>--all-strategies: the tests of a suite once for every strategy and number of threads.</summary>
internal static class StrategySweep
{
    private static readonly int[] Threads = [1, 2, 4, 8];

    public static Option<bool> Create() => new("--all-strategies")
    {
        Description = $"Run everything under each strategy with {string.Join(", ", Threads)} threads, a line each",
    };

    /// <summary><paramref name="run"/> gives the passed tests and what the failed ones say.</summary>
    public static int Run(
        CommandContext context, bool json, int failuresShown,
        Func<BlockConfiguration, (int Passed, IReadOnlyList<string> Failures)> run)
    {
        var configurations = Enum.GetValues<Strategy>().Where(strategy => strategy != Strategy.Serial)
            .SelectMany(strategy => Threads, (strategy, threads) => new BlockConfiguration(strategy, threads))
            .Prepend(BlockConfiguration.Serial);
        var results = new List<object>();
        int failed = 0;
        foreach (var configuration in configurations)
        {
            var watch = Stopwatch.StartNew();
            var (passed, failures) = run(configuration);
            if (passed + failures.Count == 0) throw new InputException("", "", "no test was selected");
            failed += failures.Count;
            results.Add(new
            {
                Strategy = StrategyOptions.NameOf(configuration.Strategy), configuration.Threads, Passed = passed,
                Failed = failures.Count, Failures = failures.Take(failuresShown),
                Seconds = Math.Round(watch.Elapsed.TotalSeconds, 3),
            });
            if (json) continue;
            context.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{configuration}: {passed} passed, {failures.Count} failed, in {watch.Elapsed.TotalSeconds:F1} s"));
            foreach (string failure in failures.Take(failuresShown)) context.Output.WriteLine($"  FAILED {failure}");
        }
        if (json) context.WriteJson(new { Failed = failed, Runs = results });
        return (int)(failed == 0 ? ExitCode.Success : ExitCode.Different);
    }
}
