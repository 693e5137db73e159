using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Weft.Primitives.Rlp;

namespace Weft.Primitives.Blocks;

/// <summary>Reads and writes block access lists: [address, storage changes, storage reads, balance changes, nonce
/// changes, code changes] for each account (EIP-7928).</summary>
internal static class BlockAccessListCodec
{
    // The least encodings, in bytes: they bound the memory that an input can make us take.
    private const int MinAccountSize = 27, MinSlotChangesSize = 6, MinChangeSize = 3;

    /// <summary>The EIP has 32 bits for an index; no block comes near the 31 that an int holds.</summary>
    private const ulong MaxIndex = int.MaxValue - 1;

    private delegate T ReadItem<T>(ref RlpReader reader);

    // ---- Writing ----

    public static void Write(BlockAccessList list, RlpWriter writer)
    {
        int start = writer.BeginList();
        foreach (var account in list.Accounts) WriteAccount(account, writer);
        writer.EndList(start);
    }

    private static void WriteAccount(AccountChanges account, RlpWriter writer)
    {
        int start = writer.BeginList();
        writer.Write(account.Address);
        WriteList(account.StorageChanges, writer, static (slot, writer) => WriteSlot(slot, writer));
        WriteList(account.StorageReads, writer, static (slot, writer) => writer.Write(slot));
        WriteChanges(account.BalanceChanges, writer, static (value, writer) => writer.Write(value));
        WriteChanges(account.NonceChanges, writer, static (value, writer) => writer.Write(value));
        WriteChanges(account.CodeChanges, writer, static (value, writer) => writer.Write(value.Span));
        writer.EndList(start);
    }

    private static void WriteSlot(in SlotChanges slot, RlpWriter writer)
    {
        int start = writer.BeginList();
        writer.Write(slot.Slot);
        WriteChanges(slot.Changes, writer, static (value, writer) => writer.Write(value));
        writer.EndList(start);
    }

    private static void WriteChanges<T>(
        ImmutableArray<IndexedChange<T>> changes, RlpWriter writer, Action<T, RlpWriter> writeValue)
    {
        int start = writer.BeginList();
        foreach (var change in changes)
        {
            int item = writer.BeginList();
            writer.Write((ulong)change.Index);
            writeValue(change.Value, writer);
            writer.EndList(item);
        }
        writer.EndList(start);
    }

    private static void WriteList<T>(ImmutableArray<T> items, RlpWriter writer, Action<T, RlpWriter> write)
    {
        int start = writer.BeginList();
        foreach (var item in items) write(item, writer);
        writer.EndList(start);
    }

    // ---- Reading ----

    /// <summary>A result means something only when the reader has not failed.</summary>
    public static BlockAccessList Read(ref RlpReader reader)
    {
        var accounts = ReadList(ref reader, MinAccountSize, ReadAccount);
        for (int i = 1; i < accounts.Length && !reader.Failed; i++)
            Ascending(ref reader, accounts[i - 1].Address.CompareTo(accounts[i].Address));
        // Where the reader has failed not all accounts are there.
        return new(reader.Failed ? [] : accounts);
    }

    private static AccountChanges ReadAccount(ref RlpReader reader)
    {
        int start = reader.BeginList();
        var address = reader.ReadAddress();
        var changes = ReadList(ref reader, MinSlotChangesSize, ReadSlot);
        for (int i = 1; i < changes.Length; i++) Ascending(ref reader, changes[i - 1].Slot.CompareTo(changes[i].Slot));
        var reads = ReadList(ref reader, 1, static (ref reader) => reader.ReadUInt256());
        for (int i = 1; i < reads.Length; i++) Ascending(ref reader, reads[i - 1].CompareTo(reads[i]));
        CheckApart(ref reader, changes, reads);
        var account = new AccountChanges(
            address, changes, reads,
            ReadChanges(ref reader, static (ref reader) => reader.ReadUInt256()),
            ReadChanges(ref reader, static (ref reader) => reader.ReadUInt64()),
            ReadChanges(
                ref reader, static (ref reader) => (ReadOnlyMemory<byte>)reader.ReadBytes().ToArray()));
        reader.EndList(start);
        return account;
    }

    private static SlotChanges ReadSlot(ref RlpReader reader)
    {
        int start = reader.BeginList();
        var slot = new SlotChanges(
            reader.ReadUInt256(), ReadChanges(ref reader, static (ref reader) => reader.ReadUInt256()));
        if (slot.Changes.IsEmpty) reader.Fail(DecodeError.SlotWithoutChange, reader.Position);
        reader.EndList(start);
        return slot;
    }

    private static ImmutableArray<IndexedChange<T>> ReadChanges<T>(ref RlpReader reader, ReadItem<T> readValue)
    {
        int list = reader.BeginList();
        var changes = Allocate<IndexedChange<T>>(ref reader, MinChangeSize);
        for (int i = 0; i < changes.Length && !reader.Failed; i++)
        {
            int start = reader.Position, item = reader.BeginList();
            ulong index = reader.ReadUInt64();
            if (index > MaxIndex) reader.Fail(DecodeError.IntegerTooLarge, start);
            changes[i] = new((int)index, readValue(ref reader));
            reader.EndList(item);
            if (i > 0) Ascending(ref reader, changes[i - 1].Index.CompareTo(changes[i].Index));
        }
        reader.EndList(list);
        return ImmutableCollectionsMarshal.AsImmutableArray(changes);
    }

    private static ImmutableArray<T> ReadList<T>(ref RlpReader reader, int minItemSize, ReadItem<T> read)
    {
        int list = reader.BeginList();
        var items = Allocate<T>(ref reader, minItemSize);
        for (int i = 0; i < items.Length && !reader.Failed; i++) items[i] = read(ref reader);
        reader.EndList(list);
        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    private static T[] Allocate<T>(ref RlpReader reader, int minItemSize)
    {
        int count = reader.CountItems(minItemSize);
        return count == 0 ? [] : new T[count];
    }

    private static void CheckApart(
        ref RlpReader reader, ImmutableArray<SlotChanges> changes, ImmutableArray<UInt256> reads)
    {
        if (reader.Failed) return;
        // Both ascend, so one walk along both finds what they share.
        for (int i = 0, j = 0; i < changes.Length && j < reads.Length;)
        {
            int order = changes[i].Slot.CompareTo(reads[j]);
            if (order == 0)
            {
                reader.Fail(DecodeError.SlotReadAndChanged, reader.Position);
                return;
            }
            if (order < 0) i++;
            else j++;
        }
    }

    private static void Ascending(ref RlpReader reader, int order)
    {
        if (order >= 0) reader.Fail(DecodeError.NotAscending, reader.Position);
    }
}
