using Weft.Cli.Input;
using Weft.Cli.StateTests;
using Xunit;

namespace Weft.Conformance.StateTests;

/// <summary>The official state tests, every combination of every fork, by the runner of `weft statetest`.</summary>
public sealed class StateTestArchives
{
    private const int FailuresShown = 5;

    /// <summary>The archives and how many combinations they hold.</summary>
    [Theory]
    [InlineData("ethereum-tests/GeneralStateTests.zip", 21_442)]
    [InlineData("ethereum-tests/LegacyCancun-GeneralStateTests.zip", 101_161)]
    [InlineData("eest/eest-v5.4.0-state_tests.zip", 29_351)]
    [InlineData("eest/eest-v5.4.0-stable-supplement.zip", 779)]
    public void All_combinations_pass(string archive, int combinations)
    {
        if (Fixtures.Path(archive) is not { } path) return;
        using var folder = InputFolder.Open(path);
        var report = new StateTestReport();

        new StateTestSuite(new StateTestSelection(null, null), CancellationToken.None)
            .Run(folder, StateTestSuite.FindFiles(folder), report, () => { });

        report.Sort();
        foreach (var (suite, (passed, failed)) in report.Suites)
            Console.WriteLine($"  {suite}: {passed} passed, {failed} failed");
        Console.WriteLine($"{archive}: {report.Passed} passed, {report.Failed} failed");
        Assert.Empty(report.Failures.Take(FailuresShown).Select(failure =>
            $"{failure.File} {failure.Test} {failure.Fork} [{failure.Index}]: {failure.Problem}"));
        Assert.Equal(combinations, report.Passed);
    }
}
