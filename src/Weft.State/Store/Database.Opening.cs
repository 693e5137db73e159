namespace Weft.State.Store;

public sealed partial class Database
{
    private const string LockFileName = "weft.lock", CompactFileName = DataFileName + ".compact";

    /// <summary>What may lie in a folder that is no database yet: a start that was killed leaves it.</summary>
    private static readonly string[] NamesBeforeRecord =
        [LockFileName, DatabaseRecord.FileName + SystemFiles.TemporarySuffix];

    /// <exception cref="DatabaseException">See <see cref="DatabaseError"/>; nothing was changed.</exception>
    /// <exception cref="DllNotFoundException">liblmdb is not installed.</exception>
    public static Database Open(string folder, IEnumerable<string> tables, DatabaseOptions? options = null)
    {
        options ??= new();
        folder = Path.GetFullPath(folder);
        LmdbLibrary.Load();
        try
        {
            PrepareFolder(folder, options.MustExist);
            var held = Lock(folder);
            try
            {
                return OpenLocked(folder, [.. tables.Distinct(StringComparer.Ordinal)], options, held);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is (IOException or UnauthorizedAccessException) and not DatabaseException)
        {
            throw DatabaseFailure.Create(e, folder, "opening");
        }
    }

    /// <summary>A database in a temporary folder, in memory where the system has a file system there, deleted when
    /// disposed.</summary>
    public static Database CreateTemporary(IEnumerable<string> tables)
    {
        LmdbLibrary.Load();
        string folder = TemporaryFolder.Create();
        try
        {
            var options = new DatabaseOptions { Durability = Durability.Exit };
            var environment = OpenEnvironment(folder, options, new TemporaryFolder(folder));
            return Finish(new(folder, environment, options, isTemporary: true), [.. tables.Distinct()]);
        }
        finally
        {
            // The open files live on without their names, and are gone with this process however it ends.
            TemporaryFolder.DeleteNames(folder);
        }
    }

    // ---- The folder ----

    /// <summary>Makes it where allowed; otherwise touches nothing.</summary>
    private static void PrepareFolder(string folder, bool mustExist)
    {
        if (File.Exists(folder))
            throw DatabaseFailure.Create(DatabaseError.NotADatabase, folder, "this is a file, not a folder");
        if (!Directory.Exists(folder))
        {
            if (mustExist) throw DatabaseFailure.Create(DatabaseError.NotFound, folder, "there is no such folder");
            Directory.CreateDirectory(folder);
            return;
        }
        if (File.Exists(Path.Combine(folder, DatabaseRecord.FileName))) return;
        var names = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).ToArray();
        if (names.Contains(DataFileName))
            throw DatabaseFailure.Create(DatabaseError.Corrupt, folder, $"{DatabaseRecord.FileName} is missing");
        if (names.Except(NamesBeforeRecord).Any())
            throw DatabaseFailure.Create(
                DatabaseError.NotADatabase, folder, "the folder holds other files and no database");
        if (mustExist) throw DatabaseFailure.Create(DatabaseError.NotFound, folder, "the folder holds no database");
    }

    private static IDisposable Lock(string folder) =>
        SystemFiles.TryLock(Path.Combine(folder, LockFileName), out string holder) ?? throw DatabaseFailure.Create(
            DatabaseError.InUse, folder, $"another process has it open{Named(holder.Trim())}");

    /// <summary>One that has just begun has not written its number yet.</summary>
    private static string Named(string holder) => holder.Length > 0 ? $" (process {holder})" : "";

    // ---- The database ----

    private static Database OpenLocked(string folder, string[] tables, DatabaseOptions options, IDisposable held)
    {
        var record = DatabaseRecord.Read(folder);
        if (record is null || record.Trust == Trust.Creating) return Create(folder, tables, options, held);
        // What a compaction that was killed left.
        File.Delete(Path.Combine(folder, CompactFileName));
        CheckData(folder, record, options.Boot);
        return Finish(new(folder, OpenEnvironment(folder, options, held), options, isTemporary: false), tables);
    }

    /// <summary>A start that was killed in here begins again: nobody has put anything into the database.</summary>
    private static Database Create(string folder, string[] tables, DatabaseOptions options, IDisposable held)
    {
        DatabaseRecord.Of(Trust.Creating, options.Boot).Write(folder);
        File.Delete(Path.Combine(folder, DataFileName));
        File.Delete(Path.Combine(folder, LmdbLockFileName));
        var environment = OpenEnvironment(folder, options, held);
        // The record says already that nothing is to be trusted.
        var database = Finish(new(folder, environment, options, isTemporary: false) { _isPrepared = true }, tables);
        try
        {
            database.SyncFile();
            SystemFiles.SyncFolder(folder);
            database.WriteRecord(Trust.Everything);
            database._isPrepared = false;
            return database;
        }
        catch
        {
            database.Abandon();
            throw;
        }
    }

    /// <summary>LMDB's table of readers, made anew by the first who opens.</summary>
    private const string LmdbLockFileName = DataFileName + "-lock";

    private static void CheckData(string folder, DatabaseRecord record, string boot)
    {
        string path = Path.Combine(folder, DataFileName);
        if (!File.Exists(path))
            throw DatabaseFailure.Create(DatabaseError.Truncated, folder, $"{DataFileName} is missing");
        using var file = new LmdbFile(folder, path, isWritable: true);
        bool isSameBoot = boot.Length > 0 && record.Boot == boot;
        if (!isSameBoot && record.Trust == Trust.Nothing)
            throw DatabaseFailure.Create(
                DatabaseError.Corrupt, folder,
                "the system stopped while the database was open and was to be safe only when closed");
        if (!isSameBoot && record.Trust == Trust.SyncPoint) file.Restore(new LmdbMeta(record.Meta));
        file.Check(file.ReadNewestMeta());
    }

    private static LmdbEnvironment OpenEnvironment(string folder, DatabaseOptions options, IDisposable? held)
    {
        uint flags = LmdbLibrary.NoSubdirectory | LmdbLibrary.NoThreadSlots | LmdbLibrary.NoReadAhead;
        if (options.Durability != Durability.Block) flags |= LmdbLibrary.NoSync;
        return LmdbEnvironment.Open(folder, Path.Combine(folder, DataFileName), flags, held);
    }

    private static Database Finish(Database database, string[] tables)
    {
        try
        {
            database.OpenTables(tables);
            return database;
        }
        catch
        {
            database.Abandon();
            throw;
        }
    }

    /// <summary>As if the process were killed here.</summary>
    internal void Abandon()
    {
        EnterWrite();
        _isDisposed = true;
        _syncPoints?.Dispose();
        _environment.Dispose();
    }

    // ---- Tables ----

    private void OpenTables(string[] names)
    {
        if (OpenTables(names, LmdbLibrary.ReadOnly) != LmdbLibrary.NotFound) return;
        EnterWrite();
        try
        {
            Prepare();
            DatabaseFailure.Check(OpenTables(names, 0), Folder, "creating tables");
            _syncPoints?.NoteCommit();
        }
        finally
        {
            EndWrite();
        }
    }

    /// <summary>Handles count only after their transaction was committed, one that only reads as well.</summary>
    private int OpenTables(string[] names, uint flags)
    {
        DatabaseFailure.Check(
            LmdbLibrary.Begin(_environment.Native, 0, flags, out nint transaction), Folder, "opening tables");
        foreach (string name in names)
        {
            int code = LmdbLibrary.OpenTable(
                transaction, name, flags == 0 ? LmdbLibrary.Create : 0, out uint handle);
            if (code != 0)
            {
                LmdbLibrary.Abort(transaction);
                if (code == LmdbLibrary.NotFound) return code;
                throw DatabaseFailure.Create(code, Folder, $"opening table {name}");
            }
            _tables[name] = new(handle);
        }
        return LmdbLibrary.Commit(transaction);
    }
}
