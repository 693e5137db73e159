using Weft.Primitives.Rlp;

namespace Weft.State.Trie;

internal enum TrieNodeKind : byte
{
    Branch, Extension, Leaf,
}

/// <summary>A node from outside, decoded strictly (Yellow Paper, appendix D). Its children and values are slices of
/// it.</summary>
internal readonly ref struct TrieNode
{
    private readonly ReadOnlySpan<byte> _rlp;
    private readonly ReadOnlySpan<byte> _path;

    private TrieNode(TrieNodeKind kind, ReadOnlySpan<byte> rlp, ReadOnlySpan<byte> path, ReadOnlySpan<byte> value)
    {
        Kind = kind;
        _rlp = rlp;
        _path = path;
        Value = value;
    }

    public TrieNodeKind Kind { get; }

    public ReadOnlySpan<byte> Rlp => _rlp;

    /// <summary>Leaf: the value. Extension: what it holds for its child.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Nibbles of a leaf's or an extension's path.</summary>
    public int PathLength => 2 * (_path.Length - 1) + (_path[0] >> 4 & 1);

    public int PathNibble(int i) => Nibbles.At(_path, i + 2 - (_path[0] >> 4 & 1));

    /// <summary>Whether the path is the part of a key from <paramref name="depth"/> on.</summary>
    public bool HasPathOf(ReadOnlySpan<byte> key, int depth)
    {
        int length = PathLength;
        if (depth + length > 2 * key.Length) return false;
        for (int i = 0; i < length; i++)
        {
            if (PathNibble(i) != Nibbles.At(key, depth + i)) return false;
        }
        return true;
    }

    /// <summary>What a branch holds for a child: 0xa0 and a hash, a node, or 0x80.</summary>
    public ReadOnlySpan<byte> Child(int nibble)
    {
        var reader = new RlpReader(_rlp);
        reader.BeginList();
        for (int i = 0; i < nibble; i++) reader.Skip();
        return reader.ReadRaw();
    }

    /// <summary>False for what is no node of a trie whose keys have 32 bytes, where no branch has a value.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> rlp, out TrieNode node)
    {
        node = default;
        var reader = new RlpReader(rlp);
        int list = reader.BeginList();
        int count = reader.CountItems(0);
        if (count is not (2 or 17)) return false;
        if (count == 2) return TryDecodeShort(rlp, out node);
        for (int i = 0; i < 16; i++)
        {
            var child = reader.ReadRaw();
            if (!reader.Failed && !IsReference(child, mayBeEmpty: true)) return false;
        }
        bool hasValue = !reader.ReadBytes().IsEmpty;
        reader.EndList(list);
        node = new(TrieNodeKind.Branch, rlp, default, default);
        return reader.Finish() && !hasValue;
    }

    /// <summary>Whether what a parent holds is a hash.</summary>
    public static bool IsHash(ReadOnlySpan<byte> reference) => reference.Length == 33;

    private static bool TryDecodeShort(ReadOnlySpan<byte> rlp, out TrieNode node)
    {
        node = default;
        var reader = new RlpReader(rlp);
        int list = reader.BeginList();
        var path = reader.ReadBytes();
        if (reader.Failed || path.IsEmpty || path.Length > 33 || path[0] >= 0x40) return false;
        // Even paths have a nibble of padding, which is zero.
        if ((path[0] & 0x10) == 0 && (path[0] & 15) != 0) return false;
        bool isLeaf = (path[0] & 0x20) != 0;
        var value = isLeaf ? reader.ReadBytes() : reader.ReadRaw();
        reader.EndList(list);
        if (!reader.Finish() || value.IsEmpty) return false;
        node = new(isLeaf ? TrieNodeKind.Leaf : TrieNodeKind.Extension, rlp, path, value);
        return isLeaf || (node.PathLength > 0 && IsReference(value, mayBeEmpty: false));
    }

    private static bool IsReference(ReadOnlySpan<byte> item, bool mayBeEmpty) => item.Length switch
    {
        1 => mayBeEmpty && item[0] == 0x80,
        33 => item[0] == 0xa0,
        _ => item.Length < 32 && item[0] >= 0xc0,
    };
}
