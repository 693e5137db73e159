namespace Weft.State.Trie;

/// <summary>Where the nodes of the state's tries come from: one version of each, found by its place, not by its hash.
/// Safe for concurrent readers.</summary>
public interface INodeReader
{
    /// <summary>Copies the record at a place and returns its length; 0 when there is none.
    /// <paramref name="destination"/> has <see cref="NodeRecord.MaxSize"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The source does not know: a witness lacks the node.</exception>
    int ReadNode(in NodeKey key, Span<byte> destination);
}
