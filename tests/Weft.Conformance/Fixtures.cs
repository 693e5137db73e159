using System.IO.Compression;

namespace Weft.Conformance;

/// <summary>
/// Finds the public vectors: the folder that WEFT_FIXTURES names, or ../shared/fixtures beside the repository. They are
/// not part of it, so a test that misses them says so in one line and returns.
/// </summary>
public static class Fixtures
{
    /// <summary>The folder; null where there is none.</summary>
    public static string? Root { get; } = Find();

    /// <summary>The test host keeps what tests write to itself; `./weft test` names a file and shows it.</summary>
    static Fixtures()
    {
        if (Environment.GetEnvironmentVariable("WEFT_TEST_OUTPUT") is not { Length: > 0 } file) return;
        Console.SetOut(TextWriter.Synchronized(new StreamWriter(file, append: true) { AutoFlush = true }));
    }

    /// <summary>The full path of a vector file, or null, said on the console, where it is absent.</summary>
    public static string? Path(string relative)
    {
        string? path = Root is null ? null : System.IO.Path.Combine(Root, relative);
        if (path is not null && (File.Exists(path) || Directory.Exists(path))) return path;
        Console.WriteLine(Root is null
            ? "skipped: there are no fixtures (set WEFT_FIXTURES or place ../shared/fixtures)"
            : $"skipped: no fixture {relative} in {Root}");
        return null;
    }

    /// <summary>Opens an archive of vectors, or gives null, said on the console, where it is absent.</summary>
    public static ZipArchive? OpenZip(string relative) => Path(relative) is { } path ? ZipFile.OpenRead(path) : null;

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("WEFT_FIXTURES") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "Weft.slnx"))) continue;
            string path = System.IO.Path.Combine(folder.FullName, "..", "shared", "fixtures");
            return Directory.Exists(path) ? System.IO.Path.GetFullPath(path) : null;
        }
        return null;
    }
}
