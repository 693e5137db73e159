using System.Diagnostics;
using Weft.Cli;
using Xunit;

namespace Weft.Tests.Cli.Workloads;

public sealed class ContractsTests
{
    /// <summary>What contracts/compile exits with where Node.js or the compiler cannot be had.</summary>
    private const int NotHere = 3;

    private const int SecondsMax = 120;

    [Fact]
    public void The_contracts_that_are_checked_in_are_what_the_compiler_makes_of_the_sources()
    {
        using var folder = new TemporaryFolder();
        string compiled = Path.Combine(folder.Path, "contracts.json");
        using var process = Process.Start(new ProcessStartInfo
        {
            FileName = "timeout",
            ArgumentList = { $"{SecondsMax}", Path.Combine(Repository.Root!, "contracts/compile"), compiled },
            RedirectStandardError = true,
        })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == NotHere)
        {
            Console.WriteLine($"contracts were not compiled again: {error.Trim()}");
            return;
        }

        Assert.Equal(("", 0), (error, process.ExitCode));
        string kept = Path.Combine(Repository.Root!, "src/Weft.Cli/Workloads/contracts.json");
        Assert.True(
            File.ReadAllBytes(compiled).AsSpan().SequenceEqual(File.ReadAllBytes(kept)),
            "contracts.json is not what contracts/compile makes of contracts/src: run it and check in the result");
    }
}
