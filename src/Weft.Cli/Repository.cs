namespace Weft.Cli;

/// <summary>Where the files beside the program lie when it runs from a clone.</summary>
public static class Repository
{
    /// <summary>The folder with Weft.slnx above the program; null for a program that was copied elsewhere.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>A public vector: in the folder that WEFT_FIXTURES names, or ../shared/fixtures beside the repository.
    /// Null where it is absent.</summary>
    public static string? Fixture(string relative)
    {
        string? named = Environment.GetEnvironmentVariable("WEFT_FIXTURES");
        string? folder = named is { Length: > 0 } ? named
            : Root is null ? null
            : Path.Combine(Root, "..", "shared", "fixtures");
        string? path = folder is null ? null : Path.GetFullPath(Path.Combine(folder, relative));
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string? FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Weft.slnx"))) return folder.FullName;
        return null;
    }
}
