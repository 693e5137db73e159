using Weft.State.Trie;

namespace Weft.State.Store;

/// <summary>Changes of one or more blocks on their way to the database.</summary>
public sealed class PendingState
{
    internal PendingState(ChangeLayer changes, NodeSet nodes) => (Changes, Nodes) = (changes, nodes);

    internal ChangeLayer Changes { get; }

    internal NodeSet Nodes { get; }
}
