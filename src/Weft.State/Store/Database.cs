namespace Weft.State.Store;

/// <summary>
/// An LMDB environment in a folder, locked for this process. Any number of readers, one writer at a time; readers see
/// the last commit before they began.
/// </summary>
public sealed class Database : IDisposable
{
    internal const uint TablesMax = 64;

    /// <summary>The data file in <see cref="Folder"/>.</summary>
    internal const string DataFileName = "weft.mdb";

    private readonly LmdbEnvironment _environment;
    private readonly DatabaseOptions _options;
    private readonly Dictionary<string, Table> _tables = [];

    /// <summary>Open to one writer. Not a lock: LMDB's own follows the thread, this one also counts at disposal.</summary>
    private readonly SemaphoreSlim _writing = new(1, 1);
    private volatile int _writer;
    private volatile bool _isDisposed;

    private Database(string folder, LmdbEnvironment environment, DatabaseOptions options) =>
        (Folder, _environment, _options) = (folder, environment, options);

    // ---- Opening ----

    /// <exception cref="DatabaseException">See <see cref="DatabaseError"/>; nothing was changed.</exception>
    /// <exception cref="DllNotFoundException">liblmdb is not installed.</exception>
    public static Database Open(string folder, IEnumerable<string> tables, DatabaseOptions? options = null)
    {
        options ??= new();
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        return Open(folder, tables, options, null);
    }

    /// <summary>A database in a temporary folder, in memory where the system has a file system there, deleted when
    /// disposed.</summary>
    public static Database CreateTemporary(IEnumerable<string> tables)
    {
        string folder = TemporaryFolder.Create();
        try
        {
            return Open(folder, tables, new() { Durability = Durability.Exit }, new TemporaryFolder(folder));
        }
        finally
        {
            // The open files live on without their names, and are gone with this process however it ends.
            TemporaryFolder.DeleteNames(folder);
        }
    }

    private static Database Open(string folder, IEnumerable<string> tables, DatabaseOptions options, IDisposable? held)
    {
        uint flags = LmdbLibrary.NoSubdirectory | LmdbLibrary.NoThreadSlots | LmdbLibrary.NoReadAhead;
        if (options.Durability != Durability.Block) flags |= LmdbLibrary.NoSync;
        var environment = LmdbEnvironment.Open(folder, Path.Combine(folder, DataFileName), flags, held);
        try
        {
            var database = new Database(folder, environment, options);
            database.OpenTables(tables);
            return database;
        }
        catch
        {
            environment.Dispose();
            throw;
        }
    }

    private void OpenTables(IEnumerable<string> tables)
    {
        var names = tables.Distinct(StringComparer.Ordinal).ToArray();
        if (OpenTables(names, LmdbLibrary.ReadOnly) != LmdbLibrary.NotFound) return;
        DatabaseFailure.Check(OpenTables(names, 0), Folder, "creating tables");
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

    // ---- Using ----

    public string Folder { get; }

    /// <exception cref="ArgumentException">The database was opened without this table.</exception>
    public Table GetTable(string name) =>
        _tables.TryGetValue(name, out var table)
            ? table
            : throw new ArgumentException($"{Folder}: no table {name} was opened", nameof(name));

    public ReadTransaction BeginRead()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return ReadTransaction.Begin(this, _environment);
    }

    /// <summary>Waits for the writer before. Dispose without <see cref="WriteTransaction.Commit"/> undoes.</summary>
    /// <exception cref="InvalidOperationException">This thread is writing already and would wait for itself.</exception>
    public WriteTransaction BeginWrite()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        EnterWrite();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return WriteTransaction.Begin(this, _environment);
        }
        catch
        {
            EndWrite();
            throw;
        }
    }

    private void EnterWrite()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (_writer == thread) throw new InvalidOperationException("this thread has a write transaction already");
        _writing.Wait();
        _writer = thread;
    }

    internal void Commit(nint transaction) =>
        DatabaseFailure.Check(LmdbLibrary.Commit(transaction), Folder, "committing");

    internal void EndWrite()
    {
        _writer = 0;
        _writing.Release();
    }

    /// <summary>Makes everything committed safe from a crash of the system.</summary>
    /// <exception cref="DatabaseException">The disk failed.</exception>
    public void Sync() =>
        DatabaseFailure.Check(LmdbLibrary.SyncEnvironment(_environment.Native, 1), Folder, "syncing");

    /// <summary>Waits for a writer of another thread. Transactions that are still open stay valid.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        EnterWrite();
        _isDisposed = true;
        EndWrite();
        _environment.Dispose();
    }
}
