using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Weft.Cli;
using Xunit;

namespace Weft.EndToEnd;

/// <summary>
/// Imports that are killed at any moment, also in the middle of a commit, and started again: no block that was reported
/// as committed is ever lost, and no state root is ever wrong. 200 rounds with WEFT_SLOW=1.
/// </summary>
public sealed class InterruptedImports : IDisposable
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("WEFT_SLOW") == "1" ? 200 : 12;

    private readonly string _folder = Directory.CreateTempSubdirectory("weft-test-").FullName;
    private readonly Random _random = new(20_26);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Killed_at_random_times_an_import_loses_nothing()
    {
        Generate(blocks: 2000);
        Repeat((round, acknowledge) =>
        {
            // Some at the very beginning; the others where so much is done, at a block or a moment later.
            ulong until = _random.Next(4) == 0 ? 0 : (ulong)_random.NextInt64((long)LastNumber);
            using var reached = new ManualResetEventSlim(until == 0);
            using var import = StartImport(null, line =>
            {
                acknowledge(line);
                if (ReadAcknowledged(line) >= until) reached.Set();
            });
            while (!reached.Wait(10) && !import.Wait(TimeSpan.Zero))
            {
            }
            Thread.Sleep(_random.Next(until == 0 ? 400 : 40));
            import.Kill();
        });
    }

    [Fact]
    public void Killed_inside_a_commit_an_import_loses_nothing()
    {
        if (CompileFaults() is not { } library) return;
        Generate(blocks: 2000);
        string[] kinds = ["before", "after", "torn"];
        Repeat((round, acknowledge) =>
        {
            var environment = new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = library, ["WEFT_FAULT_FILE"] = "weft.mdb", ["WEFT_FAULT_KIND"] = kinds[round % 3],
                ["WEFT_FAULT_AT"] = _random.Next(1, 40).ToString(CultureInfo.InvariantCulture),
            };
            using var import = StartImport(environment, acknowledge);
            import.Wait();
        });
    }

    /// <summary>Interrupts until so many rounds have been; begins anew whenever the chain is complete.</summary>
    private void Repeat(Action<int, Action<string>> interrupt)
    {
        int complete = 0, killed = 0;
        Init();
        (ulong Number, string Hash) head = (0, "");
        // Whether one is killed in time depends on the machine: where none was, it goes on for a while.
        for (int round = 0; round < Rounds || (killed == 0 && round < 5 * Rounds); round++)
        {
            ulong acknowledged = 0;
            interrupt(round, line => acknowledged = Math.Max(acknowledged, ReadAcknowledged(line)));
            var (number, hash) = Verify();
            Assert.True(number >= head.Number, $"round {round}: the head was {head.Number}, is {number}");
            Assert.True(number >= acknowledged, $"round {round}: {acknowledged} was committed, the head is {number}");
            head = (number, hash);
            if (number < LastNumber)
            {
                killed++;
                continue;
            }
            Assert.Equal(LastHash, head.Hash);
            complete++;
            Directory.Delete(Data, recursive: true);
            Init();
            head = default;
        }
        Console.WriteLine($"interrupted imports: {killed} killed, {complete} complete, of {Rounds}");
        Assert.True(killed > 0, "no import was killed: the chain is too short");
    }

    /// <summary>Every table is checked, the state root computed from accounts and slots alone.</summary>
    private (ulong Number, string Hash) Verify()
    {
        var (code, output) = WeftProcess.Run("db", "verify", "--data", Data);
        Assert.True(code == 0, output);
        return WeftProcess.Json("db", "stat", "--data", Data).TryGetProperty("head", out var head)
            ? (head.GetProperty("number").GetUInt64(), head.GetProperty("hash").GetString()!)
            // Killed before even the genesis was written.
            : (0, "");
    }

    // ---- The chain ----

    private string Data => Path.Combine(_folder, "data");

    private ulong LastNumber { get; set; }

    private string LastHash { get; set; } = "";

    private void Generate(int blocks)
    {
        var generated = WeftProcess.Json(
            "generate", _folder, "--accounts", "2000", "--contracts", "20", "--slots", "50", "--changes", "30",
            "--blocks",
            blocks.ToString(CultureInfo.InvariantCulture));
        (LastNumber, LastHash) = ((ulong)blocks, generated.GetProperty("head").GetString()!);
    }

    private void Init()
    {
        var (code, output) = WeftProcess.Run(
            "init", "--chain", Path.Combine(_folder, "genesis.json"), "--data", Data);
        Assert.True(code == 0, output);
    }

    private WeftProcess StartImport(IReadOnlyDictionary<string, string>? environment, Action<string> onLine) =>
        WeftProcess.Start(
            ["import", Path.Combine(_folder, "chain.rlp"), "--data", Data, "--verbose"], environment, onLine);

    /// <summary>Lines of --verbose: committed NUMBER.</summary>
    private static ulong ReadAcknowledged(string line) =>
        line.StartsWith("committed ", StringComparison.Ordinal)
            ? ulong.Parse(line.AsSpan("committed ".Length), CultureInfo.InvariantCulture)
            : 0;

    /// <summary>Null where there is no compiler, which is said in one line.</summary>
    private string? CompileFaults()
    {
        string library = Path.Combine(_folder, "faults.so");
        try
        {
            using var compiler = Process.Start("gcc",
                ["-O1", "-shared", "-fPIC", "-o", library,
                    Path.Combine(Repository.Root!, "tests", "faults", "faults.c"), "-ldl"]);
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
            return library;
        }
        catch (Win32Exception)
        {
            Console.WriteLine(
                "skipped: imports killed inside a commit; there is no gcc to compile tests/faults/faults.c");
            return null;
        }
    }
}
