namespace Weft.State.Store;

/// <summary>When what was committed is also safe from a crash of the operating system. A killed process loses nothing
/// under any of them.</summary>
public enum Durability : byte
{
    /// <summary>Every few seconds; a crash of the system goes back to the last time.</summary>
    Seconds,

    /// <summary>With every commit.</summary>
    Block,

    /// <summary>When the database is closed; a crash of the system before loses it.</summary>
    Exit,
}

public sealed record DatabaseOptions
{
    public Durability Durability { get; init; } = Durability.Seconds;

    /// <summary>Open what is there only; otherwise an empty or missing folder becomes a database.</summary>
    public bool MustExist { get; init; }
}

/// <summary>Why a database could not be opened or written.</summary>
public enum DatabaseError : byte
{
    NotFound, NotADatabase, NewerFormat, Truncated, Corrupt, InUse, ReadOnly, DiskFull, InputOutput,
}

/// <summary>The message names the folder, what is wrong and what to do.</summary>
public sealed class DatabaseException(DatabaseError error, string message, Exception? inner = null)
    : IOException(message, inner)
{
    public DatabaseError Error { get; } = error;
}

/// <summary>A named table of a database: bytes by bytes, sorted by key. Keys have 1 to 511 bytes.</summary>
public readonly record struct Table(uint Handle);

/// <summary>
/// An LMDB environment in a folder, locked for this process. Any number of readers, one writer at a time; readers see
/// the last commit before they began.
/// </summary>
public sealed class Database : IDisposable
{
    /// <exception cref="DatabaseException">See <see cref="DatabaseError"/>; nothing was changed.</exception>
    public static Database Open(string folder, IEnumerable<string> tables, DatabaseOptions? options = null) =>
        throw new NotSupportedException();

    /// <summary>A database in a temporary folder, in memory where the system has a file system there, deleted when
    /// disposed.</summary>
    public static Database CreateTemporary(IEnumerable<string> tables) => throw new NotSupportedException();

    public string Folder => throw new NotSupportedException();

    public Table GetTable(string name) => throw new NotSupportedException();

    public ReadTransaction BeginRead() => throw new NotSupportedException();

    /// <summary>Waits for the writer before. Dispose without <see cref="WriteTransaction.Commit"/> undoes.</summary>
    public WriteTransaction BeginWrite() => throw new NotSupportedException();

    /// <summary>Makes everything committed safe from a crash of the system.</summary>
    public void Sync() => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}
