namespace Weft.Chain.Files;

/// <summary>A file of blocks cannot be read further. The message names file, byte, reason and, where there is one, the
/// remedy. What was read before is whole.</summary>
public sealed class BlockFileException(
    string file, long position, string reason, string? remedy = null, Exception? inner = null)
    : Exception($"{file}: byte {position}: {reason}{(remedy is null ? "" : $" ({remedy})")}", inner)
{
    /// <summary>Bytes from the beginning of the file, of the unpacked one for gzip.</summary>
    public long Position { get; } = position;
}
