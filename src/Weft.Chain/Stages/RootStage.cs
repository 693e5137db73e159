using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Stages;

/// <summary>Computes the state root of a block from its changes and compares it with the header.</summary>
public static class RootStage
{
    /// <summary>Null where the root is the header's. Changed nodes are in <paramref name="output"/>.</summary>
    public static BlockResult? Run(
        BlockHeader header, StateTrie trie, INodeReader nodes, StateChanges changes, NodeSet output)
    {
        Hash256 root = trie.Update(nodes, changes, output);
        return root == header.StateRoot ? null : BlockResult.Invalid(
            BlockError.StateRootMismatch, $"state root: the header says {header.StateRoot}, found {root}");
    }

    /// <summary>Roots between the transactions of a block over the nodes before it; they are thrown away.</summary>
    internal sealed class Intermediate(StateTrie trie, INodeReader nodes, NodeSet output) : IStateRoots
    {
        public Hash256 ComputeRoot(WorldState state)
        {
            Hash256 root = trie.Update(nodes, state.GetChanges(), output);
            output.Clear();
            return root;
        }
    }
}
