using System.Runtime.InteropServices;

namespace Weft.Evm.Precompiles.Native;

/// <summary>
/// Machine code that Weft assembled itself, in pages that are never writable and executable at once. They live as long
/// as the process. Only where the System V calling convention and mmap are (Linux and macOS on x64).
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    private const int ProtRead = 1, ProtWrite = 2, ProtExec = 4, MapPrivate = 2;
    private static readonly int MapAnonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;

    public static bool IsSupported { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.X64
        && (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS());

    /// <summary>The address of the code, or null where the system does not allow such pages.</summary>
    public static void* TryPublish(ReadOnlySpan<byte> code)
    {
        void* pages = Map(null, code.Length, ProtRead | ProtWrite, MapPrivate | MapAnonymous, -1, 0);
        if (pages == (void*)-1) return null;
        // Safe: the mapping holds at least code.Length bytes.
        code.CopyTo(new Span<byte>(pages, code.Length));
        return Protect(pages, code.Length, ProtRead | ProtExec) == 0 ? pages : null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nint length, int protection);
}
