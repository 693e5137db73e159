namespace Weft.State.Trie;

/// <summary>Where the nodes of the state's tries come from: one version of each, found by its place, not by its hash.
/// Safe for concurrent readers.</summary>
public interface INodeReader
{
    /// <summary>Copies the record at a place and returns its length; 0 when there is none.
    /// <paramref name="destination"/> has <see cref="NodeRecord.MaxSize"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The source does not know: a witness lacks the node.</exception>
    int ReadNode(in NodeKey key, Span<byte> destination);

    /// <summary>As above; <paramref name="hint"/> came from <see cref="Prefetch"/>, for this place or any
    /// other.</summary>
    int ReadNode(in NodeKey key, in RecordHint hint, Span<byte> destination) => ReadNode(key, destination);

    /// <summary>Says which records may be read soon, at most <see cref="PrefetchMax"/>, so that a reader in memory can
    /// let the processor fetch them all at the same time, and say where they are in as many
    /// <paramref name="hints"/>. Some of the places may have none. Must not wait for anything but memory.</summary>
    void Prefetch(ReadOnlySpan<NodeKey> keys, Span<RecordHint> hints) => hints.Clear();

    /// <summary>Keys of one <see cref="Prefetch"/>.</summary>
    const int PrefetchMax = 256;
}
