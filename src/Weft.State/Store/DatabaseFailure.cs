using System.Runtime.InteropServices;

namespace Weft.State.Store;

/// <summary>What a code of LMDB, an error number of the system or an exception of .NET means for a database.</summary>
internal static class DatabaseFailure
{
    // lmdb.h
    private const int PageNotFound = -30797, Corrupted = -30796, Panic = -30795, VersionMismatch = -30794;
    private const int Invalid = -30793, MapFull = -30792, ReadersFull = -30790, Incompatible = -30784;

    // errno.h
    private const int NotPermitted = 1, InputOutputError = 5, AccessDenied = 13, FileTooLarge = 27, NoSpace = 28;
    private const int ReadOnlyFileSystem = 30, QuotaExceeded = 122;

    /// <summary>A short write is reported as an input/output error; with less than this left the disk was
    /// full.</summary>
    private const long SpaceMin = 1 << 20;

    /// <exception cref="DatabaseException">The code is not 0.</exception>
    internal static void Check(int code, string folder, string doing)
    {
        if (code != LmdbLibrary.Success) throw Create(code, folder, doing);
    }

    internal static Exception Create(int code, string folder, string doing)
    {
        if (code == ReadersFull)
            return new InvalidOperationException($"{folder}: too many read transactions are open at once");
        if (Classify(code, folder) is { } error) return Create(error, folder, $"{doing}: {Describe(code)}");
        return new InvalidOperationException($"{folder}: {doing}: {Describe(code)}");
    }

    internal static DatabaseException Create(
        DatabaseError error, string folder, string reason, Exception? inner = null) =>
        new(error, $"{folder}: {reason}; {Remedy(error)}", inner);

    internal static DatabaseException Create(Exception inner, string folder, string doing) => inner switch
    {
        DatabaseException known => known,
        UnauthorizedAccessException => Create(DatabaseError.ReadOnly, folder, $"{doing}: {inner.Message}", inner),
        // .NET on Unix keeps the error number in HResult.
        IOException when Classify(inner.HResult, folder) is { } error =>
            Create(error, folder, $"{doing}: {inner.Message}", inner),
        _ => Create(DatabaseError.InputOutput, folder, $"{doing}: {inner.Message}", inner),
    };

    private static DatabaseError? Classify(int code, string folder) => code switch
    {
        NoSpace or QuotaExceeded or FileTooLarge or MapFull => DatabaseError.DiskFull,
        InputOutputError when FreeSpace(folder) < SpaceMin => DatabaseError.DiskFull,
        InputOutputError or Panic => DatabaseError.InputOutput,
        NotPermitted or AccessDenied or ReadOnlyFileSystem => DatabaseError.ReadOnly,
        PageNotFound or Corrupted or Invalid or Incompatible => DatabaseError.Corrupt,
        VersionMismatch => DatabaseError.NewerFormat,
        > 0 => DatabaseError.InputOutput,
        _ => null,
    };

    private static long FreeSpace(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Where the system does not tell, the error stays what it was called.
            return long.MaxValue;
        }
    }

    private static string Describe(int code) =>
        Marshal.PtrToStringUTF8(LmdbLibrary.Describe(code)) ?? $"error {code}";

    private static string Remedy(DatabaseError error) => error switch
    {
        DatabaseError.NotFound => "name another folder, or let one be created there",
        DatabaseError.NotADatabase => "name an empty or a new folder; nothing was touched",
        DatabaseError.NewerFormat => "use the version of Weft that wrote it, or import again into another folder",
        DatabaseError.Truncated or DatabaseError.Corrupt =>
            "restore the folder from a copy, or delete it and import again",
        DatabaseError.InUse => "stop the process that uses it, or name another folder",
        DatabaseError.ReadOnly => "make folder and files writable for this user",
        DatabaseError.DiskFull => "make room on the disk and start again; everything committed is still there",
        _ => "look after the disk, then start again; everything committed before is kept",
    };
}
