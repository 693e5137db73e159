using System.Buffers.Binary;
using Weft.Chain.Storage;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;

namespace Weft.Chain.Verification;

/// <summary>Checks every canonical block of a database against its own header and its parent, receipts and indexes against
/// the blocks. One block in memory at a time.</summary>
public sealed class ChainVerifier(Database database, ChainSpec spec)
{
    private readonly ChainStore _store = new(database);
    private readonly ChainReport _report = new();
    private long _logEntries;

    private ChainTables Tables => _store.Tables;

    /// <summary>One snapshot; <paramref name="passed"/> is called for every block.</summary>
    public ChainReport Run(Action passed, CancellationToken cancellation)
    {
        using var transaction = database.BeginRead();
        if (_store.ReadHead() is not { } head)
        {
            _report.Add("there is no head");
            return _report;
        }
        BlockHeader? parent = null;
        UInt256 total = default;
        for (ulong number = 0; number <= head.Number; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            Guard(number, () => VerifyBlock(transaction, number, ref parent, ref total));
            passed();
        }
        if (parent?.Hash != head.Hash) _report.Add($"the head record names {head.Hash}, the last block is {parent?.Hash}");
        if (head.Genesis != spec.Genesis.Header.Hash) _report.Add("the head record names another genesis");
        VerifyUndo(transaction, head.Number);
        CompareCounts(transaction, (long)head.Number + 1);
        return _report;
    }

    private void Guard(ulong number, Action verify)
    {
        try
        {
            verify();
        }
        catch (InvalidDataException e)
        {
            _report.Add($"block {number}: {e.Message}");
        }
    }

    private void VerifyBlock(ReadTransaction transaction, ulong number, ref BlockHeader? parent, ref UInt256 total)
    {
        if (_store.ReadCanonicalHash(transaction, number) is not { } hash)
            throw new InvalidDataException("no canonical hash");
        if (_store.ReadHeader(transaction, hash) is not var (header, difficulty))
            throw new InvalidDataException($"{hash} is not stored");
        if (header.Number != number) _report.Add($"block {number}: its header has number {header.Number}");
        if (number > 0 && header.ParentHash != parent?.Hash)
            _report.Add($"block {number}: follows {header.ParentHash}, not block {number - 1}");
        total += header.Difficulty;
        if (difficulty != total) _report.Add($"block {number}: total difficulty {difficulty}, expected {total}");
        total = difficulty;
        parent = header;
        if (number == 0 && hash != spec.Genesis.Header.Hash) _report.Add($"block 0 is {hash}, not the genesis");
        Block block = _store.ReadBody(transaction, header);
        VerifyBody(block);
        if (number > 0) VerifyReceipts(transaction, block);
        VerifyTransactionIndex(transaction, block);
        _report.Blocks++;
        _report.Transactions += block.Transactions.Count;
    }

    private void VerifyBody(Block block)
    {
        var header = block.Header;
        Compare(header, "transactions root", header.TransactionsRoot, ListRoot.OfTransactions(block.Transactions));
        Compare(header, "ommers hash", header.OmmersHash, Block.ComputeOmmersHash(block.Ommers));
        if (header.WithdrawalsRoot is { } root && block.Withdrawals is { } withdrawals)
            Compare(header, "withdrawals root", root, ListRoot.OfWithdrawals(withdrawals));
    }

    private void VerifyReceipts(ReadTransaction transaction, Block block)
    {
        var header = block.Header;
        if (_store.ReadReceipts(transaction, header.Number) is not { } receipts)
            throw new InvalidDataException("no receipts");
        Compare(header, "receipts root", header.ReceiptsRoot, ListRoot.OfReceipts(receipts));
        foreach (var receipt in receipts) _report.Logs += receipt.Logs.Count;
        var digests = LogIndex.DigestsOf(receipts);
        _logEntries += digests.Length;
        Span<byte> key = stackalloc byte[ChainTables.LogKeySize];
        foreach (ulong digest in digests)
        {
            ChainTables.WriteLogKey(digest, header.Number, key);
            if (!transaction.TryGet(Tables.Logs, key, out _))
                _report.Add($"block {header.Number}: the log index misses {digest:x16}");
        }
    }

    private void VerifyTransactionIndex(ReadTransaction transaction, Block block)
    {
        for (int i = 0; i < block.Transactions.Count; i++)
        {
            var hash = block.Transactions[i].Hash;
            if (!transaction.TryGet(Tables.Transactions, hash.Bytes, out var place))
                _report.Add($"block {block.Header.Number}: transaction {hash} is not in the index");
            else if (BlockRecords.ReadPlace(place) != (block.Header.Number, i))
                _report.Add($"block {block.Header.Number}: the index has transaction {hash} elsewhere");
        }
    }

    /// <summary>Those that there are must be whole and end at the head without a gap.</summary>
    private void VerifyUndo(ReadTransaction transaction, ulong head)
    {
        Span<byte> key = stackalloc byte[ChainTables.NumberKeySize];
        for (ulong number = head; number > 0; number--)
        {
            BinaryPrimitives.WriteUInt64BigEndian(key, number);
            if (!transaction.TryGet(Tables.Undo, key, out var undo)) break;
            byte[] record = undo.ToArray();
            Guard(number, () => UndoRecord.Decode(record));
            _report.UndoRecords++;
        }
        if (transaction.Count(Tables.Undo) != _report.UndoRecords) _report.Add("there are undo records behind a gap");
        if (_report.UndoRecords == 0 && head > 0) _report.Add("the head cannot be undone: its undo record is missing");
    }

    private void CompareCounts(ReadTransaction transaction, long blocks)
    {
        long all = transaction.Count(Tables.Headers);
        CompareCount("canonical hashes", transaction.Count(Tables.Canonical), blocks);
        CompareCount("receipts", transaction.Count(Tables.Receipts), blocks);
        CompareCount("bodies", transaction.Count(Tables.Bodies), all);
        CompareCount("block numbers", transaction.Count(Tables.Numbers), all);
        CompareCount("transactions in the index", transaction.Count(Tables.Transactions), _report.Transactions);
        CompareCount("entries of the log index", transaction.Count(Tables.Logs), _logEntries);
    }

    private void CompareCount(string what, long found, long expected)
    {
        if (found != expected) _report.Add($"{found} {what}, expected {expected}");
    }

    private void Compare(BlockHeader header, string what, in Hash256 expected, in Hash256 found)
    {
        if (expected != found) _report.Add($"block {header.Number}: {what} {found}, its header has {expected}");
    }
}
