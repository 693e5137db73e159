using Weft.Primitives;
using Weft.Primitives.Rlp;

namespace Weft.State.Trie;

/// <summary>Collects entries of a trie whose keys are the hashes of what they stand for, and computes its root.
/// Values lie in one buffer, so that an entry costs no objects.</summary>
internal sealed class SecureTrie(int capacity) : IDisposable
{
    private readonly byte[] _keys = new byte[32 * capacity];
    private readonly int[] _ends = new int[capacity];
    private readonly RlpWriter _values = new();
    private int _count;

    /// <summary>Adds a key; its value is what is written to the result before the next call. At most as often as the
    /// capacity says, and no key twice.</summary>
    public RlpWriter Add(ReadOnlySpan<byte> key)
    {
        if (_count > 0) _ends[_count - 1] = _values.Length;
        Keccak.Hash(key).CopyTo(_keys.AsSpan(32 * _count++));
        return _values;
    }

    public Hash256 ComputeRoot()
    {
        if (_count > 0) _ends[_count - 1] = _values.Length;
        var values = _values.ToArray();
        var entries = new TrieEntry[_count];
        for (int i = 0, start = 0; i < _count; start = _ends[i++])
            entries[i] = new(_keys.AsMemory(32 * i, 32), values.AsMemory(start, _ends[i] - start));
        entries.AsSpan().Sort(static (a, b) => a.Key.Span.SequenceCompareTo(b.Key.Span));
        return TrieRoot.Compute(entries);
    }

    public void Dispose() => _values.Dispose();
}
