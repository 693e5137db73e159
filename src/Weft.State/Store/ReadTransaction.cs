namespace Weft.State.Store;

/// <summary>A snapshot. Values are valid until it is disposed. One thread at a time.</summary>
public unsafe class ReadTransaction : IDisposable
{
    /// <summary>Longest key that LMDB takes.</summary>
    internal const int KeySizeMax = 511;

    private readonly LmdbEnvironment _environment;
    private List<nint>? _cursors;
    private nint _native;

    /// <summary>Takes over a native transaction for which the environment's reference count was raised.</summary>
    private protected ReadTransaction(Database database, LmdbEnvironment environment, nint native) =>
        (Database, _environment, _native) = (database, environment, native);

    /// <summary>A transaction that nobody disposed would keep every page of its snapshot.</summary>
    ~ReadTransaction() => Dispose(false);

    internal static ReadTransaction Begin(Database database, LmdbEnvironment environment)
    {
        bool hasReference = false;
        try
        {
            environment.DangerousAddRef(ref hasReference);
            return new(database, environment, environment.RentReader());
        }
        catch
        {
            if (hasReference) environment.DangerousRelease();
            throw;
        }
    }

    internal Database Database { get; }

    /// <summary>Moves with every write, after which cursors and values are void.</summary>
    internal int Version { get; private protected set; }

    /// <exception cref="ObjectDisposedException">The transaction has ended.</exception>
    internal nint Native
    {
        get
        {
            ObjectDisposedException.ThrowIf(_native == 0, this);
            return _native;
        }
    }

    public bool TryGet(Table table, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        CheckKey(key);
        LmdbValue found = default;
        int code;
        // Safe: the key is pinned for the call; LMDB keeps no pointer to it.
        fixed (byte* k = key)
        {
            var wanted = new LmdbValue(k, key.Length);
            code = LmdbLibrary.Get(Native, table.Handle, &wanted, &found);
        }
        value = code == 0 ? found.Span : default;
        if (code is 0 or LmdbLibrary.NotFound) return code == 0;
        throw DatabaseFailure.Create(code, Database.Folder, "reading");
    }

    public Cursor OpenCursor(Table table)
    {
        DatabaseFailure.Check(
            LmdbLibrary.OpenCursor(Native, table.Handle, out nint cursor), Database.Folder, "opening a cursor");
        _cursors ??= [];
        _cursors.Add(cursor);
        return new(this, _cursors.Count - 1);
    }

    /// <summary>Number of entries.</summary>
    public long Count(Table table) => checked((long)GetStat(table).Entries);

    internal LmdbStat GetStat(Table table)
    {
        DatabaseFailure.Check(
            LmdbLibrary.GetStat(Native, table.Handle, out var stat), Database.Folder, "reading a table's size");
        return stat;
    }

    // ---- Cursors belong to the transaction, for LMDB frees those of a writer itself ----

    internal nint GetCursor(int index)
    {
        ObjectDisposedException.ThrowIf(_native == 0, this);
        nint cursor = _cursors![index];
        ObjectDisposedException.ThrowIf(cursor == 0, typeof(Cursor));
        return cursor;
    }

    internal void CloseCursor(int index)
    {
        if (_native == 0 || _cursors![index] == 0) return;
        LmdbLibrary.CloseCursor(_cursors[index]);
        _cursors[index] = 0;
        if (index == _cursors.Count - 1) _cursors.RemoveAt(index);
    }

    /// <summary>Hands over the native transaction, once; 0 when it has ended.</summary>
    private protected nint TakeNative()
    {
        nint native = _native;
        _native = 0;
        return native;
    }

    private protected bool IsEnded => _native == 0;

    private protected void ReleaseEnvironment() => _environment.DangerousRelease();

    private protected static void CheckKey(ReadOnlySpan<byte> key)
    {
        if (key.Length is 0 or > KeySizeMax)
            throw new ArgumentException($"a key has 1 to {KeySizeMax} bytes, not {key.Length}", nameof(key));
    }

    protected virtual void Dispose(bool disposing)
    {
        nint native = TakeNative();
        if (native == 0) return;
        if (_cursors is not null)
        {
            foreach (nint cursor in _cursors)
                if (cursor != 0) LmdbLibrary.CloseCursor(cursor);
        }
        _environment.ReturnReader(native);
        ReleaseEnvironment();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }
}
