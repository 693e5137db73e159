using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Live;

/// <summary>The state and the tries after simulated blocks, on top of a snapshot, and the hashes of these blocks. One
/// thread.</summary>
internal sealed class SimulatedChain : INodeReader, IBlockHashes, IDisposable
{
    private readonly ChainSnapshot _snapshot;
    private readonly INodeReader _nodesBelow;
    private readonly NodeSet _nodes = new(), _step = new();
    private readonly StateTrie _trie = new(1);
    private readonly Dictionary<ulong, Hash256> _hashes = [];

    public SimulatedChain(ChainSnapshot snapshot)
    {
        (_snapshot, _nodesBelow, State, Tip) = (snapshot, snapshot.Nodes, new(snapshot), snapshot.Header);
        Root = Tip.StateRoot;
    }

    public StateOverlay State { get; }

    public Hash256 Root { get; private set; }

    public BlockHeader Tip { get; private set; }

    /// <summary>The state moves on.</summary>
    public void Apply(StateChanges changes)
    {
        Root = _trie.Update(this, changes, _step);
        _nodes.Merge(_step);
        State.Apply(changes);
    }

    public void Append(BlockHeader header)
    {
        _hashes.Add(header.Number, header.Hash);
        Tip = header;
    }

    public Hash256 GetBlockHash(ulong number) =>
        _hashes.TryGetValue(number, out var hash) ? hash : _snapshot.GetBlockHash(number);

    public int ReadNode(in NodeKey key, Span<byte> destination) =>
        _nodes.TryRead(key, destination, out int length) ? length : _nodesBelow.ReadNode(key, destination);

    public void Dispose()
    {
        _nodes.Dispose();
        _step.Dispose();
        _trie.Dispose();
    }
}
