namespace Weft.State.Trie;

/// <summary>Where the nodes of the state's tries come from: one version of each, found by its place, not by its hash.
/// Safe for concurrent readers.</summary>
public interface INodeReader
{
    /// <summary>Copies the record at a place and returns its length; 0 when there is none.
    /// <paramref name="destination"/> has <see cref="NodeRecord.MaxSize"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The source does not know: a witness lacks the node.</exception>
    int ReadNode(in NodeKey key, Span<byte> destination);

    /// <summary>As above; <paramref name="hint"/> came from <see cref="Locate"/>, for this place or any other.</summary>
    int ReadNode(in NodeKey key, in RecordHint hint, Span<byte> destination) => ReadNode(key, destination);

    /// <summary>Says of records that may be read soon, at most <see cref="LocateMax"/>, where they lie in memory, in as
    /// many <paramref name="hints"/>, so that the processor can fetch them all while it computes. Some of the places
    /// may have none. Must not wait for anything but memory.</summary>
    void Locate(ReadOnlySpan<NodeKey> keys, Span<RecordHint> hints) => hints.Clear();

    /// <summary>Keys of one <see cref="Locate"/>.</summary>
    const int LocateMax = 256;
}
