namespace Weft.State.Store;

/// <summary>
/// An LMDB environment in a folder, locked for this process. Any number of readers, one writer at a time; readers see
/// the last commit before they began.
/// </summary>
public sealed partial class Database : IDisposable
{
    internal const uint TablesMax = 64;

    /// <summary>The data file in <see cref="Folder"/>.</summary>
    internal const string DataFileName = "weft.mdb";

    private readonly LmdbEnvironment _environment;
    private readonly DatabaseOptions _options;
    private readonly bool _isTemporary;
    private readonly Dictionary<string, Table> _tables = [];
    private readonly SyncPoints? _syncPoints;

    /// <summary>Open to one writer. Not a lock: it is also opened by others than who closed it.</summary>
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>The thread that writes; 0 for none.</summary>
    private volatile int _writer;

    /// <summary>Under the writer's gate: the record on disk says how far to trust what is written from now
    /// on.</summary>
    private bool _isPrepared;

    private volatile bool _isDisposed;

    private Database(string folder, LmdbEnvironment environment, DatabaseOptions options, bool isTemporary)
    {
        (Folder, _environment, _options, _isTemporary) = (folder, environment, options, isTemporary);
        if (isTemporary || options.Durability != Durability.Seconds) return;
        _syncPoints = new(this, environment, options.Boot, options.SyncInterval);
        _syncPoints.Start();
    }

    public string Folder { get; }

    /// <exception cref="ArgumentException">The database was opened without this table.</exception>
    public Table GetTable(string name) =>
        _tables.TryGetValue(name, out var table)
            ? table
            : throw new ArgumentException($"{Folder}: no table {name} was opened", nameof(name));

    // ---- Reading ----

    public ReadTransaction BeginRead()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return ReadTransaction.Begin(this, _environment);
    }

    /// <summary>Copies one value of the last commit and returns its length; 0 also when there is none. Allocates
    /// nothing.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="destination"/>.</exception>
    internal unsafe int Read(Table table, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        bool hasReference = false;
        nint reader = 0;
        try
        {
            _environment.DangerousAddRef(ref hasReference);
            reader = _environment.RentReader();
            LmdbValue found = default;
            int code;
            // Safe: the key is pinned for the call, and the reader keeps the page until the value was copied.
            fixed (byte* k = key)
            {
                var wanted = new LmdbValue(k, key.Length);
                code = LmdbLibrary.Get(reader, table.Handle, &wanted, &found);
            }
            if (code == LmdbLibrary.NotFound) return 0;
            DatabaseFailure.Check(code, Folder, "reading");
            if (!found.Span.TryCopyTo(destination)) throw new InvalidDataException($"{Folder}: a record is too long");
            return found.Span.Length;
        }
        finally
        {
            if (reader != 0) _environment.ReturnReader(reader);
            if (hasReference) _environment.DangerousRelease();
        }
    }

    // ---- Writing ----

    /// <summary>Waits for the writer before. Dispose without <see cref="WriteTransaction.Commit"/> undoes.</summary>
    /// <exception cref="InvalidOperationException">This thread is writing already and would wait for itself.
    /// </exception>
    /// <exception cref="DatabaseException">The disk is full or failed, now or in the background before.</exception>
    public WriteTransaction BeginWrite()
    {
        EnterWrite();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Prepare();
            return WriteTransaction.Begin(this, _environment);
        }
        catch
        {
            EndWrite();
            throw;
        }
    }

    internal void Commit(nint transaction)
    {
        DatabaseFailure.Check(LmdbLibrary.Commit(transaction), Folder, "committing");
        _syncPoints?.NoteCommit();
    }

    internal void EndWrite()
    {
        _syncPoints?.AtEndOfWrite();
        _writer = 0;
        _writing.Release();
    }

    private void EnterWrite()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int thread = Environment.CurrentManagedThreadId;
        if (_writer == thread) throw new InvalidOperationException("this thread has a write transaction already");
        _writing.Wait();
        _writer = thread;
    }

    /// <summary>Goes through the gate, if it opens in time.</summary>
    internal void PassWriteGate(TimeSpan timeout)
    {
        if (!_writing.Wait(timeout)) return;
        _writer = Environment.CurrentManagedThreadId;
        EndWrite();
    }

    /// <summary>Before the first write: from then on the data file on disk may be a mixture, so the record has to say
    /// what of it holds.</summary>
    private void Prepare()
    {
        _syncPoints?.ThrowIfFailed();
        if (_isPrepared || _isTemporary) return;
        switch (_options.Durability)
        {
            case Durability.Seconds:
                _syncPoints!.MakeAtGate();
                break;
            case Durability.Block:
                // What a killed process left in the system's memory is not synced by later commits' promises.
                SyncFile();
                WriteRecord(Trust.EveryCommit);
                break;
            default:
                WriteRecord(Trust.Nothing);
                break;
        }
        _isPrepared = true;
    }

    // ---- Safety ----

    /// <summary>Makes everything committed safe from a crash of the system. Not while this thread writes.</summary>
    /// <exception cref="DatabaseException">The disk failed.</exception>
    public void Sync()
    {
        if (_syncPoints is not null)
        {
            if (_writer == Environment.CurrentManagedThreadId)
                throw new InvalidOperationException("this thread has a write transaction; it is not committed yet");
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _syncPoints.Make();
            return;
        }
        EnterWrite();
        try
        {
            SyncAtGate();
        }
        finally
        {
            EndWrite();
        }
    }

    /// <summary>Everything is on disk then, until the next write.</summary>
    private void SyncAtGate()
    {
        _syncPoints?.ThrowIfFailed();
        if (_isTemporary || !_isPrepared) return;
        SyncFile();
        WriteRecord(Trust.Everything);
        _isPrepared = false;
    }

    internal void SyncFile() =>
        DatabaseFailure.Check(LmdbLibrary.SyncEnvironment(_environment.Native, 1), Folder, "syncing");

    private void WriteRecord(Trust trust)
    {
        try
        {
            DatabaseRecord.Of(trust, _options.Boot).Write(Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DatabaseFailure.Create(e, Folder, $"writing {DatabaseRecord.FileName}");
        }
    }

    /// <summary>Waits for a writer of another thread, and makes everything safe. Transactions that are still open stay
    /// valid; the folder stays locked as long as they are.</summary>
    /// <exception cref="DatabaseException">The disk failed; after a crash of the system the last sync point holds.
    /// </exception>
    public void Dispose()
    {
        if (_isDisposed) return;
        EnterWrite();
        bool isFirst = !_isDisposed;
        _isDisposed = true;
        try
        {
            if (!isFirst) return;
            _syncPoints?.Dispose();
            SyncAtGate();
        }
        finally
        {
            _writer = 0;
            _writing.Release();
            _environment.Dispose();
        }
    }
}
