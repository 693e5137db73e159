namespace Weft.State.Store;

/// <summary>A named table of a database: bytes by bytes, sorted by key. Keys have 1 to 511 bytes.</summary>
public readonly record struct Table(uint Handle);
