namespace Weft.Chain.Files;

/// <summary>A block as a file holds it, encoded as by <see cref="Primitives.Blocks.Block.Encode"/>. Only its number has
/// been looked at.</summary>
public readonly record struct EncodedBlock(ReadOnlyMemory<byte> Bytes, ulong Number, string File, long Position)
{
    /// <summary>Where it lies, for messages.</summary>
    public string Place => $"{File}: byte {Position}";
}

/// <summary>Blocks from a file, in its order, one in memory at a time. One thread at a time.</summary>
public interface IBlockSource : IDisposable
{
    /// <summary>The next block with a number of at least <paramref name="from"/>; those below are passed over. False at
    /// the end of the file, after what it says about itself has been checked.</summary>
    /// <exception cref="BlockFileException">The file is damaged or not what it should be.</exception>
    bool TryRead(ulong from, out EncodedBlock block);
}
