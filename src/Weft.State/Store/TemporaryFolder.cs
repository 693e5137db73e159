namespace Weft.State.Store;

/// <summary>Where temporary databases lie, and their end.</summary>
internal sealed class TemporaryFolder(string folder) : IDisposable
{
    private const string Memory = "/dev/shm";

    /// <summary>Containers often have 64 MiB there, which is not enough to work in.</summary>
    private const long MemoryMin = 1L << 30;

    internal static string Create()
    {
        string name = $"weft-{Environment.ProcessId}-{Path.GetRandomFileName()}";
        try
        {
            if (Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= MemoryMin)
                return Directory.CreateDirectory(Path.Combine(Memory, name)).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not for us: then on disk, like where there is none.
        }
        return Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), name)).FullName;
    }

    /// <summary>Where the system allows files without a name.</summary>
    internal static void DeleteNames(string folder)
    {
        if (!OperatingSystem.IsWindows()) Directory.Delete(folder, recursive: true);
    }

    public void Dispose()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
