using Weft.Chain.Storage;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;

namespace Weft.Chain.Branches;

/// <summary>A block of a branch with what it came to.</summary>
internal sealed record BranchBlock(Block Block, BlockResult Result, StateChanges Changes, byte[] Undo);

/// <summary>
/// The state at the end of a branch, which leaves the canonical chain at <see cref="Ancestor"/>: the state at the head
/// with the blocks above the ancestor undone and those of the branch applied. The store does not change, and the branch
/// is void when it does.
/// </summary>
internal sealed class Branch : INodeReader, IDisposable
{
    private readonly StateStore _store;
    private readonly StateTrie _trie;
    private readonly List<StateChanges> _undone = [];
    private readonly List<BranchBlock> _blocks = [];
    private readonly List<Hash256> _hashes = [];

    private Branch(StateStore store, IStateView below, StateTrie trie, BlockHeader ancestor)
    {
        (_store, _trie, Ancestor, Tip) = (store, trie, ancestor, ancestor);
        State = new(below);
    }

    /// <summary>The last canonical block below.</summary>
    public BlockHeader Ancestor { get; }

    public BlockHeader Tip { get; private set; }

    public StateOverlay State { get; }

    /// <summary>What leads back to the ancestor, from the head down.</summary>
    public IReadOnlyList<StateChanges> Undone => _undone;

    /// <summary>Those above the ancestor.</summary>
    public IReadOnlyList<BranchBlock> Blocks => _blocks;

    public IReadOnlyList<Hash256> Hashes => _hashes;

    /// <summary>Nodes that differ from those of the store.</summary>
    public NodeSet Nodes { get; } = new();

    /// <summary>The state at a canonical block; null where undo records do not reach it.</summary>
    /// <exception cref="InvalidDataException">The database is damaged.</exception>
    public static Branch? At(
        BlockHeader ancestor, BlockHeader head, StateStore store, ChainStore blocks, StateTrie trie)
    {
        var branch = new Branch(store, blocks.Origin?.Over(store, head.Number) ?? store, trie, ancestor);
        try
        {
            if (branch.TryUndo(head, blocks)) return branch;
        }
        catch
        {
            branch.Dispose();
            throw;
        }
        branch.Dispose();
        return null;
    }

    /// <summary>The branch grows by a block that was executed on it; takes the nodes over.</summary>
    public void Append(Block block, BlockResult result, StateChanges changes, NodeSet nodes)
    {
        _blocks.Add(new(block, result, changes, UndoRecord.Encode(changes, State)));
        _hashes.Add(block.Header.Hash);
        State.Apply(changes);
        Nodes.Merge(nodes);
        Tip = block.Header;
    }

    public int ReadNode(in NodeKey key, Span<byte> destination) => ReadNode(key, default, destination);

    public int ReadNode(in NodeKey key, in RecordHint hint, Span<byte> destination) =>
        Nodes.TryRead(key, destination, out int length) ? length : _store.ReadNode(key, hint, destination);

    /// <summary>Most places are the store's.</summary>
    public void Prefetch(ReadOnlySpan<NodeKey> keys, Span<RecordHint> hints) => _store.Prefetch(keys, hints);

    public void Dispose() => Nodes.Dispose();

    /// <summary>From the head down to the ancestor, whose state root must come out.</summary>
    private bool TryUndo(BlockHeader head, ChainStore blocks)
    {
        Hash256 expected = blocks.GetStateRoot(Ancestor), root = expected;
        for (ulong number = head.Number; number > Ancestor.Number; number--)
        {
            if (blocks.GetUndo(number) is not { } undo) return false;
            foreach (byte[] record in undo.Reverse()) root = Undo(UndoRecord.Decode(record));
        }
        // Undoing what an origin had writes it, which the tries did not have before.
        return root == expected || blocks.Origin is not null
            ? true
            : throw ChainTables.Damaged($"undoing ends at the state root {root}, not at {expected}");
    }

    private Hash256 Undo(StateChanges changes)
    {
        using var nodes = new NodeSet();
        Hash256 root = _trie.Update(this, changes, nodes);
        Nodes.Merge(nodes);
        State.Apply(changes);
        _undone.Add(changes);
        return root;
    }
}
