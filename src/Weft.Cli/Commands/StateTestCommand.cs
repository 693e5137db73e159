using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Weft.Cli.Input;
using Weft.Cli.StateTests;
using Weft.Evm;

namespace Weft.Cli.Commands;

/// <summary>weft statetest PATH…</summary>
internal static class StateTestCommand
{
    private const int FailuresShown = 5;

    public static Command Create(CommandContext context)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "State-test files, folders or zip archives", Arity = ArgumentArity.OneOrMore,
        };
        var filter = new Option<string?>("--filter")
        {
            HelpName = "TEXT", Description = "Only tests whose file or name contains this text",
        };
        var fork = new Option<string?>("--fork") { HelpName = "NAME", Description = "Only this fork, e.g. Cancun" };
        var (strategy, threads) = (StrategyOptions.Create(), StrategyOptions.CreateThreads(1));
        var sweep = StrategySweep.Create();
        var failures = new Option<int>("--failures")
        {
            HelpName = "N", Description = "How many failures to show in full", DefaultValueFactory = _ => FailuresShown,
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "statetest", "Runs GeneralStateTests in parallel and checks state root, logs and rejections.")
        {
            paths, filter, fork, strategy, threads, sweep, failures, json,
        };
        command.SetAction(parsed =>
        {
            var selection = new StateTestSelection(
                parsed.GetValue(filter), ParseFork(parsed.GetValue(fork)), parsed.GetValue(strategy),
                parsed.GetValue(threads));
            Func<CommandContext, string[], StateTestSelection, int, bool, int> run =
                parsed.GetValue(sweep) ? Sweep : Run;
            return run(
                context, parsed.GetValue(paths)!, selection, parsed.GetValue(failures), parsed.GetValue(json));
        });
        Examples.AddTo(command, "weft statetest ../shared/fixtures/ethereum-tests/GeneralStateTests.zip",
            "weft statetest tests/ --fork Prague --filter eip7702", "weft statetest add.json --json",
            "weft statetest tests/ --strategy optimistic --threads 4");
        return command;
    }

    private static Fork? ParseFork(string? name)
    {
        if (name is null) return null;
        return ForkNames.TryParse(name, out var fork)
            ? fork
            : throw new InputException("--fork", "", $"unknown fork \"{name}\"", $"one of {ForkNames.Listed}");
    }

    private static int Run(
        CommandContext context, string[] paths, StateTestSelection selection, int failures, bool json)
    {
        var watch = Stopwatch.StartNew();
        var report = RunAll(context, paths, selection, json);
        if (json) WriteJson(context, report, watch.Elapsed);
        else WriteTables(context, report, failures, watch.Elapsed);
        return TestFiles.Judge(paths, report.Passed, report.Failed, "--filter and --fork");
    }

    private static int Sweep(
        CommandContext context, string[] paths, StateTestSelection selection, int failures, bool json) =>
        StrategySweep.Run(context, json, failures, configuration =>
        {
            var report = RunAll(
                context, paths, selection with
                {
                    Strategy = configuration.Strategy, Threads = configuration.Threads,
                },
                json);
            return (
                report.Passed,
                [
                    .. report.Failures.Select(failure =>
                        $"{failure.File} {failure.Test} {ForkNames.NameOf(failure.Fork)} [{failure.Index}]: "
                        + failure.Problem),
                ]);
        });

    private static StateTestReport RunAll(
        CommandContext context, string[] paths, StateTestSelection selection, bool quiet)
    {
        var report = new StateTestReport();
        var suite = new StateTestSuite(selection, context.Cancellation);
        TestFiles.ForEach(
            context, paths, quiet, (folder, files, done) => suite.Run(folder, files, report, done));
        report.Sort();
        return report;
    }

    private static void WriteJson(CommandContext context, StateTestReport report, TimeSpan elapsed) =>
        context.WriteJson(new
    {
        report.Passed,
        report.Failed,
        report.OtherFiles,
        Seconds = Math.Round(elapsed.TotalSeconds, 3),
        Forks = report.Forks.ToDictionary(
            pair => ForkNames.NameOf(pair.Key), pair => new { pair.Value.Passed, pair.Value.Failed }),
        Suites = report.Suites.ToDictionary(pair => pair.Key, pair => new { pair.Value.Passed, pair.Value.Failed }),
        Failures = report.Failures.Select(failure => new
        {
            failure.File, failure.Test, Fork = ForkNames.NameOf(failure.Fork), failure.Index, failure.Problem,
        }),
    });

    private static void WriteTables(CommandContext context, StateTestReport report, int failuresShown, TimeSpan elapsed)
    {
        var console = context.Console;
        console.Write(CountTable.Create("suite", report.Suites.Select(pair => (pair.Key, pair.Value))));
        console.Write(CountTable.Create("fork", report.Forks.Select(pair => (ForkNames.NameOf(pair.Key), pair.Value))));
        foreach (var failure in report.Failures.Take(failuresShown))
        {
            context.Output.WriteLine(
                $"FAILED {failure.File}\n  {failure.Test}\n  {ForkNames.NameOf(failure.Fork)} [{failure.Index}]");
            foreach (string line in failure.Problem.Split('\n')) context.Output.WriteLine($"    {line.TrimEnd()}");
        }
        if (report.Failed > failuresShown)
            context.Output.WriteLine($"… and {report.Failed - failuresShown} failures more");
        if (report.OtherFiles > 0) context.Output.WriteLine($"{report.OtherFiles} files hold other kinds of tests");
        context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Passed} passed, {report.Failed} failed, in {elapsed.TotalSeconds:F1} s"));
    }
}
