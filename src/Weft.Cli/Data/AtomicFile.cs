namespace Weft.Cli.Data;

/// <summary>Files that are there whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>What the name of a file ends in while it is being written.</summary>
    public const string Suffix = ".partial";

    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using (var stream = new FileStream(path + Suffix, FileMode.Create, FileAccess.Write))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        File.Move(path + Suffix, path, overwrite: true);
    }
}
