using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Weft.Cli;

namespace Weft.Tests.State.Store;

/// <summary>tests/faults/faults.c, compiled for this run.</summary>
internal sealed class FaultLibrary : IDisposable
{
    private readonly TestFolder _folder = new();

    private FaultLibrary() { }

    private string Library => _folder["faults.so"];

    private string Log => _folder["calls"];

    /// <summary>Null where there is no compiler, which is said in one line.</summary>
    public static FaultLibrary? Compile()
    {
        var library = new FaultLibrary();
        string source = Path.Combine(Repository.Root!, "tests", "faults", "faults.c");
        try
        {
            using var compiler = Process.Start(
                "gcc", ["-O1", "-shared", "-fPIC", "-o", library.Library, source, "-ldl"]);
            compiler.WaitForExit();
            if (compiler.ExitCode == 0) return library;
            throw new InvalidOperationException($"gcc cannot compile {source}");
        }
        catch (Win32Exception)
        {
            Console.WriteLine("skipped: faults while writing; there is no gcc to compile tests/faults/faults.c");
            library.Dispose();
            return null;
        }
    }

    /// <summary>The environment of a process in which the <paramref name="at"/>-th call on a file fails so.</summary>
    public Dictionary<string, string> Hit(string file, string kind, int at) => new()
    {
        ["LD_PRELOAD"] = Library, ["WEFT_FAULT_FILE"] = file, ["WEFT_FAULT_KIND"] = kind,
        ["WEFT_FAULT_AT"] = at.ToString(CultureInfo.InvariantCulture), ["WEFT_FAULT_LOG"] = Log,
    };

    /// <summary>Calls that the last process made that ended by itself.</summary>
    public int Calls => int.Parse(File.ReadAllText(Log), CultureInfo.InvariantCulture);

    public void Dispose() => _folder.Dispose();
}
