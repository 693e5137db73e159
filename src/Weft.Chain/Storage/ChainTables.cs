using System.Buffers.Binary;
using Weft.Primitives;
using Weft.State.Store;

namespace Weft.Chain.Storage;

/// <summary>The tables of the chain and their keys. Numbers are written high byte first, so that keys sort by them.
/// </summary>
internal sealed class ChainTables(Database database)
{
    /// <summary>Number and hash: blocks that follow each other lie beside each other, whatever branch they are on.
    /// </summary>
    public const int BlockKeySize = 8 + 32;

    public const int NumberKeySize = 8;

    /// <summary>Number, ordinal.</summary>
    public const int EditKeySize = 8 + 4;

    /// <summary>Digest of an address or topic, number.</summary>
    public const int LogKeySize = 8 + 8;

    private const string HeadersName = "headers", BodiesName = "bodies", NumbersName = "numbers",
        CanonicalName = "canonical", ReceiptsName = "receipts", TransactionsName = "transactions", LogsName = "logs",
        ChainName = "chain", UndoName = "undo", EditsName = "edits";

    public static IReadOnlyList<string> Names { get; } =
    [
        HeadersName, BodiesName, NumbersName, CanonicalName, ReceiptsName, TransactionsName, LogsName, ChainName,
        UndoName, EditsName,
    ];

    /// <summary>Number and hash → total difficulty and header.</summary>
    public Table Headers { get; } = database.GetTable(HeadersName);

    /// <summary>Number and hash → transactions, ommers, withdrawals.</summary>
    public Table Bodies { get; } = database.GetTable(BodiesName);

    /// <summary>Hash → number, of every block.</summary>
    public Table Numbers { get; } = database.GetTable(NumbersName);

    /// <summary>Number → hash.</summary>
    public Table Canonical { get; } = database.GetTable(CanonicalName);

    /// <summary>Number → receipts of the canonical block.</summary>
    public Table Receipts { get; } = database.GetTable(ReceiptsName);

    /// <summary>Hash of a canonical transaction → number and index.</summary>
    public Table Transactions { get; } = database.GetTable(TransactionsName);

    /// <summary>Digest and number of a canonical block with a log of that address or topic → nothing.</summary>
    public Table Logs { get; } = database.GetTable(LogsName);

    /// <summary>The head.</summary>
    public Table Chain { get; } = database.GetTable(ChainName);

    /// <summary>Number → what undoes the canonical block.</summary>
    public Table Undo { get; } = database.GetTable(UndoName);

    /// <summary>Number and ordinal → state root afterwards, and what undoes it: changes by hand to the state after a
    /// canonical block. Only chains for development have any.</summary>
    public Table Edits { get; } = database.GetTable(EditsName);

    public static ReadOnlySpan<byte> HeadKey => "head"u8;

    public static void WriteBlockKey(ulong number, in Hash256 hash, Span<byte> key)
    {
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        hash.CopyTo(key[NumberKeySize..]);
    }

    public static void WriteLogKey(ulong digest, ulong number, Span<byte> key)
    {
        BinaryPrimitives.WriteUInt64BigEndian(key, digest);
        BinaryPrimitives.WriteUInt64BigEndian(key[8..], number);
    }

    public static InvalidDataException Damaged(string what) => new($"the database is damaged: {what}");
}
