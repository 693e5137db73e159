using Weft.Primitives;

namespace Weft.State.Verification;

/// <summary>Entries of a trie that come in any order and are given to a <see cref="SortedTrie"/> in theirs.</summary>
internal sealed class HashedEntries
{
    /// <summary>Bytes of memory for an entry besides its value: key, place, order, with the slack of growing lists.
    /// </summary>
    public const int Overhead = 2 * (32 + 2 * sizeof(int));

    private readonly List<byte> _values = [];
    private Hash256[] _keys = new Hash256[16];
    private (int Start, int Length)[] _places = new (int, int)[16];

    public int Count { get; private set; }

    public void Add(in Hash256 key, ReadOnlySpan<byte> value)
    {
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, 2 * Count);
            Array.Resize(ref _places, 2 * Count);
        }
        _keys[Count] = key;
        _places[Count++] = (_values.Count, value.Length);
        _values.AddRange(value);
    }

    /// <summary>Adds all entries to a trie, sorted; empty afterwards.</summary>
    public void MoveTo(SortedTrie trie)
    {
        Array.Sort(_keys, _places, 0, Count);
        var values = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_values);
        for (int i = 0; i < Count; i++) trie.Add(_keys[i], values.Slice(_places[i].Start, _places[i].Length));
        Clear();
    }

    public void Clear()
    {
        _values.Clear();
        Count = 0;
    }
}
