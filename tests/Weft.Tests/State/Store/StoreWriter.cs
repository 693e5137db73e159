using System.Diagnostics;
using System.Globalization;
using Weft.State.Store;

namespace Weft.Tests.State.Store;

/// <summary>A process that commits and says so, for tests to kill or to starve.</summary>
internal sealed class StoreWriter : IDisposable
{
    public const string Name = "store-writer";

    private readonly Process _process;

    private StoreWriter(Process process) => _process = process;

    // ---- In the process ----

    /// <summary>Arguments: folder, durability, number of commits. Says "committed N" after each commit; after an error
    /// its kind and what is in the database then.</summary>
    public static int Run(string[] arguments)
    {
        var durability = Enum.Parse<Durability>(arguments[1]);
        int count = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        try
        {
            using var database = Database.Open(arguments[0], ["t"], new()
            {
                Durability = durability, SyncInterval = TimeSpan.FromMilliseconds(15),
            });
            return Commit(database, count);
        }
        catch (DatabaseException e)
        {
            Console.WriteLine($"refused {e.Error}");
            return 4;
        }
    }

    private static int Commit(Database database, int count)
    {
        int number = Contents.Check(database);
        try
        {
            for (int end = number + count; number < end; number++)
            {
                Contents.Commit(database, number + 1);
                Console.WriteLine($"committed {number + 1}");
            }
            return 0;
        }
        catch (DatabaseException e)
        {
            Console.WriteLine($"failed {e.Error}");
            Console.WriteLine($"holds {Contents.Check(database)}");
            return 3;
        }
    }

    // ---- In the test ----

    public static StoreWriter Start(
        string folder, Durability durability, int count, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true, UseShellExecute = false,
            ArgumentList = { typeof(StoreWriter).Assembly.Location, Name, folder, $"{durability}", $"{count}" },
            Environment = { ["DOTNET_TieredPGO"] = "0" },
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>The next line; null at the end.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>All lines to the end of the process, which has to come.</summary>
    public List<string> ReadToEnd()
    {
        var lines = new List<string>();
        while (ReadLine() is { } line) lines.Add(line);
        if (!_process.WaitForExit(60_000)) throw new TimeoutException("the writer hangs");
        return lines;
    }

    public int ExitCode => _process.ExitCode;

    public void Kill() => _process.Kill();

    /// <summary>The last number behind a word.</summary>
    public static int Last(IEnumerable<string> lines, string word) => lines
        .Where(line => line.StartsWith(word + " ", StringComparison.Ordinal))
        .Select(line => int.Parse(line[(word.Length + 1)..], CultureInfo.InvariantCulture)).LastOrDefault();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
