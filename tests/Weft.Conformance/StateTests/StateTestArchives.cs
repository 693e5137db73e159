using Weft.Cli.Commands;
using Weft.Cli.Input;
using Weft.Cli.StateTests;
using Weft.Execution.Strategies;
using Xunit;

namespace Weft.Conformance.StateTests;

/// <summary>The official state tests, every combination of every fork, by the runner of `weft statetest`.</summary>
public sealed class StateTestArchives
{
    private const int FailuresShown = 5;

    /// <summary>2^32 - 1 rounds of BLAKE2F, over a minute for each combination: left to `weft statetest`, which runs
    /// everything, unless WEFT_SLOW is set.</summary>
    private const string SlowFile = "CALLBlake2f_MaxRounds";

    private static readonly bool IncludesSlow = Environment.GetEnvironmentVariable("WEFT_SLOW") is not null;

    /// <summary>The archives, how many combinations they hold, and how many of these are slow.</summary>
    [Theory]
    [InlineData("ethereum-tests/GeneralStateTests.zip", 21_442, 1)]
    [InlineData("ethereum-tests/LegacyCancun-GeneralStateTests.zip", 101_161, 6)]
    [InlineData("eest/eest-v5.4.0-state_tests.zip", 29_351, 0)]
    [InlineData("eest/eest-v5.4.0-stable-supplement.zip", 779, 0)]
    public void All_combinations_pass(string archive, int combinations, int slow) =>
        Run(archive, Strategy.Serial, 1, IncludesSlow ? combinations : combinations - slow);

    /// <summary>`weft statetest --all-strategies` runs everything under every strategy.</summary>
    [Theory]
    [InlineData("eest/eest-v5.4.0-state_tests.zip", Strategy.Optimistic, 29_351)]
    [InlineData("eest/eest-v5.4.0-stable-supplement.zip", Strategy.Auto, 779)]
    public void Combinations_pass_with_four_threads(string archive, Strategy strategy, int combinations) =>
        Run(archive, strategy, 4, combinations);

    private static void Run(string archive, Strategy strategy, int threads, int combinations)
    {
        if (Fixtures.Path(archive) is not { } path) return;
        using var folder = InputFolder.Open(path);
        var report = new StateTestReport();

        new StateTestSuite(new StateTestSelection(null, null, strategy, threads), CancellationToken.None)
            .Run(folder, FindFiles(folder), report, () => { });

        report.Sort();
        foreach (var (suite, (passed, failed)) in report.Suites)
            Console.WriteLine($"  {suite}: {passed} passed, {failed} failed");
        Console.WriteLine($"{archive}, {strategy} on {threads}: {report.Passed} passed, {report.Failed} failed");
        Assert.Empty(report.Failures.Take(FailuresShown).Select(failure =>
            $"{failure.File} {failure.Test} {failure.Fork} [{failure.Index}]: {failure.Problem}"));
        Assert.Equal(combinations, report.Passed);
    }

    private static List<string> FindFiles(InputFolder folder) =>
        [.. TestFiles.Find(folder)
            .Where(file => IncludesSlow || !file.Contains(SlowFile, StringComparison.Ordinal))];
}
