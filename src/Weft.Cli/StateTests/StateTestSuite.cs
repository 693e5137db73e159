using Weft.Cli.Input;
using Weft.Evm;
using Weft.Evm.Analysis;

namespace Weft.Cli.StateTests;

/// <summary>Which tests to run.</summary>
public sealed record StateTestSelection(string? Filter, Fork? Fork);

/// <summary>Runs all state tests of folders, archives and files on all cores.</summary>
public sealed class StateTestSuite(StateTestSelection selection, CancellationToken cancellation)
{
    private readonly CodeCache _codes = new();

    /// <summary>The files of a folder that may hold state tests.</summary>
    public static IReadOnlyList<string> FindFiles(InputFolder folder) => folder.Names
        .Where(name => name.EndsWith(".json", StringComparison.Ordinal) && !name.Contains(".meta/", StringComparison.Ordinal))
        .ToArray();

    /// <summary><paramref name="fileDone"/> is called after each file, from any thread.</summary>
    public void Run(InputFolder folder, IReadOnlyList<string> files, StateTestReport report, Action fileDone)
    {
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.ForEach(
                files, options, () => new StateTestRunner(_codes),
                (file, _, runner) =>
                {
                    RunFile(folder, file, runner, report);
                    fileDone();
                    return runner;
                },
                runner => runner.Dispose());
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<InputException>().FirstOrDefault() is { } bad)
        {
            throw bad;
        }
    }

    private void RunFile(InputFolder folder, string file, StateTestRunner runner, StateTestReport report)
    {
        string source = folder.Describe(file);
        var root = JsonCursor.Parse(folder.Read(file), source);
        bool named = folder.Names.Count == 1;
        var results = new List<(Fork, StateTestFailure?)>();
        foreach (var (name, json) in root.Members())
        {
            if (!StateTest.IsStateTest(json))
            {
                // Archives hold other kinds of tests, too; a file that was named on its own should be one.
                if (named) throw json.Error("not a state test: \"transaction\" or \"post\" is missing");
                report.AddOtherFile();
                return;
            }
            if (Selects(file, name)) RunTest(StateTest.Read(name, json), source, runner, results);
        }
        report.Add(SuiteOf(file), results);
    }

    private void RunTest(StateTest test, string source, StateTestRunner runner, List<(Fork, StateTestFailure?)> results)
    {
        foreach (var expected in test.Expectations)
        {
            if (selection.Fork is { } fork && fork != expected.Fork) continue;
            cancellation.ThrowIfCancellationRequested();
            string? problem = RunGuarded(test, expected, runner);
            results.Add((expected.Fork, problem is null
                ? null
                : new StateTestFailure(source, test.Name, expected.Fork, expected.Index, problem)));
        }
    }

    private static string? RunGuarded(StateTest test, Expectation expected, StateTestRunner runner)
    {
        try
        {
            return runner.Run(test, expected);
        }
#pragma warning disable CA1031 // A crash of the engine is the failure of this test, and the other tests still run.
        catch (Exception e) when (e is not InputException and not OperationCanceledException)
#pragma warning restore CA1031
        {
            return $"the engine crashed: {e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    private bool Selects(string file, string name) => selection.Filter is not { } filter
        || file.Contains(filter, StringComparison.OrdinalIgnoreCase) || name.Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static string SuiteOf(string file) => file.LastIndexOf('/') is > 0 and var slash ? file[..slash] : ".";
}
