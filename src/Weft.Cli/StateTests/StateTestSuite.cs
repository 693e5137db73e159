using System.Collections.Concurrent;
using Weft.Cli.Input;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Strategies;

namespace Weft.Cli.StateTests;

/// <summary>Which tests to run, and how.</summary>
public sealed record StateTestSelection(
    string? Filter, Fork? Fork, Strategy Strategy = Strategy.Serial, int Threads = 1);

/// <summary>Runs all state tests of folders, archives and files on all cores.</summary>
public sealed class StateTestSuite(StateTestSelection selection, CancellationToken cancellation)
{
    private readonly CodeCache _codes = new();

    /// <summary><paramref name="fileDone"/> is called after each file, from any thread.</summary>
    public void Run(InputFolder folder, IReadOnlyList<string> files, StateTestReport report, Action fileDone)
    {
        using var runners = new ThreadLocal<StateTestRunner>(
            () => new(_codes, selection.Strategy, selection.Threads), trackAllValues: true);
        try
        {
            Parallel.ForEach(SlowestFirst(files), Options, file =>
            {
                RunFile(folder, file, runners, report);
                fileDone();
            });
        }
        finally
        {
            foreach (var runner in runners.Values) runner.Dispose();
        }
    }

    private ParallelOptions Options => new()
    {
        CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount,
    };

    /// <summary>Some tests take a minute each (2^32 - 1 rounds of BLAKE2F): begun last they would leave all but one
    /// core idle. Handed out one by one for the same reason.</summary>
    private static OrderablePartitioner<string> SlowestFirst(IReadOnlyList<string> files) => Partitioner.Create(
        files.OrderBy(file => file.Contains("stTimeConsuming", StringComparison.Ordinal) ? 0 : 1),
        EnumerablePartitionerOptions.NoBuffering);

    private void RunFile(InputFolder folder, string file, ThreadLocal<StateTestRunner> runners, StateTestReport report)
    {
        string source = folder.Describe(file);
        var root = JsonCursor.Parse(folder.Read(file), source);
        bool named = folder.Names.Count == 1;
        var combinations = new List<(StateTest Test, Expectation Expected)>();
        foreach (var (name, json) in root.Members())
        {
            if (!StateTest.IsStateTest(json))
            {
                // Archives hold other kinds of tests, too; a file that was named on its own should be one.
                if (named) throw json.Error("not a state test: \"transaction\" or \"post\" is missing");
                report.AddOtherFile();
                return;
            }
            if (!Selects(file, name)) continue;
            var test = StateTest.Read(name, json);
            combinations.AddRange(test.Expectations.Where(Selects).Select(expected => (test, expected)));
        }
        report.Add(SuiteOf(file), RunAll(combinations, source, runners));
    }

    /// <summary>The combinations of one file side by side: a file may hold all the slow ones.</summary>
    private (Fork, StateTestFailure?)[] RunAll(
        List<(StateTest Test, Expectation Expected)> combinations, string source, ThreadLocal<StateTestRunner> runners)
    {
        var results = new (Fork, StateTestFailure?)[combinations.Count];
        Parallel.For(0, combinations.Count, Options, i =>
        {
            var (test, expected) = combinations[i];
            string? problem = RunGuarded(test, expected, runners.Value!);
            results[i] = (expected.Fork, problem is null
                ? null
                : new StateTestFailure(source, test.Name, expected.Fork, expected.Index, problem));
        });
        return results;
    }

    private static string? RunGuarded(StateTest test, Expectation expected, StateTestRunner runner)
    {
        try
        {
            return runner.Run(test, expected);
        }
#pragma warning disable CA1031 // A crash of the engine is the failure of this test, and the other tests still run.
        catch (Exception e) when (e is not (InputException or OperationCanceledException or DllNotFoundException))
#pragma warning restore CA1031
        {
            return $"the engine crashed: {e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    private bool Selects(Expectation expected) => selection.Fork is not { } fork || fork == expected.Fork;

    private bool Selects(string file, string name) => selection.Filter is not { } filter
        || file.Contains(filter, StringComparison.OrdinalIgnoreCase)
        || name.Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static string SuiteOf(string file) => file.LastIndexOf('/') is > 0 and var slash ? file[..slash] : ".";
}
