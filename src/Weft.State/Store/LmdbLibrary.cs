using System.Reflection;
using System.Runtime.InteropServices;

namespace Weft.State.Store;

/// <summary>Bytes as LMDB takes and gives them: MDB_val.</summary>
internal unsafe struct LmdbValue(byte* data, int size)
{
    public nuint Size = (nuint)size;
    public byte* Data = data;

    /// <summary>Safe where LMDB filled it: the bytes lie in the map or in a dirty page of the transaction.</summary>
    public readonly ReadOnlySpan<byte> Span => new(Data, checked((int)Size));
}

/// <summary>MDB_stat.</summary>
internal struct LmdbStat
{
    public uint PageSize, Depth;
    public nuint BranchPages, LeafPages, OverflowPages, Entries;
}

/// <summary>MDB_envinfo.</summary>
internal struct LmdbInfo
{
    public nint MapAddress;
    public nuint MapSize, LastPage, LastTransaction;
    public uint ReadersMax, Readers;
}

/// <summary>
/// The functions of liblmdb that are used, as lmdb.h declares them. All return 0, a negative code of LMDB or a
/// positive one of the system (<see cref="DatabaseFailure"/>).
/// </summary>
internal static unsafe partial class LmdbLibrary
{
    private const string Name = "lmdb";

    internal const int Success = 0, NotFound = -30798;

    /// <summary>MDB_NOSUBDIR: the path is that of the data file.</summary>
    internal const uint NoSubdirectory = 0x4000;

    /// <summary>MDB_NOSYNC: a commit does not wait for the disk.</summary>
    internal const uint NoSync = 0x10000;

    /// <summary>MDB_RDONLY, for transactions.</summary>
    internal const uint ReadOnly = 0x20000;

    /// <summary>MDB_NOTLS: a reader's slot belongs to its transaction, not to its thread.</summary>
    internal const uint NoThreadSlots = 0x200000;

    /// <summary>MDB_NORDAHEAD: keys are random, what lies beside a page is not what is needed next.</summary>
    internal const uint NoReadAhead = 0x800000;

    /// <summary>MDB_CREATE, for tables.</summary>
    internal const uint Create = 0x40000;

    /// <summary>MDB_CP_COMPACT.</summary>
    internal const uint Compact = 1;

    // MDB_cursor_op
    internal const int First = 0, Last = 6, Next = 8, Previous = 12, Set = 15, SetKey = 16, SetRange = 17;

    private static readonly string[] FileNames = ["liblmdb.so.0", "liblmdb.so", Name, "liblmdb.dylib"];

    private static readonly Lock Gate = new();
    private static bool _isLoaded;

    /// <summary>To be called before anything else here. Not a static constructor: that would hide the exception for a
    /// missing library inside a <see cref="TypeInitializationException"/>.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed.</exception>
    internal static void Load()
    {
        lock (Gate)
        {
            // Only one resolver may be set for an assembly; a second attempt after a failure must not set it again.
            if (!_isLoaded) NativeLibrary.SetDllImportResolver(typeof(LmdbLibrary).Assembly, Resolve);
            _isLoaded = true;
        }
        Version(null, null, null);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Name) return 0;
        foreach (var file in FileNames)
            if (NativeLibrary.TryLoad(file, assembly, path, out nint handle)) return handle;
        throw new DllNotFoundException(
            "liblmdb was not found; it keeps the state and the chain on disk. " +
            "Install it (Debian, Ubuntu: apt-get install liblmdb0) or start through ./weft");
    }

    // ---- Environment ----

    [LibraryImport(Name, EntryPoint = "mdb_version")]
    private static partial nint Version(int* major, int* minor, int* patch);

    [LibraryImport(Name, EntryPoint = "mdb_strerror")]
    internal static partial nint Describe(int code);

    [LibraryImport(Name, EntryPoint = "mdb_env_create")]
    internal static partial int CreateEnvironment(out nint environment);

    [LibraryImport(Name, EntryPoint = "mdb_env_set_mapsize")]
    internal static partial int SetMapSize(nint environment, nuint bytes);

    [LibraryImport(Name, EntryPoint = "mdb_env_set_maxreaders")]
    internal static partial int SetReadersMax(nint environment, uint readers);

    [LibraryImport(Name, EntryPoint = "mdb_env_set_maxdbs")]
    internal static partial int SetTablesMax(nint environment, uint tables);

    [LibraryImport(Name, EntryPoint = "mdb_env_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenEnvironment(nint environment, string path, uint flags, uint mode);

    [LibraryImport(Name, EntryPoint = "mdb_env_sync")]
    internal static partial int SyncEnvironment(nint environment, int force);

    [LibraryImport(Name, EntryPoint = "mdb_env_info")]
    internal static partial int GetInfo(nint environment, out LmdbInfo info);

    [LibraryImport(Name, EntryPoint = "mdb_env_copy2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CopyEnvironment(nint environment, string path, uint flags);

    [LibraryImport(Name, EntryPoint = "mdb_env_close")]
    internal static partial void CloseEnvironment(nint environment);

    // ---- Transactions ----

    [LibraryImport(Name, EntryPoint = "mdb_txn_begin")]
    internal static partial int Begin(nint environment, nint parent, uint flags, out nint transaction);

    [LibraryImport(Name, EntryPoint = "mdb_txn_id")]
    internal static partial nuint GetId(nint transaction);

    /// <summary>Frees the transaction, also when it fails.</summary>
    [LibraryImport(Name, EntryPoint = "mdb_txn_commit")]
    internal static partial int Commit(nint transaction);

    [LibraryImport(Name, EntryPoint = "mdb_txn_abort")]
    internal static partial void Abort(nint transaction);

    [LibraryImport(Name, EntryPoint = "mdb_txn_reset")]
    internal static partial void Reset(nint transaction);

    [LibraryImport(Name, EntryPoint = "mdb_txn_renew")]
    internal static partial int Renew(nint transaction);

    // ---- Tables and cursors ----

    [LibraryImport(Name, EntryPoint = "mdb_dbi_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenTable(nint transaction, string name, uint flags, out uint table);

    [LibraryImport(Name, EntryPoint = "mdb_stat")]
    internal static partial int GetStat(nint transaction, uint table, out LmdbStat stat);

    [LibraryImport(Name, EntryPoint = "mdb_get")]
    internal static partial int Get(nint transaction, uint table, LmdbValue* key, LmdbValue* value);

    [LibraryImport(Name, EntryPoint = "mdb_put")]
    internal static partial int Put(nint transaction, uint table, LmdbValue* key, LmdbValue* value, uint flags);

    [LibraryImport(Name, EntryPoint = "mdb_del")]
    internal static partial int Delete(nint transaction, uint table, LmdbValue* key, LmdbValue* value);

    [LibraryImport(Name, EntryPoint = "mdb_cursor_open")]
    internal static partial int OpenCursor(nint transaction, uint table, out nint cursor);

    [LibraryImport(Name, EntryPoint = "mdb_cursor_close")]
    internal static partial void CloseCursor(nint cursor);

    [LibraryImport(Name, EntryPoint = "mdb_cursor_get")]
    internal static partial int Move(nint cursor, LmdbValue* key, LmdbValue* value, int operation);

    [LibraryImport(Name, EntryPoint = "mdb_cursor_del")]
    internal static partial int DeleteAt(nint cursor, uint flags);
}
