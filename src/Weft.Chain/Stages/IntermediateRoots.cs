using Weft.Execution;
using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Stages;

/// <summary>
/// State roots between the transactions of one block, over the nodes before it. Each is computed from the one before
/// by what its transaction changed: from the block's beginning, hashing would grow with the square of its length. The
/// nodes are thrown away.
/// </summary>
internal sealed class IntermediateRoots : IStateRoots, INodeReader
{
    private readonly ChainEngine _engine;
    private readonly INodeReader _nodes;
    private readonly IStateReader _before;
    private StateChanges _changes = new();

    /// <summary><paramref name="nodes"/> and <paramref name="before"/> are those before the block.</summary>
    public IntermediateRoots(ChainEngine engine, INodeReader nodes, IStateReader before)
    {
        (_engine, _nodes, _before) = (engine, nodes, before);
        _engine.IntermediateNodes.Clear();
    }

    public Hash256 ComputeRoot(WorldState state)
    {
        StateChanges changes = state.GetChanges();
        StateChanges delta = StateDelta.Between(_changes, changes, _before);
        _changes = changes;
        Hash256 root = _engine.Trie.Update(this, delta, _engine.Nodes);
        _engine.IntermediateNodes.Merge(_engine.Nodes);
        return root;
    }

    public int ReadNode(in NodeKey key, Span<byte> destination) => ReadNode(key, default, destination);

    public int ReadNode(in NodeKey key, in RecordHint hint, Span<byte> destination) =>
        _engine.IntermediateNodes.TryRead(key, destination, out int length)
            ? length
            : _nodes.ReadNode(key, hint, destination);

    /// <summary>Most places are those of the block before.</summary>
    public void Prefetch(ReadOnlySpan<NodeKey> keys, Span<RecordHint> hints) => _nodes.Prefetch(keys, hints);
}
