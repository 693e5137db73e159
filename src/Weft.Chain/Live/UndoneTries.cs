using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Live;

/// <summary>The tries after an earlier block: those of a snapshot, with the blocks above undone. Safe for concurrent
/// readers.</summary>
internal sealed class UndoneTries : INodeReader, IDisposable
{
    private readonly INodeReader _head;
    private readonly NodeSet _nodes = new();

    /// <summary><paramref name="undo"/> from the head down, as many as blocks are undone.</summary>
    /// <exception cref="InvalidDataException">Another root comes out: the database is damaged.</exception>
    public UndoneTries(INodeReader head, IEnumerable<ReadOnlyMemory<byte>> undo, in Hash256 root)
    {
        _head = head;
        using var trie = new StateTrie(1);
        using var step = new NodeSet();
        Hash256 found = default;
        foreach (var record in undo)
        {
            found = trie.Update(this, UndoRecord.Decode(record.Span), step);
            _nodes.Merge(step);
        }
        if (found == root) return;
        _nodes.Dispose();
        throw Storage.ChainTables.Damaged($"undoing ends at the state root {found}, not at {root}");
    }

    public int ReadNode(in NodeKey key, Span<byte> destination) =>
        _nodes.TryRead(key, destination, out int length) ? length : _head.ReadNode(key, destination);

    public void Dispose() => _nodes.Dispose();
}
