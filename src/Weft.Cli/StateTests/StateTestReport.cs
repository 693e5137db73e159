using Weft.Evm;

namespace Weft.Cli.StateTests;

/// <summary>A combination that did not come to what was expected.</summary>
public sealed record StateTestFailure(string File, string Test, Fork Fork, int Index, string Problem);

/// <summary>Counts by suite and by fork.</summary>
public sealed class StateTestReport
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (int Passed, int Failed)> _suites = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Fork, (int Passed, int Failed)> _forks = [];
    private readonly List<StateTestFailure> _failures = [];

    public IReadOnlyDictionary<string, (int Passed, int Failed)> Suites => _suites;
    public IReadOnlyDictionary<Fork, (int Passed, int Failed)> Forks => _forks;

    /// <summary>In the order of files, tests and combinations.</summary>
    public IReadOnlyList<StateTestFailure> Failures => _failures;

    public int Passed { get; private set; }
    public int Failed => _failures.Count;

    /// <summary>Files of other kinds that were found on the way.</summary>
    public int OtherFiles { get; private set; }

    /// <summary>Adds what one file came to. Safe for threads.</summary>
    public void Add(string suite, IReadOnlyCollection<(Fork Fork, StateTestFailure? Failure)> results)
    {
        lock (_lock)
        {
            foreach (var (fork, failure) in results)
            {
                bool passed = failure is null;
                Count(_suites, suite, passed);
                Count(_forks, fork, passed);
                if (passed) Passed++;
                else _failures.Add(failure!);
            }
        }
    }

    public void AddOtherFile()
    {
        lock (_lock) OtherFiles++;
    }

    /// <summary>Threads finish files in any order.</summary>
    public void Sort() =>
        _failures.Sort((a, b) => (a.File, a.Test, a.Fork, a.Index).CompareTo((b.File, b.Test, b.Fork, b.Index)));

    private static void Count<T>(
        SortedDictionary<T, (int Passed, int Failed)> counts, T key, bool passed) where T : notnull
    {
        var (ok, bad) = counts.GetValueOrDefault(key);
        counts[key] = passed ? (ok + 1, bad) : (ok, bad + 1);
    }
}
