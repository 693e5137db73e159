namespace Weft.State.Store;

/// <summary>A snapshot. Values are valid until it is disposed. One thread at a time.</summary>
public class ReadTransaction : IDisposable
{
    public bool TryGet(Table table, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) =>
        throw new NotSupportedException();

    public Cursor OpenCursor(Table table) => throw new NotSupportedException();

    /// <summary>Number of entries.</summary>
    public long Count(Table table) => throw new NotSupportedException();

    protected virtual void Dispose(bool disposing) => throw new NotSupportedException();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>The one transaction that writes. Reads see what it wrote. Values are valid until the next write.</summary>
public sealed class WriteTransaction : ReadTransaction
{
    /// <exception cref="DatabaseException">The disk is full, or failed.</exception>
    public void Put(Table table, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => throw new NotSupportedException();

    /// <summary>Nothing happens where there is no such key.</summary>
    public void Delete(Table table, ReadOnlySpan<byte> key) => throw new NotSupportedException();

    public void DeletePrefix(Table table, ReadOnlySpan<byte> prefix) => throw new NotSupportedException();

    /// <summary>All or nothing, in memory and on disk.</summary>
    /// <exception cref="DatabaseException">Nothing of the transaction happened.</exception>
    public void Commit() => throw new NotSupportedException();
}

/// <summary>Walks a table in the order of its keys. Belongs to its transaction.</summary>
public ref struct Cursor : IDisposable
{
    public readonly ReadOnlySpan<byte> Key => throw new NotSupportedException();

    public readonly ReadOnlySpan<byte> Value => throw new NotSupportedException();

    /// <summary>To the first key that is not less; false when there is none.</summary>
    public bool Seek(ReadOnlySpan<byte> key) => throw new NotSupportedException();

    /// <summary>To the first entry after a new cursor, then to the next; false behind the last.</summary>
    public bool MoveNext() => throw new NotSupportedException();

    public bool MoveLast() => throw new NotSupportedException();

    public bool MovePrevious() => throw new NotSupportedException();

    public readonly void Dispose() => throw new NotSupportedException();
}
