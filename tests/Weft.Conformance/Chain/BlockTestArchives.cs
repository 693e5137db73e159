using Weft.Cli.BlockTests;
using Weft.Cli.Commands;
using Weft.Cli.Input;
using Weft.Cli.StateTests;
using Weft.Execution.Strategies;
using Xunit;

namespace Weft.Conformance.Chain;

/// <summary>
/// The chains of the public suites, imported into a database: heads, states, receipts and roots are those of the suite,
/// and every invalid block is rejected for its reason.
/// </summary>
public sealed class BlockTestArchives
{
    [Theory]
    [InlineData("ethereum-tests/BlockchainTests-core.zip", 594, 276)]
    [InlineData("eest/eest-v5.4.0-blockchain_tests.zip", 5580, 513)]
    [InlineData("eest/eest-v5.4.0-stable-supplement.zip", 2057, 76)]
    [InlineData("eest/eest-bal-v5.7.0-transitions.zip", 242, 17)]
    public void Chains_end_as_the_suite_says(string file, int count, int rejections) =>
        Run(file, Strategy.Serial, 1, count, rejections);

    /// <summary>`weft blocktest --all-strategies` runs everything under every strategy.</summary>
    [Theory]
    [InlineData("ethereum-tests/BlockchainTests-core.zip", Strategy.Optimistic, 594, 276)]
    [InlineData("ethereum-tests/BlockchainTests-core.zip", Strategy.Auto, 594, 276)]
    [InlineData("eest/eest-v5.4.0-blockchain_tests.zip", Strategy.Optimistic, 5580, 513)]
    [InlineData("eest/eest-bal-v5.7.0-transitions.zip", Strategy.Auto, 242, 17)]
    public void Chains_end_so_with_four_threads(string file, Strategy strategy, int count, int rejections) =>
        Run(file, strategy, 4, count, rejections);

    private static void Run(string file, Strategy strategy, int threads, int count, int rejections)
    {
        if (Fixtures.Path(file) is not { } path) return;
        using var folder = InputFolder.Open(path);
        var report = new BlockTestReport();
        new BlockTestSuite(
            new(null, null, Environment.ProcessorCount, strategy, threads), CancellationToken.None)
            .Run(folder, TestFiles.Find(folder), report, () => { });
        report.Sort();
        Console.WriteLine(
            $"{file}, {strategy} on {threads}: {report.Passed} tests, {report.Blocks} blocks, {report.Rejections} of "
            + "them rejected");
        var failures = report.Failures.Select(failure => $"{failure.File} {failure.Test}: {failure.Problem}");
        Assert.True(report.Failed == 0, $"{report.Failed} failures\n{string.Join('\n', failures.Take(20))}");
        Assert.Equal((count, rejections), (report.Passed, report.Rejections));
    }
}
