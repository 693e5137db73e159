using System.Runtime.InteropServices;

namespace Weft.State.Store;

/// <summary>What .NET does not offer of the file system: making names durable, and a lock file that others can read.
/// </summary>
internal static partial class SystemFiles
{
    private const string Library = "libc";
    private const int LockExclusive = 2, LockNonBlocking = 4;

    /// <summary>Replaces a file as a whole: after a crash there is the old one or the new one, and once this returned,
    /// the new one.</summary>
    public static void Replace(string folder, string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(folder, name), next = path + TemporarySuffix;
        using (var handle = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, content, 0);
            RandomAccess.FlushToDisk(handle);
        }
        File.Move(next, path, overwrite: true);
        SyncFolder(folder);
    }

    public const string TemporarySuffix = ".tmp";

    /// <summary>Makes names in a folder safe from a crash of the system.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        nint directory = OpenFolder(folder);
        if (directory == 0) throw LastError($"cannot open {folder}");
        int code = Sync(FolderDescriptor(directory));
        var error = code == 0 ? null : LastError($"cannot sync {folder}");
        CloseFolder(directory);
        if (error is not null) throw error;
    }

    private static IOException LastError(string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    /// <summary>Locks a file for this process and writes the process's number into it. Null when another has it; then
    /// <paramref name="holder"/> is what the file says.</summary>
    public static IDisposable? TryLock(string path, out string holder)
    {
        // "e": not for child processes; "a": created, not emptied.
        nint file = OpenFile(path, "a+e");
        if (file == 0) throw LastError($"cannot open {path}");
        if (Lock(FileDescriptor(file), LockExclusive | LockNonBlocking) != 0)
        {
            var buffer = new byte[32];
            Rewind(file);
            holder = System.Text.Encoding.ASCII.GetString(buffer, 0, (int)Read(buffer, 1, (nuint)buffer.Length, file));
            CloseFile(file);
            return null;
        }
        holder = "";
        var text = System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n");
        // Nothing depends on the number: it is for whom the lock keeps out.
        if (Truncate(FileDescriptor(file), 0) == 0)
        {
            Write(text, 1, (nuint)text.Length, file);
            Flush(file);
        }
        return new FileLock(file);
    }

    /// <summary>The lock goes with the open file. The file stays: another process may be waiting at it.</summary>
    private sealed class FileLock(nint file) : IDisposable
    {
        private nint _file = file;

        public void Dispose()
        {
            nint open = Interlocked.Exchange(ref _file, 0);
            if (open != 0) CloseFile(open);
        }
    }

    [LibraryImport(Library, EntryPoint = "opendir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenFolder(string path);

    [LibraryImport(Library, EntryPoint = "dirfd")]
    private static partial int FolderDescriptor(nint directory);

    [LibraryImport(Library, EntryPoint = "closedir")]
    private static partial void CloseFolder(nint directory);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport(Library, EntryPoint = "fopen", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenFile(string path, string mode);

    [LibraryImport(Library, EntryPoint = "fileno")]
    private static partial int FileDescriptor(nint file);

    [LibraryImport(Library, EntryPoint = "flock")]
    private static partial int Lock(int descriptor, int operation);

    [LibraryImport(Library, EntryPoint = "ftruncate")]
    private static partial int Truncate(int descriptor, long length);

    [LibraryImport(Library, EntryPoint = "rewind")]
    private static partial void Rewind(nint file);

    [LibraryImport(Library, EntryPoint = "fread")]
    private static partial nuint Read([Out] byte[] buffer, nuint size, nuint count, nint file);

    [LibraryImport(Library, EntryPoint = "fwrite")]
    private static partial nuint Write(byte[] buffer, nuint size, nuint count, nint file);

    [LibraryImport(Library, EntryPoint = "fflush")]
    private static partial void Flush(nint file);

    [LibraryImport(Library, EntryPoint = "fclose")]
    private static partial void CloseFile(nint file);
}
