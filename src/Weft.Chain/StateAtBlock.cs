using Weft.Chain.Branches;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain;

/// <summary>The state after a canonical block, with its tries, whose root is that of the header. Void when the chain
/// moves on.</summary>
public sealed class StateAtBlock : IDisposable
{
    private readonly Branch? _branch;

    internal StateAtBlock(BlockHeader header, IStateView state, INodeReader nodes, Branch? branch) =>
        (Header, State, Nodes, _branch) = (header, state, nodes, branch);

    public BlockHeader Header { get; }

    public IStateView State { get; }

    public INodeReader Nodes { get; }

    public void Dispose() => _branch?.Dispose();
}
