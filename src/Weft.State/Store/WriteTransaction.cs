namespace Weft.State.Store;

/// <summary>The one transaction that writes. Reads see what it wrote. Values are valid until the next write. Belongs to
/// the thread that began it, for so does LMDB's lock.</summary>
public sealed unsafe class WriteTransaction : ReadTransaction
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    private WriteTransaction(Database database, LmdbEnvironment environment, nint native)
        : base(database, environment, native) { }

    /// <summary>The caller holds the writer's gate, which the end of the transaction opens.</summary>
    internal static new WriteTransaction Begin(Database database, LmdbEnvironment environment)
    {
        bool hasReference = false;
        try
        {
            environment.DangerousAddRef(ref hasReference);
            int code = LmdbLibrary.Begin(environment.Native, 0, 0, out nint native);
            DatabaseFailure.Check(code, database.Folder, "beginning to write");
            return new(database, environment, native);
        }
        catch
        {
            if (hasReference) environment.DangerousRelease();
            throw;
        }
    }

    /// <exception cref="DatabaseException">The disk is full, or failed.</exception>
    public void Put(Table table, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        CheckKey(key);
        CheckThread();
        Version++;
        int code;
        // Safe: key and value are pinned for the call, in which LMDB copies them.
        fixed (byte* k = key, v = value)
        {
            var name = new LmdbValue(k, key.Length);
            var content = new LmdbValue(v, value.Length);
            code = LmdbLibrary.Put(Native, table.Handle, &name, &content, 0);
        }
        DatabaseFailure.Check(code, Database.Folder, "writing");
    }

    /// <summary>Nothing happens where there is no such key.</summary>
    public void Delete(Table table, ReadOnlySpan<byte> key)
    {
        CheckKey(key);
        CheckThread();
        Version++;
        int code;
        // Safe: the key is pinned for the call.
        fixed (byte* k = key)
        {
            var name = new LmdbValue(k, key.Length);
            code = LmdbLibrary.Delete(Native, table.Handle, &name, null);
        }
        if (code != LmdbLibrary.NotFound) DatabaseFailure.Check(code, Database.Folder, "deleting");
    }

    /// <summary>Every entry whose key begins so; with no bytes, all of the table.</summary>
    public void DeletePrefix(Table table, ReadOnlySpan<byte> prefix)
    {
        if (prefix.Length > KeySizeMax) throw new ArgumentException("longer than a key", nameof(prefix));
        CheckThread();
        Version++;
        DatabaseFailure.Check(
            LmdbLibrary.OpenCursor(Native, table.Handle, out nint cursor), Database.Folder, "opening a cursor");
        // LMDB has freed the cursor when the transaction ended, which nothing in here does.
        try
        {
            DeletePrefix(cursor, prefix);
        }
        finally
        {
            LmdbLibrary.CloseCursor(cursor);
        }
    }

    private void DeletePrefix(nint cursor, ReadOnlySpan<byte> prefix)
    {
        // Safe: the prefix is pinned; found keys are read before the next call changes the page.
        fixed (byte* p = prefix)
        {
            while (true)
            {
                LmdbValue key = new(p, prefix.Length), value = default;
                // After a deletion the cursor may stand on the next entry or behind a page: seeking is always right.
                int operation = prefix.IsEmpty ? LmdbLibrary.First : LmdbLibrary.SetRange;
                int code = LmdbLibrary.Move(cursor, &key, &value, operation);
                if (code == LmdbLibrary.NotFound) return;
                DatabaseFailure.Check(code, Database.Folder, "deleting");
                if (!key.Span.StartsWith(prefix)) return;
                DatabaseFailure.Check(LmdbLibrary.DeleteAt(cursor, 0), Database.Folder, "deleting");
            }
        }
    }

    /// <summary>All or nothing, in memory and on disk.</summary>
    /// <exception cref="DatabaseException">Nothing of the transaction happened.</exception>
    public void Commit()
    {
        CheckThread();
        ObjectDisposedException.ThrowIf(!End(isCommit: true), this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsEnded)
        {
            CheckThread();
            End(isCommit: false);
        }
        // The finalizer's thread cannot give back the lock of another one: LMDB's writer stays locked, as it must.
        if (!disposing) TakeNative();
        base.Dispose(disposing);
    }

    private bool End(bool isCommit)
    {
        nint native = TakeNative();
        if (native == 0) return false;
        try
        {
            if (!isCommit) LmdbLibrary.Abort(native);
            else Database.Commit(native);
        }
        finally
        {
            Database.EndWrite();
            ReleaseEnvironment();
        }
        return true;
    }

    private void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != _thread) throw WrongThread();
    }

    private static InvalidOperationException WrongThread() =>
        new("a write transaction belongs to the thread that began it");
}
