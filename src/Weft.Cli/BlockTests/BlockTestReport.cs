namespace Weft.Cli.BlockTests;

/// <summary>A test that did not come to what was expected.</summary>
public sealed record BlockTestFailure(string File, string Test, string Network, string Problem);

/// <summary>Counts by suite and by network.</summary>
public sealed class BlockTestReport
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (int Passed, int Failed)> _suites = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (int Passed, int Failed)> _networks = new(StringComparer.Ordinal);
    private readonly List<BlockTestFailure> _failures = [];

    public IReadOnlyDictionary<string, (int Passed, int Failed)> Suites => _suites;
    public IReadOnlyDictionary<string, (int Passed, int Failed)> Networks => _networks;

    /// <summary>In the order of files and tests.</summary>
    public IReadOnlyList<BlockTestFailure> Failures => _failures;

    public int Passed { get; private set; }
    public int Failed => _failures.Count;

    /// <summary>Blocks of all tests, and those of them that were to be rejected.</summary>
    public int Blocks { get; private set; }
    public int Rejections { get; private set; }

    /// <summary>Files of other kinds that were found on the way.</summary>
    public int OtherFiles { get; private set; }

    /// <summary>Adds what a test came to. Safe for threads.</summary>
    public void Add(string suite, BlockTest test, BlockTestFailure? failure)
    {
        bool passed = failure is null;
        lock (_lock)
        {
            Count(_suites, suite, passed);
            Count(_networks, test.Network, passed);
            Blocks += test.Blocks.Count;
            Rejections += test.Blocks.Count(block => block.Exception is not null);
            if (passed) Passed++;
            else _failures.Add(failure!);
        }
    }

    public void AddOtherFile()
    {
        lock (_lock) OtherFiles++;
    }

    /// <summary>Threads finish files in any order.</summary>
    public void Sort() => _failures.Sort((a, b) => (a.File, a.Test).CompareTo((b.File, b.Test)));

    private static void Count(
        SortedDictionary<string, (int Passed, int Failed)> counts, string key, bool passed)
    {
        var (ok, bad) = counts.GetValueOrDefault(key);
        counts[key] = passed ? (ok + 1, bad) : (ok, bad + 1);
    }
}
