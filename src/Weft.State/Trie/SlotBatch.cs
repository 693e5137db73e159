using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>Slots of some accounts with their keys hashed together. One worker's. Safe: the buffers hold
/// <see cref="Count"/> values until <see cref="Clear"/>.</summary>
internal sealed unsafe class SlotBatch : IDisposable
{
    private readonly NativeBuffer<byte> _preimages = new();
    private readonly NativeBuffer<UInt256> _values = new();
    private readonly NativeBuffer<Hash256> _keys = new(), _sorted = new();
    private readonly NativeBuffer<ulong> _prefixes = new();
    private readonly NativeBuffer<int> _order = new();

    public int Count { get; private set; }

    public Hash256* Keys => _keys.Values;

    public Hash256* SortedKeys => _sorted.Values;

    public int* Order => _order.Values;

    /// <summary>Valid until the buffers grow.</summary>
    public SlotValues Values { get; private set; } = new(null);

    /// <summary>Makes room and forgets what was there.</summary>
    public void Clear(int capacity)
    {
        Count = 0;
        _preimages.Take(32 * capacity);
        Values = new(_values.Take(capacity));
        _keys.Take(capacity);
        _sorted.Take(capacity);
        _prefixes.Take(capacity);
        _order.Take(capacity);
    }

    public void Add(Dictionary<UInt256, UInt256> slots)
    {
        foreach (var (key, value) in slots)
        {
            key.WriteBigEndian(new(_preimages.Values + 32 * Count, 32));
            _values.Values[Count++] = value;
        }
    }

    public void HashKeys(int from, int to) => Keccak.HashBatch(
        new(_preimages.Values + 32 * from, 32 * (to - from)), 32, new(_keys.Values + from, to - from));

    /// <summary>Sorts the slots of one account.</summary>
    public void Sort(int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            _prefixes.Values[i] = KeyOrder.PrefixOf(Keys + i);
            Order[i] = i;
        }
        KeyOrder.Sort(Keys, _prefixes.Values + from, Order + from, count, SortedKeys + from);
    }

    public void Dispose()
    {
        _preimages.Dispose();
        _values.Dispose();
        _keys.Dispose();
        _sorted.Dispose();
        _prefixes.Dispose();
        _order.Dispose();
    }
}
