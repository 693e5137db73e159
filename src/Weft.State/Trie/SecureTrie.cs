using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weft.Primitives;
using Weft.Primitives.Rlp;

namespace Weft.State.Trie;

/// <summary>Collects entries of a trie whose keys are the hashes of what they stand for, and computes its root. All
/// preimages have one length; values lie in one buffer, so that an entry costs no objects.</summary>
internal sealed class SecureTrie(int preimageSize, int capacity) : IDisposable
{
    private readonly byte[] _preimages = new byte[preimageSize * capacity];
    private readonly int[] _ends = new int[capacity];
    private readonly RlpWriter _values = new();
    private int _count;

    /// <summary>Adds a key; its value is what is written to the result before the next call. At most as often as the
    /// capacity says, and no key twice.</summary>
    public RlpWriter Add(ReadOnlySpan<byte> preimage)
    {
        EndValue();
        preimage.CopyTo(_preimages.AsSpan(preimageSize * _count++, preimageSize));
        return _values;
    }

    public Hash256 ComputeRoot()
    {
        EndValue();
        var keys = new byte[32 * _count];
        var hashes = MemoryMarshal.Cast<byte, Hash256>(keys.AsSpan());
        Keccak.HashBatch(_preimages.AsSpan(0, preimageSize * _count), preimageSize, hashes);
        var values = _values.ToArray();
        var entries = new TrieEntry[_count];
        for (int i = 0, start = 0; i < _count; start = _ends[i++])
            entries[i] = new(keys.AsMemory(32 * i, 32), values.AsMemory(start, _ends[i] - start));
        Sort(entries);
        return TrieRoot.Compute(entries);
    }

    public void Dispose() => _values.Dispose();

    private void EndValue()
    {
        if (_count > 0) _ends[_count - 1] = _values.Length;
    }

    /// <summary>By the first eight bytes, which compare fastest, then the few that have these in common by
    /// all.</summary>
    internal static void Sort(Span<TrieEntry> entries)
    {
        var prefixes = new ulong[entries.Length];
        for (int i = 0; i < prefixes.Length; i++)
            prefixes[i] = BinaryPrimitives.ReadUInt64BigEndian(entries[i].Key.Span);
        prefixes.AsSpan().Sort(entries);
        for (int start = 0, end; start < prefixes.Length; start = end)
        {
            end = start + 1;
            while (end < prefixes.Length && prefixes[end] == prefixes[start]) end++;
            if (end > start + 1) entries[start..end].Sort(static (a, b) => a.Key.Span.SequenceCompareTo(b.Key.Span));
        }
    }
}
