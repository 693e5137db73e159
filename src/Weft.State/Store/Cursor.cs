namespace Weft.State.Store;

/// <summary>Walks a table in the order of its keys. Belongs to its transaction. A write of the transaction voids key
/// and value, and the cursor has to seek before it moves.</summary>
public unsafe ref struct Cursor : IDisposable
{
    private enum Position : byte { New, OnEntry, BeforeFirst, BehindLast }

    private readonly ReadTransaction _transaction;
    private readonly int _index;
    private LmdbValue _key, _value;
    private int _version;
    private Position _position;

    internal Cursor(ReadTransaction transaction, int index)
    {
        _transaction = transaction;
        _index = index;
        _version = transaction.Version;
    }

    /// <exception cref="InvalidOperationException">The cursor is on no entry.</exception>
    public readonly ReadOnlySpan<byte> Key
    {
        get
        {
            CheckOnEntry();
            return _key.Span;
        }
    }

    /// <exception cref="InvalidOperationException">The cursor is on no entry.</exception>
    public readonly ReadOnlySpan<byte> Value
    {
        get
        {
            CheckOnEntry();
            return _value.Span;
        }
    }

    /// <summary>To the first key that is not less; false when there is none.</summary>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        _version = _transaction.Version;
        if (key.IsEmpty) return Move(LmdbLibrary.First, Position.BehindLast);
        // LMDB compares keys of any length, but a longer one than it stores is certainly a mistake.
        if (key.Length > ReadTransaction.KeySizeMax) throw new ArgumentException("too long for a key", nameof(key));
        // Safe: the key is pinned for the call, after which LMDB has pointed _key to its own.
        fixed (byte* k = key)
        {
            _key = new(k, key.Length);
            return Move(LmdbLibrary.SetRange, Position.BehindLast);
        }
    }

    /// <summary>To the first entry after a new cursor, then to the next; false behind the last.</summary>
    public bool MoveNext() => _position switch
    {
        Position.OnEntry => CheckVersion() && Move(LmdbLibrary.Next, Position.BehindLast),
        Position.BehindLast => false,
        _ => Move(LmdbLibrary.First, Position.BehindLast),
    };

    public bool MoveLast()
    {
        _version = _transaction.Version;
        return Move(LmdbLibrary.Last, Position.BehindLast);
    }

    /// <summary>To the last entry after a new cursor or from behind it; false before the first.</summary>
    public bool MovePrevious() => _position switch
    {
        Position.OnEntry => CheckVersion() && Move(LmdbLibrary.Previous, Position.BeforeFirst),
        Position.BeforeFirst => false,
        _ => Move(LmdbLibrary.Last, Position.BeforeFirst),
    };

    public readonly void Dispose() => _transaction?.CloseCursor(_index);

    private bool Move(int operation, Position otherwise)
    {
        nint cursor = _transaction.GetCursor(_index);
        int code;
        // Safe: a ref struct may still lie in a frame that the runtime moves nothing of; pinned, to be certain.
        fixed (LmdbValue* key = &_key, value = &_value)
        {
            code = LmdbLibrary.Move(cursor, key, value, operation);
        }
        if (code is not 0 and not LmdbLibrary.NotFound)
            throw DatabaseFailure.Create(code, _transaction.Database.Folder, "reading");
        _position = code == 0 ? Position.OnEntry : otherwise;
        _version = _transaction.Version;
        return code == 0;
    }

    private readonly bool CheckVersion()
    {
        if (_version == _transaction.Version) return true;
        throw new InvalidOperationException("the transaction wrote since the cursor moved; it has to seek");
    }

    private readonly void CheckOnEntry()
    {
        if (_position != Position.OnEntry) throw new InvalidOperationException("the cursor is on no entry");
        CheckVersion();
        _transaction.GetCursor(_index);
    }
}
