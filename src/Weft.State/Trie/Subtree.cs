namespace Weft.State.Trie;

internal enum SubtreeKind : byte
{
    Empty,
    Leaf,

    /// <summary>A branch, with an extension above it where its path is longer than where it hangs.</summary>
    Branch,

    /// <summary>A node of which only the hash is known.</summary>
    Opaque,
}

/// <summary>What hangs at a place of a trie, while a walk is on. Paths are whole, from the root, so that a subtree
/// stays as it is when the structure above changes.</summary>
internal unsafe struct Subtree
{
    public SubtreeKind Kind;

    /// <summary>Branch: the nibbles of its path.</summary>
    public byte Depth;

    /// <summary>Branch: <see cref="Data"/> is what a parent holds, not the node.</summary>
    public bool IsReference;

    /// <summary>Branch: hashed nodes below it that wait in the queue, one above another.</summary>
    public short Height;

    /// <summary>Bytes of <see cref="Data"/>.</summary>
    public int Length;

    /// <summary>32 bytes: the leaf's key, the branch's path.</summary>
    public byte* Path;

    /// <summary>Leaf: its value. Branch: its RLP. Opaque: 0xa0 and its hash.</summary>
    public byte* Data;

    /// <summary>Bytes that a parent holds for a branch.</summary>
    public readonly int ReferenceLength => IsReference || Length < 32 ? Length : 33;

    /// <summary>A branch that was written, field by field where it is to be.</summary>
    public static void SetBranch(out Subtree subtree, byte* path, int depth, int height, byte* rlp, int length)
    {
        subtree.Kind = SubtreeKind.Branch;
        subtree.IsReference = false;
        subtree.Depth = (byte)depth;
        subtree.Height = (short)height;
        subtree.Length = length;
        subtree.Path = path;
        subtree.Data = rlp;
    }

    public static Subtree Leaf(byte* key, byte* value, int length) =>
        new() { Kind = SubtreeKind.Leaf, Path = key, Data = value, Length = length };
}
