namespace Weft.State.Store;

/// <summary>
/// Keeps a snapshot on disk to go back to after a crash of the operating system, while commits do not wait for the
/// disk.
/// </summary>
/// <remarks>
/// LMDB never overwrites pages of a snapshot that a reader holds. So a reader pins the snapshot; after a sync all of it
/// is on disk; then its meta page is written into the <see cref="DatabaseRecord"/>; and only then the pin of the
/// snapshot that the record held before is given up. Whatever order pages of later commits reach the disk in, the
/// snapshot of the record is whole. (LMDB's own meta pages do not have that property under MDB_NOSYNC.)
/// </remarks>
internal sealed class SyncPoints : IDisposable
{
    private readonly Database _database;
    private readonly LmdbEnvironment _environment;
    private readonly string _boot;
    private readonly LmdbFile _file;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();

    /// <summary>One sync point at a time.</summary>
    private readonly Lock _gate = new();

    /// <summary>Under <see cref="_gate"/>: the snapshot of the record.</summary>
    private nint _pin;

    /// <summary>Asked for by who makes a sync point, answered by whoever ends a write next.</summary>
    private volatile bool _isWanted;

    private nint _nextPin;
    private LmdbMeta _nextMeta;
    private Exception? _nextFailure;

    /// <summary>Something was committed since the last snapshot was taken.</summary>
    private volatile bool _isBehind;

    private volatile DatabaseException? _failure;

    /// <summary>Under <see cref="_gate"/>.</summary>
    private bool _isClosed;

    public SyncPoints(Database database, LmdbEnvironment environment, string boot, TimeSpan interval)
    {
        (_database, _environment, _boot) = (database, environment, boot);
        _file = new(database.Folder, Path.Combine(database.Folder, Database.DataFileName), isWritable: false);
        _thread = new(() => Run(interval)) { IsBackground = true, Name = "weft sync" };
    }

    public void Start() => _thread.Start();

    /// <summary>When the last sync point was made; for <see cref="DatabaseStatistics"/>.</summary>
    public DateTimeOffset? LastSync { get; private set; }

    /// <summary>After the disk failed nothing may be written: what the system still holds in memory is not what is on
    /// disk, and a second sync would not say so.</summary>
    /// <exception cref="DatabaseException">A sync has failed.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure) throw new DatabaseException(failure.Error, failure.Message, failure);
    }

    /// <summary>Something was committed.</summary>
    public void NoteCommit() => _isBehind = true;

    /// <summary>Between commits, with the writer's gate held: takes the snapshot that is asked for. Does not throw, for
    /// a commit that has happened must not look as if it had failed.</summary>
    public void AtEndOfWrite()
    {
        if (!_isWanted) return;
#pragma warning disable CA1031 // Kept for the thread that asked.
        try
        {
            _nextFailure = null;
            _nextPin = _environment.RentReader();
            _nextMeta = _file.ReadMetaOf(LmdbLibrary.GetId(_nextPin));
            _isBehind = false;
        }
        catch (Exception e)
        {
            _nextFailure = e;
        }
#pragma warning restore CA1031
        _isWanted = false;
    }

    /// <summary>Makes a sync point of the last commit. Not while this thread writes.</summary>
    /// <exception cref="DatabaseException">The disk failed; the sync point before still holds.</exception>
    public void Make()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, _database);
            ThrowIfFailed();
            _isWanted = true;
            // Either this thread comes to the gate between two writers, or the writer answers at its end.
            while (_isWanted) _database.PassWriteGate(TimeSpan.FromMilliseconds(20));
            Complete();
        }
    }

    /// <summary>As <see cref="Make"/>, for who holds the writer's gate.</summary>
    public void MakeAtGate()
    {
        lock (_gate)
        {
            ThrowIfFailed();
            _isWanted = true;
            AtEndOfWrite();
            Complete();
        }
    }

    private void Complete()
    {
        nint pin = _nextPin;
        _nextPin = 0;
        try
        {
            if (_nextFailure is not null) throw DatabaseFailure.Create(_nextFailure, _database.Folder, "syncing");
            _database.SyncFile();
            WriteRecord(_nextMeta);
        }
        catch (DatabaseException e)
        {
            // A full disk leaves everything as it was; any other failure may have lost pages.
            if (e.Error != DatabaseError.DiskFull) _failure = e;
            if (pin != 0) _environment.ReturnReader(pin);
            _isBehind = true;
            throw;
        }
        if (_pin != 0) _environment.ReturnReader(_pin);
        _pin = pin;
        LastSync = DateTimeOffset.UtcNow;
    }

    private void WriteRecord(LmdbMeta meta)
    {
        try
        {
            new DatabaseRecord(Trust.SyncPoint, _boot, meta.Bytes).Write(_database.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DatabaseFailure.Create(e, _database.Folder, "writing the sync point");
        }
    }

    private void Run(TimeSpan interval)
    {
        while (!_stop.Wait(interval))
        {
            if (!_isBehind || _failure is not null) continue;
            try
            {
                Make();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (DatabaseException)
            {
                // Kept in _failure: the next writer is told. A full disk may have room next time.
            }
        }
    }

    /// <summary>Ends the thread and gives up the pin, with the writer's gate held: nobody writes any more.</summary>
    public void Dispose()
    {
        _stop.Set();
        // Who makes a sync point right now waits for this thread to answer.
        while (!_gate.TryEnter(TimeSpan.FromMilliseconds(5))) AtEndOfWrite();
        try
        {
            _isClosed = true;
            if (_pin != 0) _environment.ReturnReader(_pin);
            _pin = 0;
        }
        finally
        {
            _gate.Exit();
        }
        if (_thread.IsAlive) _thread.Join();
        _file.Dispose();
        _stop.Dispose();
    }
}
