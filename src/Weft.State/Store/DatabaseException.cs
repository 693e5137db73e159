namespace Weft.State.Store;

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
