using System.Buffers.Binary;
using Weft.Chain.Dev;
using Weft.Chain.Storage;
using Weft.Chain.Validation;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Chain;

/// <summary>Blocks by number and hash, receipts, indexes and the head, in the tables of a database. Reads are safe for
/// concurrent readers, each sees the last commit. What is read is checked: an <see cref="InvalidDataException"/> says
/// that the database is damaged.</summary>
public sealed class ChainStore : IHeaderReader
{
    private readonly Database _database;
    private readonly bool _isDevelopment;

    /// <summary><paramref name="isDevelopment"/>: transactions that nobody signed come with their senders
    /// (<see cref="Dev.Impersonation"/>).</summary>
    public ChainStore(Database database, bool isDevelopment = false) =>
        (_database, _isDevelopment, Tables) = (database, isDevelopment, new(database));

    /// <summary>Null for a chain whose state is all in its database.</summary>
    internal Origins.ChainOrigin? Origin { get; init; }

    /// <summary>The tables of the chain, for <see cref="Database.Open"/>.</summary>
    public static IReadOnlyList<string> TableNames => ChainTables.Names;

    internal ChainTables Tables { get; }

    /// <summary>The header of the head; null in a new database.</summary>
    public BlockHeader? GetHead() => ReadHead() is { } head ? GetHeader(head.Hash) : null;

    /// <summary>Null in a new database.</summary>
    internal HeadRecord? ReadHead()
    {
        using var transaction = _database.BeginRead();
        return ReadHead(transaction);
    }

    // ---- Blocks, whatever branch they are on ----

    public bool Contains(in Hash256 hash)
    {
        using var transaction = _database.BeginRead();
        return transaction.TryGet(Tables.Numbers, hash.Bytes, out _);
    }

    public BlockHeader? GetHeader(in Hash256 hash)
    {
        using var transaction = _database.BeginRead();
        return ReadHeader(transaction, hash)?.Header;
    }

    public UInt256? GetTotalDifficulty(in Hash256 hash)
    {
        using var transaction = _database.BeginRead();
        return ReadHeader(transaction, hash)?.TotalDifficulty;
    }

    /// <summary>Senders are not known, but for those that cannot be recovered.</summary>
    public Block? GetBlock(in Hash256 hash)
    {
        using var transaction = _database.BeginRead();
        return ReadHeader(transaction, hash) is var (header, _) ? ReadBody(transaction, header) : null;
    }

    public IReadOnlyList<BlockHeader>? GetOmmers(in Hash256 hash) => GetBlock(hash)?.Ommers;

    // ---- The canonical chain ----

    /// <summary>Null above the head.</summary>
    public Hash256? GetCanonicalHash(ulong number)
    {
        using var transaction = _database.BeginRead();
        return ReadCanonicalHash(transaction, number);
    }

    /// <summary>Null above the head.</summary>
    public BlockHeader? GetCanonicalHeader(ulong number)
    {
        using var transaction = _database.BeginRead();
        return ReadCanonicalHash(transaction, number) is { } hash ? ReadHeader(transaction, hash)?.Header : null;
    }

    /// <summary>Of canonical blocks.</summary>
    public IReadOnlyList<Receipt>? GetReceipts(in Hash256 hash)
    {
        using var transaction = _database.BeginRead();
        if (ReadNumber(transaction, hash) is not { } number) return null;
        return ReadCanonicalHash(transaction, number) == hash ? ReadReceipts(transaction, number) : null;
    }

    /// <summary>Block number and index of a canonical transaction.</summary>
    public (ulong Number, int Index)? FindTransaction(in Hash256 hash)
    {
        using var transaction = _database.BeginRead();
        return transaction.TryGet(Tables.Transactions, hash.Bytes, out var value)
            ? BlockRecords.ReadPlace(value)
            : null;
    }

    /// <summary>The logs of canonical blocks that a query asks for, in the order of the chain, found as they are taken.
    /// Each part sees the chain as it is then.</summary>
    public IEnumerable<FoundLog> FindLogs(LogQuery query) => new LogSearch(this, _database, query).Run();

    /// <summary>The root of the state after a canonical block: its header's, unless the state was edited by hand.
    /// </summary>
    public Hash256 GetStateRoot(BlockHeader header)
    {
        using var transaction = _database.BeginRead();
        return ReadStateRoot(transaction, header);
    }

    /// <summary>What undoes a canonical block and the edits after it, in the order in which it was done; null outside
    /// the undo window.</summary>
    internal IReadOnlyList<byte[]>? GetUndo(ulong number)
    {
        using var transaction = _database.BeginRead();
        return ReadUndo(transaction, number) is { } undo
            ? [undo, .. ReadEdits(transaction, number).Select(edit => edit.Undo)]
            : null;
    }

    /// <summary>Edits of the state after a canonical block, in their order.</summary>
    internal IReadOnlyList<Edit> GetEdits(ulong number)
    {
        using var transaction = _database.BeginRead();
        return ReadEdits(transaction, number);
    }

    /// <summary>All that the state at the head has.</summary>
    internal List<Address> ReadAccounts()
    {
        using var state = StateSnapshot.Open(_database);
        return [.. state.GetAccounts().Select(entry => entry.Key)];
    }

    // ---- Within a transaction ----

    internal HeadRecord? ReadHead(ReadTransaction transaction) =>
        transaction.TryGet(Tables.Chain, ChainTables.HeadKey, out var value) ? HeadRecord.Decode(value) : null;

    internal byte[]? ReadUndo(ReadTransaction transaction, ulong number)
    {
        Span<byte> key = stackalloc byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        return transaction.TryGet(Tables.Undo, key, out var value) ? value.ToArray() : null;
    }

    internal IReadOnlyList<Edit> ReadEdits(ReadTransaction transaction, ulong number)
    {
        var edits = new List<Edit>();
        var key = new byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        using var cursor = transaction.OpenCursor(Tables.Edits);
        for (bool any = cursor.Seek(key); any && cursor.Key.StartsWith(key); any = cursor.MoveNext())
        {
            if (cursor.Value.Length <= 32) throw ChainTables.Damaged("an edit of the state");
            edits.Add(new(new(cursor.Value[..32]), cursor.Value[32..].ToArray()));
        }
        return edits;
    }

    internal Hash256 ReadStateRoot(ReadTransaction transaction, BlockHeader header) =>
        ReadEdits(transaction, header.Number) is [.., var last] ? last.StateRoot : header.StateRoot;

    internal Hash256? ReadCanonicalHash(ReadTransaction transaction, ulong number)
    {
        Span<byte> key = stackalloc byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        return transaction.TryGet(Tables.Canonical, key, out var value) ? BlockRecords.ReadHash(value) : null;
    }

    internal Receipt[]? ReadReceipts(ReadTransaction transaction, ulong number)
    {
        Span<byte> key = stackalloc byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        return transaction.TryGet(Tables.Receipts, key, out var value)
            ? BlockRecords.ReadReceipts(value, number)
            : null;
    }

    internal ulong? ReadNumber(ReadTransaction transaction, in Hash256 hash) =>
        transaction.TryGet(Tables.Numbers, hash.Bytes, out var value) ? BlockRecords.ReadNumber(value) : null;

    internal (BlockHeader Header, UInt256 TotalDifficulty)? ReadHeader(ReadTransaction transaction, in Hash256 hash)
    {
        if (ReadNumber(transaction, hash) is not { } number) return null;
        Span<byte> key = stackalloc byte[ChainTables.BlockKeySize];
        ChainTables.WriteBlockKey(number, hash, key);
        return transaction.TryGet(Tables.Headers, key, out var value)
            ? BlockRecords.ReadHeader(value, hash)
            : throw ChainTables.Damaged($"the header of block {number} is missing");
    }

    internal Block ReadBody(ReadTransaction transaction, BlockHeader header)
    {
        Span<byte> key = stackalloc byte[ChainTables.BlockKeySize];
        ChainTables.WriteBlockKey(header.Number, header.Hash, key);
        return transaction.TryGet(Tables.Bodies, key, out var value)
            ? _isDevelopment
                ? Impersonation.Restore(BlockRecords.ReadBody(value, header))
                : BlockRecords.ReadBody(value, header)
            : throw ChainTables.Damaged($"the body of block {header.Number} is missing");
    }
}
