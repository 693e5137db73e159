using System.Runtime.InteropServices;

namespace Weft.State.Store;

/// <summary>What .NET does not offer of the system's memory.</summary>
internal static unsafe partial class SystemMemory
{
    private const int MadviseHugePage = 14;

    /// <summary>A wish, which the system may ignore. The memory begins at a multiple of such a page.</summary>
    public static void PreferLargePages(void* memory, long bytes)
    {
        // Safe: only how the pages are backed changes.
        if (OperatingSystem.IsLinux()) _ = Advise(memory, (nuint)bytes, MadviseHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* memory, nuint bytes, int advice);
}
