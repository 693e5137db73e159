namespace Weft.State.Store;

/// <summary>Tells one run of the operating system from another: what was written in this one is in its memory at least.
/// </summary>
internal static class SystemBoot
{
    private const string Path = "/proc/sys/kernel/random/boot_id";

    /// <summary>Empty where the system does not tell: then every start counts as a new run.</summary>
    public static string Id { get; } = Read();

    private static string Read()
    {
        try
        {
            return File.Exists(Path) ? File.ReadAllText(Path).Trim() : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As where there is no such file.
            return "";
        }
    }
}
