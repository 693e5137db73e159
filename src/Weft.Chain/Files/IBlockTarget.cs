using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Files;

/// <summary>A file of blocks that is being written, in ascending order.</summary>
public interface IBlockTarget : IDisposable
{
    /// <summary>True when <see cref="Write"/> asks for receipts and total difficulties.</summary>
    bool NeedsReceipts { get; }

    void Write(Block block, IReadOnlyList<Receipt> receipts, in UInt256 totalDifficulty);

    /// <summary>Writes what comes behind the last block. Without it the file is not whole.</summary>
    void Complete();
}

/// <summary>Blocks as concatenated RLP.</summary>
public sealed class RlpBlockWriter(Stream stream) : IBlockTarget
{
    public bool NeedsReceipts => false;

    public void Write(Block block, IReadOnlyList<Receipt> receipts, in UInt256 totalDifficulty) =>
        stream.Write(block.Encode());

    public void Complete() => stream.Flush();

    public void Dispose() => stream.Dispose();
}
