using System.Buffers.Binary;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.State.Store;

namespace Weft.Chain.Storage;

/// <summary>Writes blocks and what is found by them into a transaction. One thread at a time.</summary>
internal sealed class ChainWriter(ChainTables tables) : IDisposable
{
    private readonly RlpWriter _buffer = new(1 << 16);

    /// <summary>Bytes of all keys and values that were ever put.</summary>
    public long BytesPut { get; private set; }

    public void Dispose() => _buffer.Dispose();

    // ---- Any block ----

    public void AddBlock(WriteTransaction transaction, Block block, in UInt256 totalDifficulty)
    {
        Hash256 hash = block.Header.Hash;
        Span<byte> key = stackalloc byte[ChainTables.BlockKeySize];
        ChainTables.WriteBlockKey(block.Header.Number, hash, key);
        _buffer.Clear();
        BlockRecords.WriteHeader(block.Header, totalDifficulty, _buffer);
        Put(transaction, tables.Headers, key, _buffer.Written);
        _buffer.Clear();
        BlockRecords.WriteBody(block, _buffer);
        Put(transaction, tables.Bodies, key, _buffer.Written);
        Put(transaction, tables.Numbers, hash.Bytes, key[..ChainTables.NumberKeySize]);
    }

    public void DeleteBlock(WriteTransaction transaction, ulong number, in Hash256 hash)
    {
        Span<byte> key = stackalloc byte[ChainTables.BlockKeySize];
        ChainTables.WriteBlockKey(number, hash, key);
        transaction.Delete(tables.Headers, key);
        transaction.Delete(tables.Bodies, key);
        transaction.Delete(tables.Numbers, hash.Bytes);
    }

    // ---- The canonical chain ----

    /// <summary>The block becomes canonical; it is stored already. Genesis has no <paramref name="undo"/>.</summary>
    public void Append(
        WriteTransaction transaction, Block block, IReadOnlyList<Receipt> receipts, ReadOnlySpan<byte> undo)
    {
        ulong number = block.Header.Number;
        Span<byte> key = stackalloc byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        Put(transaction, tables.Canonical, key, block.Header.Hash.Bytes);
        _buffer.Clear();
        BlockRecords.WriteReceipts(receipts, _buffer);
        Put(transaction, tables.Receipts, key, _buffer.Written);
        if (!undo.IsEmpty) Put(transaction, tables.Undo, key, undo);
        for (int i = 0; i < block.Transactions.Count; i++)
        {
            _buffer.Clear();
            BlockRecords.WritePlace(number, i, _buffer);
            Put(transaction, tables.Transactions, block.Transactions[i].Hash.Bytes, _buffer.Written);
        }
        Span<byte> logKey = stackalloc byte[ChainTables.LogKeySize];
        foreach (ulong digest in LogIndex.DigestsOf(receipts))
        {
            ChainTables.WriteLogKey(digest, number, logKey);
            Put(transaction, tables.Logs, logKey, []);
        }
    }

    /// <summary>The reverse of <see cref="Append"/>, for the last canonical block. The block itself stays.</summary>
    public void Remove(WriteTransaction transaction, Block block, IReadOnlyList<Receipt> receipts)
    {
        ulong number = block.Header.Number;
        Span<byte> key = stackalloc byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        transaction.Delete(tables.Canonical, key);
        transaction.Delete(tables.Receipts, key);
        transaction.Delete(tables.Undo, key);
        transaction.DeletePrefix(tables.Edits, key);
        for (int i = 0; i < block.Transactions.Count; i++)
            transaction.Delete(tables.Transactions, block.Transactions[i].Hash.Bytes);
        Span<byte> logKey = stackalloc byte[ChainTables.LogKeySize];
        foreach (ulong digest in LogIndex.DigestsOf(receipts))
        {
            ChainTables.WriteLogKey(digest, number, logKey);
            transaction.Delete(tables.Logs, logKey);
        }
    }

    public void SetHead(WriteTransaction transaction, in HeadRecord head) =>
        Put(transaction, tables.Chain, ChainTables.HeadKey, head.Encode());

    // ---- Changes by hand ----

    public void AddEdit(WriteTransaction transaction, ulong number, int ordinal, in Edit edit)
    {
        Span<byte> key = stackalloc byte[ChainTables.EditKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        BinaryPrimitives.WriteInt32BigEndian(key[ChainTables.NumberKeySize..], ordinal);
        _buffer.Clear();
        _buffer.WriteRaw(edit.StateRoot.Bytes);
        _buffer.WriteRaw(edit.Undo);
        Put(transaction, tables.Edits, key, _buffer.Written);
    }

    public void DeleteEdits(WriteTransaction transaction, ulong number)
    {
        Span<byte> key = stackalloc byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        transaction.DeletePrefix(tables.Edits, key);
    }

    // ---- Forgetting ----

    /// <summary>A number fell out of the undo window: what undoes its block goes, and so do the blocks beside it.
    /// </summary>
    public void Prune(WriteTransaction transaction, ulong number)
    {
        Span<byte> key = stackalloc byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(key, number);
        transaction.Delete(tables.Undo, key);
        // Of the block itself the root is asked for still: its state can be read.
        if (number > 0) DeleteEdits(transaction, number - 1);
        if (!transaction.TryGet(tables.Canonical, key, out ReadOnlySpan<byte> value)) return;
        Hash256 canonical = BlockRecords.ReadHash(value);
        foreach (Hash256 hash in FindBlocks(transaction, number, number))
            if (hash != canonical) DeleteBlock(transaction, number, hash);
    }

    /// <summary>A block and all that is found by it goes, and so do the blocks beside it: as if the chain began after
    /// it.</summary>
    public void Forget(WriteTransaction transaction, ChainStore store, ulong number)
    {
        if (store.ReadCanonicalHash(transaction, number) is { } hash
            && store.ReadHeader(transaction, hash) is var (header, _))
            Remove(transaction, store.ReadBody(transaction, header), store.ReadReceipts(transaction, number) ?? []);
        foreach (Hash256 block in FindBlocks(transaction, number, number)) DeleteBlock(transaction, number, block);
    }

    /// <summary>Deletes every block above a number, whatever branch it is on. None of them is canonical any more.
    /// </summary>
    public void DeleteAbove(WriteTransaction transaction, ulong number)
    {
        foreach (Hash256 hash in FindBlocks(transaction, number + 1, ulong.MaxValue))
            if (transaction.TryGet(tables.Numbers, hash.Bytes, out ReadOnlySpan<byte> value))
                DeleteBlock(transaction, BlockRecords.ReadNumber(value), hash);
    }

    private List<Hash256> FindBlocks(WriteTransaction transaction, ulong first, ulong last)
    {
        var hashes = new List<Hash256>();
        var start = new byte[ChainTables.NumberKeySize];
        BinaryPrimitives.WriteUInt64BigEndian(start, first);
        using Cursor cursor = transaction.OpenCursor(tables.Headers);
        for (bool found = cursor.Seek(start); found; found = cursor.MoveNext())
        {
            ReadOnlySpan<byte> key = cursor.Key;
            if (key.Length != ChainTables.BlockKeySize) throw ChainTables.Damaged("a key of a header");
            if (BlockRecords.ReadNumber(key[..ChainTables.NumberKeySize]) > last) break;
            hashes.Add(new(key[ChainTables.NumberKeySize..]));
        }
        return hashes;
    }

    private void Put(WriteTransaction transaction, Table table, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        transaction.Put(table, key, value);
        BytesPut += key.Length + value.Length;
    }
}
