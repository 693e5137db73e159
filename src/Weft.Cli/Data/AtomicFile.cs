namespace Weft.Cli.Data;

/// <summary>Files that are there whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>What the name of a file ends in while it is being written.</summary>
    public const string Suffix = ".partial";

    public static void Write(string path, byte[] bytes) => Write(path, stream => stream.Write(bytes));

    /// <summary>Where <paramref name="write"/> fails, nothing is left.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            using (var stream = new FileStream(path + Suffix, FileMode.Create, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(path + Suffix, path, overwrite: true);
        }
        catch
        {
            // Where there is no folder, to delete what is not in it is an error, too.
            if (File.Exists(path + Suffix)) File.Delete(path + Suffix);
            throw;
        }
    }
}
