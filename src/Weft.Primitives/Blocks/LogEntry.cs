namespace Weft.Primitives.Blocks;

/// <summary>A log that a contract wrote: at most four topics (Yellow Paper 4.3.1).</summary>
public sealed record LogEntry(Address Address, IReadOnlyList<Hash256> Topics, ReadOnlyMemory<byte> Data);
