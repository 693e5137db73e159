using System.Collections.Concurrent;
using Weft.Cli.Input;
using Weft.Execution.Strategies;

namespace Weft.Cli.BlockTests;

/// <summary>Which tests to run, and how: <paramref name="Jobs"/> files at a time, blocks with so many
/// <paramref name="Threads"/>.</summary>
public sealed record BlockTestSelection(
    string? Filter, string? Network, int Jobs, Strategy Strategy = Strategy.Serial, int Threads = 1);

/// <summary>Runs all blockchain tests of folders, archives and files.</summary>
public sealed class BlockTestSuite(BlockTestSelection selection, CancellationToken cancellation)
{
    /// <summary><paramref name="fileDone"/> is called after each file, from any thread.</summary>
    public void Run(InputFolder folder, IReadOnlyList<string> files, BlockTestReport report, Action fileDone)
    {
        using var runners = new ThreadLocal<BlockTestRunner>(
            () => new(selection.Strategy, selection.Threads), trackAllValues: true);
        var options = new ParallelOptions
        {
            CancellationToken = cancellation, MaxDegreeOfParallelism = selection.Jobs,
        };
        try
        {
            Parallel.ForEach(
                Partitioner.Create(files, EnumerablePartitionerOptions.NoBuffering), options,
                file =>
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

    private void RunFile(InputFolder folder, string file, ThreadLocal<BlockTestRunner> runners, BlockTestReport report)
    {
        string source = folder.Describe(file);
        var root = JsonCursor.Parse(folder.Read(file), source);
        bool named = folder.Names.Count == 1;
        if (!root.IsObject || !root.Members().All(member => BlockTest.IsBlockTest(member.Value)))
        {
            // Archives hold other kinds of tests, too; a file that was named on its own should be one.
            if (named) throw root.Error("not a blockchain test: \"blocks\" or \"genesisRLP\" is missing");
            report.AddOtherFile();
            return;
        }
        foreach (var (name, json) in root.Members())
        {
            if (!Selects(file, name, json)) continue;
            cancellation.ThrowIfCancellationRequested();
            // Archives of suites run ahead of the forks that anybody runs.
            if (!named && json["network"].Text() is var network && !NetworkReader.IsKnown(network))
            {
                report.AddUnknownNetwork(InputException.OneLine(network));
                continue;
            }
            var test = BlockTest.Read(name, json);
            string? problem = RunGuarded(test, runners.Value!);
            report.Add(
                SuiteOf(file), test, problem is null ? null : new(source, name, test.Network, problem));
        }
    }

    private static string? RunGuarded(BlockTest test, BlockTestRunner runner)
    {
        try
        {
            return runner.Run(test);
        }
#pragma warning disable CA1031 // A crash of the engine is the failure of this test, and the other tests still run.
        catch (Exception e) when (e is not (InputException or OperationCanceledException or DllNotFoundException))
#pragma warning restore CA1031
        {
            return $"the engine crashed: {e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    private bool Selects(string file, string name, JsonCursor test) =>
        (selection.Filter is not { } filter
            || file.Contains(filter, StringComparison.OrdinalIgnoreCase)
            || name.Contains(filter, StringComparison.OrdinalIgnoreCase))
        && (selection.Network is not { } network
            || test["network"].Text().Contains(network, StringComparison.OrdinalIgnoreCase));

    private static string SuiteOf(string file) => file.LastIndexOf('/') is > 0 and var slash ? file[..slash] : ".";
}
