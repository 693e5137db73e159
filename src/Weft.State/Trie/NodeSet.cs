using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// Node records that changed: what <see cref="StateTrie.Update"/> leaves and a store takes. A record without bytes says
/// that there is no node any more; a cleared owner, that its storage trie was dropped before the records of the set.
/// Reading is safe for concurrent readers while nobody writes.
/// </summary>
public sealed class NodeSet : IDisposable
{
    public int Count => throw new NotSupportedException();

    /// <summary>Bytes of all records.</summary>
    public long Size => throw new NotSupportedException();

    public IReadOnlyCollection<Hash256> ClearedOwners => throw new NotSupportedException();

    /// <summary>False when the set does not know the place. A cleared owner's places are known, with length 0.</summary>
    public bool TryRead(in NodeKey key, Span<byte> destination, out int length) => throw new NotSupportedException();

    public void Set(in NodeKey key, ReadOnlySpan<byte> record) => throw new NotSupportedException();

    public void ClearOwner(in Hash256 owner) => throw new NotSupportedException();

    /// <summary>Takes over the records of a later set, which is empty afterwards.</summary>
    public void Merge(NodeSet later) => throw new NotSupportedException();

    /// <summary>Every record, in the order of <see cref="NodeKey.WriteTo"/>, accounts first.</summary>
    public void ForEachSorted(NodeAction action) => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}

public delegate void NodeAction(in NodeKey key, ReadOnlySpan<byte> record);
