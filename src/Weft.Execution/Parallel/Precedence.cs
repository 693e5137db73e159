using System.Runtime.InteropServices;

namespace Weft.Execution.Parallel;

/// <summary>
/// Who goes first where there are more threads than cores. The priorities of .NET do nothing on Linux; there every
/// thread has a nice value of its own, which may be raised without a privilege and never lowered again. Threads inherit
/// it from the one that starts them. Elsewhere there is nothing to be had.
/// </summary>
public static partial class Precedence
{
    private const string Library = "libc";
    private const int OfThread = 0;

    /// <summary>A quarter of the time that another thread gets on a busy core: what a thread holds while it is made to
    /// wait, others wait for, so it must come forward.</summary>
    private const int Lowered = 6;

    /// <summary>The calling thread as <see cref="Lower(int)"/> names it; 0 where it has no name.</summary>
    public static int CurrentThread => OperatingSystem.IsLinux() ? GetThread() : 0;

    /// <summary>From now on the calling thread gives way to those that somebody waits for.</summary>
    public static void Lower() => Lower(CurrentThread);

    /// <summary>The same for another thread of this process.</summary>
    public static void Lower(int thread)
    {
        // That it fails is no harm.
        if (thread > 0) _ = SetPriority(OfThread, thread, Lowered);
    }

    [LibraryImport(Library, EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport(Library, EntryPoint = "gettid")]
    private static partial int GetThread();
}
