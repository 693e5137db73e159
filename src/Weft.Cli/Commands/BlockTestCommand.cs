using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Weft.Cli.BlockTests;
using Weft.Cli.Input;
using Weft.Cli.StateTests;

namespace Weft.Cli.Commands;

/// <summary>weft blocktest PATH…</summary>
internal static class BlockTestCommand
{
    private const int FailuresShown = 5;
    private const int JobsMax = 1024;

    public static Command Create(CommandContext context)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Blockchain-test files, folders or zip archives", Arity = ArgumentArity.OneOrMore,
        };
        var filter = new Option<string?>("--filter")
        {
            HelpName = "TEXT", Description = "Only tests whose file or name contains this text",
        };
        var network = new Option<string?>("--network")
        {
            HelpName = "TEXT", Description = "Only networks whose name contains this text, e.g. Cancun or ToPrague",
        };
        var jobs = CountOption.Create("--jobs", Environment.ProcessorCount, 1, JobsMax, "Files at a time");
        var (strategy, threads) = (StrategyOptions.Create(), StrategyOptions.CreateThreads(1));
        var sweep = StrategySweep.Create();
        var failures = new Option<int>("--failures")
        {
            HelpName = "N", Description = "How many failures to show in full", DefaultValueFactory = _ => FailuresShown,
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "blocktest",
            "Imports the chains of BlockchainTests into a database and checks heads, states, receipts and rejections.")
        {
            paths, filter, network, jobs, strategy, threads, sweep, failures, json,
        };
        command.SetAction(parsed =>
        {
            var selection = new BlockTestSelection(
                parsed.GetValue(filter), parsed.GetValue(network), parsed.GetValue(jobs), parsed.GetValue(strategy),
                parsed.GetValue(threads));
            Func<CommandContext, string[], BlockTestSelection, int, bool, int> run =
                parsed.GetValue(sweep) ? Sweep : Run;
            return run(
                context, parsed.GetValue(paths)!, selection, parsed.GetValue(failures), parsed.GetValue(json));
        });
        Examples.AddTo(
            command, "weft blocktest ../shared/fixtures/ethereum-tests/BlockchainTests-core.zip",
            "weft blocktest tests/ --network Prague --filter eip7702", "weft blocktest uncles.json --json",
            "weft blocktest tests/ --strategy optimistic --threads 4", "weft blocktest tests/ --all-strategies");
        return command;
    }

    private static int Run(
        CommandContext context, string[] paths, BlockTestSelection selection, int failures, bool json)
    {
        var watch = Stopwatch.StartNew();
        var report = RunAll(context, paths, selection, json);
        if (json) WriteJson(context, report, watch.Elapsed);
        else WriteTables(context, report, failures, watch.Elapsed);
        return TestFiles.Judge(paths, report.Passed, report.Failed, "--filter and --network");
    }

    private static int Sweep(
        CommandContext context, string[] paths, BlockTestSelection selection, int failures, bool json) =>
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
                [.. report.Failures.Select(failure => $"{failure.File} {failure.Test}: {failure.Problem}")]);
        });

    private static BlockTestReport RunAll(
        CommandContext context, string[] paths, BlockTestSelection selection, bool quiet)
    {
        var report = new BlockTestReport();
        var suite = new BlockTestSuite(selection, context.Cancellation);
        TestFiles.ForEach(
            context, paths, quiet, (folder, files, done) => suite.Run(folder, files, report, done));
        report.Sort();
        return report;
    }

    private static void WriteJson(CommandContext context, BlockTestReport report, TimeSpan elapsed) =>
        context.WriteJson(new
        {
            report.Passed,
            report.Failed,
            report.Blocks,
            report.Rejections,
            report.OtherFiles,
            report.UnknownNetworks,
            Seconds = Math.Round(elapsed.TotalSeconds, 3),
            Networks = report.Networks.ToDictionary(
                pair => pair.Key, pair => new { pair.Value.Passed, pair.Value.Failed }),
            Suites = report.Suites.ToDictionary(
                pair => pair.Key, pair => new { pair.Value.Passed, pair.Value.Failed }),
            report.Failures,
        });

    private static void WriteTables(CommandContext context, BlockTestReport report, int failuresShown, TimeSpan elapsed)
    {
        var console = context.Console;
        console.Write(CountTable.Create("suite", report.Suites.Select(pair => (pair.Key, pair.Value))));
        console.Write(CountTable.Create("network", report.Networks.Select(pair => (pair.Key, pair.Value))));
        foreach (var failure in report.Failures.Take(failuresShown))
        {
            context.Output.WriteLine($"FAILED {failure.File}\n  {failure.Test}\n  {failure.Network}");
            foreach (string line in failure.Problem.Split('\n')) context.Output.WriteLine($"    {line.TrimEnd()}");
        }
        if (report.Failed > failuresShown)
            context.Output.WriteLine($"… and {report.Failed - failuresShown} failures more");
        foreach (var (network, count) in report.UnknownNetworks)
            context.Output.WriteLine($"left out: {count} of {network}, a network that is not known here");
        if (report.OtherFiles > 0) context.Output.WriteLine($"{report.OtherFiles} files hold other kinds of tests");
        context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Passed} passed, {report.Failed} failed, {report.Blocks} blocks with {report.Rejections} to be "
            + $"rejected, in {elapsed.TotalSeconds:F1} s"));
    }
}
