using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Chain;

/// <summary>Blocks by number and hash, receipts, indexes and the head, in the tables of a database. Reads are safe for
/// concurrent readers, each sees the last commit.</summary>
public sealed class ChainStore
{
    public ChainStore(Database database) => throw new NotSupportedException($"{database}");

    /// <summary>The tables of the chain, for <see cref="Database.Open"/>.</summary>
    public static IReadOnlyList<string> TableNames => throw new NotSupportedException();

    public BlockHeader? GetHeader(in Hash256 hash) => throw new NotSupportedException();

    public Block? GetBlock(in Hash256 hash) => throw new NotSupportedException();

    /// <summary>Null above the head.</summary>
    public Hash256? GetCanonicalHash(ulong number) => throw new NotSupportedException();

    /// <summary>Of canonical blocks.</summary>
    public IReadOnlyList<Receipt>? GetReceipts(in Hash256 hash) => throw new NotSupportedException();

    public UInt256? GetTotalDifficulty(in Hash256 hash) => throw new NotSupportedException();

    /// <summary>Block number and index of a canonical transaction.</summary>
    public (ulong Number, int Index)? FindTransaction(in Hash256 hash) => throw new NotSupportedException();
}
