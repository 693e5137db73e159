using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Tests.State.Trie;

/// <summary>A random state with its records.</summary>
internal sealed class StateSample : IDisposable
{
    private readonly StateTrie _trie = new(1);
    private readonly NodeSet _output = new();

    public StateSample(int seed, int accounts, int slots)
    {
        Changes = new(new(seed), accounts, slots);
        for (int i = 0; i < 6; i++) Apply(Changes.Next(State, accounts));
    }

    public RandomChanges Changes { get; }

    public InMemoryState State { get; } = new();

    public NodeSetReader Store { get; } = new();

    public Hash256 Root { get; private set; } = Hash256.OfEmptyTrie;

    public void Apply(StateChanges changes)
    {
        Root = _trie.Update(Store, changes, _output);
        Store.Nodes.Merge(_output);
        State.Apply(changes);
    }

    /// <summary>All nodes on the ways to what the changes name.</summary>
    public List<ReadOnlyMemory<byte>> NodesFor(StateChanges changes)
    {
        var nodes = new List<byte[]>();
        foreach (var address in changes.Accounts.Keys) nodes.AddRange(MerkleProof.CreateForAccount(Store, address));
        foreach (var (address, slots) in changes.Storage)
        {
            nodes.AddRange(MerkleProof.CreateForAccount(Store, address));
            foreach (var slot in slots.Keys) nodes.AddRange(MerkleProof.CreateForSlot(Store, address, slot));
        }
        foreach (var address in changes.ClearedStorage) nodes.AddRange(MerkleProof.CreateForAccount(Store, address));
        return [.. nodes.Select(node => (ReadOnlyMemory<byte>)node)];
    }

    public void Dispose()
    {
        _trie.Dispose();
        _output.Dispose();
        Store.Dispose();
    }
}
