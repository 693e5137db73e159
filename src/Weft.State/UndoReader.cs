using System.Buffers.Binary;
using Weft.Primitives;
using Weft.State.Store;

namespace Weft.State;

/// <summary>
/// The bytes of an <see cref="UndoRecord"/>, little-endian: format; number of accounts, storages, slots; accounts
/// (address, end of its value), storages (address, flag, end of its slots), slots (key, end of its value); values.
/// Each part is sorted; ends count from the first value or slot. An account's value is empty when there was none.
/// </summary>
/// <remarks>Checks whatever it follows, so any bytes give values or an exception.</remarks>
internal readonly ref struct UndoReader
{
    internal const byte Format = 1;
    internal const int HeaderSize = 1 + 3 * 4, AccountSize = 20 + 4, StorageSize = 20 + 1 + 4, SlotSize = 32 + 4;

    private readonly ReadOnlySpan<byte> _accounts, _storages, _slots, _values;

    /// <exception cref="InvalidDataException">The parts are longer than the bytes.</exception>
    public UndoReader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || bytes[0] != Format) throw Damaged();
        long accounts = AccountSize * (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
        long storages = StorageSize * (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[5..]);
        long slots = SlotSize * (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes[9..]);
        if (accounts + storages + slots > bytes.Length - HeaderSize) throw Damaged();
        var rest = bytes[HeaderSize..];
        _accounts = rest[..(int)accounts];
        _storages = rest.Slice((int)accounts, (int)storages);
        _slots = rest.Slice((int)(accounts + storages), (int)slots);
        _values = rest[(int)(accounts + storages + slots)..];
    }

    public int AccountCount => _accounts.Length / AccountSize;

    public int StorageCount => _storages.Length / StorageSize;

    private int SlotCount => _slots.Length / SlotSize;

    // ---- Accounts ----

    public int FindAccount(in Address address) => Find(_accounts, AccountSize, 0, AccountCount, address.Bytes);

    public Address AccountAddress(int index) => new(_accounts.Slice(index * AccountSize, 20));

    public Account? ReadAccount(int index)
    {
        var value = Value(AccountEnd(index - 1), AccountEnd(index));
        return value.IsEmpty ? null : StateEncoding.ReadAccount(value);
    }

    private uint AccountEnd(int index) =>
        index < 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_accounts[(index * AccountSize + 20)..]);

    // ---- Storage ----

    public int FindStorage(in Address address) => Find(_storages, StorageSize, 0, StorageCount, address.Bytes);

    public Address StorageAddress(int index) => new(_storages.Slice(index * StorageSize, 20));

    /// <summary>The slots of the record are all that there were: the block cleared the storage.</summary>
    public bool IsWhole(int index) => _storages[index * StorageSize + 20] switch
    {
        0 => false,
        1 => true,
        _ => throw Damaged(),
    };

    public (int First, int End) SlotsOf(int index)
    {
        uint first = StorageEnd(index - 1), end = StorageEnd(index);
        if (first > end || end > SlotCount) throw Damaged();
        return ((int)first, (int)end);
    }

    private uint StorageEnd(int index) =>
        index < 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_storages[(index * StorageSize + 21)..]);

    // ---- Slots ----

    public int FindSlot(int storage, in UInt256 key)
    {
        var (first, end) = SlotsOf(storage);
        Span<byte> wanted = stackalloc byte[32];
        key.WriteBigEndian(wanted);
        return Find(_slots, SlotSize, first, end, wanted);
    }

    public UInt256 SlotKey(int index) => UInt256.FromBigEndian(_slots.Slice(index * SlotSize, 32));

    public UInt256 ReadSlot(int index) => StateEncoding.ReadNumber(Value(SlotEnd(index - 1), SlotEnd(index)));

    /// <summary>The values of slots follow those of accounts.</summary>
    private uint SlotEnd(int index) => index < 0
        ? AccountEnd(AccountCount - 1)
        : BinaryPrimitives.ReadUInt32LittleEndian(_slots[(index * SlotSize + 32)..]);

    // ---- Parts ----

    private ReadOnlySpan<byte> Value(uint start, uint end) =>
        start <= end && end <= _values.Length ? _values[(int)start..(int)end] : throw Damaged();

    /// <summary>Index of the entry that begins with <paramref name="key"/>; negative when there is none.</summary>
    private static int Find(ReadOnlySpan<byte> entries, int size, int first, int end, ReadOnlySpan<byte> key)
    {
        while (first < end)
        {
            int middle = (int)(((uint)first + (uint)end) >> 1);
            int order = entries.Slice(middle * size, key.Length).SequenceCompareTo(key);
            if (order == 0) return middle;
            if (order < 0) first = middle + 1;
            else end = middle;
        }
        return -1;
    }

    public static InvalidDataException Damaged() => new("an undo record is damaged");
}
