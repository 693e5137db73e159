using System.ComponentModel;
using System.Diagnostics;
using Weft.Cli;
using Xunit;

namespace Weft.EndToEnd;

/// <summary>The scripts of tests/clients, with what npm has for them.</summary>
internal static class Clients
{
    private static readonly string Folder = Path.Combine(Repository.Root!, "tests", "clients");

    /// <summary>The launcher, as users start it.</summary>
    public static string Weft { get; } = Path.Combine(Repository.Root!, "weft");

    /// <summary>Installs them where that has not been done. What is missing is said in one line.</summary>
    public static bool AreInstalled()
    {
        if (File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json"))) return true;
        try
        {
            string[] arguments = ["install", "--no-save", "--no-audit", "--no-fund"];
            var (code, output) = Start("npm", arguments, TimeSpan.FromMinutes(5));
            if (code == 0) return true;
            string? reason = Array.Find(
                output.Split('\n'), line => line.Contains("error", StringComparison.Ordinal));
            Console.WriteLine($"skipped: clients of a node; npm install in tests/clients fails: {reason}");
        }
        catch (Win32Exception)
        {
            Console.WriteLine("skipped: clients of a node; there is no npm to install them");
        }
        return false;
    }

    /// <summary>A script of the folder must end well in time.</summary>
    public static void Run(TimeSpan timeMax, string[] arguments)
    {
        var (code, output) = Start("node", arguments, timeMax);
        Assert.True(code == 0, output);
        Assert.Contains(" passed, 0 failed", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output) Start(string program, string[] arguments, TimeSpan timeMax)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        bool ended = process.WaitForExit(timeMax);
        if (!ended) process.Kill(entireProcessTree: true);
        return (ended ? process.ExitCode : -1, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
    }
}
