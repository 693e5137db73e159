namespace Weft.State.Trie;

/// <summary>Limits of a node record.</summary>
public static class NodeRecord
{
    /// <summary>Bytes of a record at most: the branch's own RLP and sixteen leaves.</summary>
    public const int MaxSize = 4096;
}
