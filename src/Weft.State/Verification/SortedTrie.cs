using System.Diagnostics;
using Weft.Primitives;
using Weft.Primitives.Rlp;
using Weft.State.Trie;

namespace Weft.State.Verification;

/// <summary>A branch, or the one node of the empty path, as it is hashed: what a node record has.</summary>
internal delegate void NodeFinished(in Hash256 key, int depth, ReadOnlySpan<byte> node);

/// <summary>
/// The root of a Merkle Patricia trie (Yellow Paper, appendix D) over keys of 32 bytes that come in ascending order, in
/// memory for one path only: the branches that the next key may still reach, and the last node below them. Independent of
/// the trie that it is to check.
/// </summary>
internal sealed class SortedTrie(NodeFinished? finished = null) : IDisposable
{
    private const int Depths = 64;

    /// <summary>Branches on the path to the last key, by depth, with references to their finished children.</summary>
    private readonly Branch[] _branches = new Branch[Depths];
    private readonly int[] _open = new int[Depths];
    private readonly RlpWriter _node = new(1024);
    private byte[] _value = [];
    private int _openCount, _valueLength;
    private Hash256 _key;
    private bool _hasKey;

    public void Add(in Hash256 key, ReadOnlySpan<byte> value)
    {
        Debug.Assert(!_hasKey || _key.CompareTo(key) < 0, "keys ascend");
        Debug.Assert(!value.IsEmpty, "an empty value is no entry");
        if (_hasKey) Close(Nibbles.CommonLength(_key.Bytes, key.Bytes, 0));
        (_key, _hasKey) = (key, true);
        if (_value.Length < value.Length) _value = new byte[value.Length];
        value.CopyTo(_value);
        _valueLength = value.Length;
    }

    /// <summary>Ends the trie; the next entry begins another.</summary>
    public Hash256 Finish()
    {
        if (!_hasKey) return Hash256.OfEmptyTrie;
        Close(-1);
        _hasKey = false;
        return _node.Hash();
    }

    public void Dispose() => _node.Dispose();

    /// <summary>Finishes all nodes below depth <paramref name="common"/>, where the last key and the next one part, and
    /// hangs them on the branch there; for -1 the root is left in <see cref="_node"/>.</summary>
    private void Close(int common)
    {
        int depth = Depths;
        while (true)
        {
            int parent = _openCount > 0 ? _open[_openCount - 1] : -1;
            if (parent < common) parent = common;
            WriteNode(parent + 1, depth);
            if (parent < 0)
            {
                if (depth > 0) finished?.Invoke(_key, 0, _node.Written);
                return;
            }
            var branch = _branches[parent] ??= new Branch();
            if (_openCount == 0 || _open[_openCount - 1] != parent) _open[_openCount++] = parent;
            branch.Set(Nibbles.At(_key.Bytes, parent), _node);
            if (parent == common) return;
            depth = parent;
            _openCount--;
        }
    }

    /// <summary>What is finished: the leaf of the last key, for a depth of 64, or the branch at a depth, with the
    /// extension that leads to it.</summary>
    private void WriteNode(int from, int depth)
    {
        _node.Clear();
        if (depth == Depths)
        {
            int leaf = _node.BeginList();
            WritePath(from, Depths, isLeaf: true);
            _node.Write(_value.AsSpan(0, _valueLength));
            _node.EndList(leaf);
            return;
        }
        _branches[depth].WriteTo(_node);
        finished?.Invoke(_key, depth, _node.Written);
        if (from == depth) return;
        Span<byte> reference = stackalloc byte[33];
        reference = reference[..Reference(_node, reference)];
        _node.Clear();
        int extension = _node.BeginList();
        WritePath(from, depth, isLeaf: false);
        _node.WriteRaw(reference);
        _node.EndList(extension);
    }

    private void WritePath(int from, int to, bool isLeaf)
    {
        Span<byte> nibbles = stackalloc byte[Depths], path = stackalloc byte[Depths / 2 + 1];
        Nibbles.Unpack(_key.Bytes, from, to, nibbles);
        _node.Write(path[..HexPrefix.Encode(nibbles[..(to - from)], isLeaf, path)]);
    }

    /// <summary>What a parent holds: the node itself below 32 bytes, otherwise its hash as a string.</summary>
    private static int Reference(RlpWriter node, Span<byte> target)
    {
        if (node.Length < 32)
        {
            node.Written.CopyTo(target);
            return node.Length;
        }
        target[0] = 0xa0;
        node.Hash().CopyTo(target[1..]);
        return 33;
    }

    private sealed class Branch
    {
        private const int ReferenceSizeMax = 33;
        private readonly byte[] _references = new byte[16 * ReferenceSizeMax];
        private readonly int[] _lengths = new int[16];

        public void Set(int nibble, RlpWriter node) =>
            _lengths[nibble] = Reference(node, _references.AsSpan(nibble * ReferenceSizeMax, ReferenceSizeMax));

        /// <summary>Writes the node; the branch is empty afterwards.</summary>
        public void WriteTo(RlpWriter writer)
        {
            int list = writer.BeginList();
            for (int nibble = 0; nibble < 16; nibble++)
            {
                if (_lengths[nibble] == 0) writer.Write(ReadOnlySpan<byte>.Empty);
                else writer.WriteRaw(_references.AsSpan(nibble * ReferenceSizeMax, _lengths[nibble]));
                _lengths[nibble] = 0;
            }
            writer.Write(ReadOnlySpan<byte>.Empty);
            writer.EndList(list);
        }
    }
}
