using Weft.Primitives;
using Weft.State.Trie;

namespace Weft.Tests.State.Trie;

/// <summary>One storage trie whose keys are chosen instead of hashed, so that they can be near each other.</summary>
internal sealed unsafe class KeyedTrie : IDisposable
{
    public static readonly Hash256 Owner = Keccak.Hash([1]);

    private readonly TrieWalker _walker = new();

    public NodeSetReader Store { get; } = new();

    /// <summary>Changes by key, whose order is that of the keys; an empty value deletes.</summary>
    public Hash256 Update(SortedDictionary<string, byte[]> changes)
    {
        using var output = new NodeSet();
        var keys = changes.Keys.Select(key => new Hash256(Convert.FromHexString(key))).ToArray();
        var order = Enumerable.Range(0, keys.Length).ToArray();
        Hash256 root;
        _walker.Begin(Store, output.GetTable(0));
        fixed (Hash256* firstKey = keys)
        fixed (int* firstIndex = order)
        {
            _walker.Enter(Owner, firstKey, firstIndex, new Values([.. changes.Values]));
            var before = _walker.OpenRoot(isCleared: false);
            _walker.UpdateTrie(before, keys.Length, (byte*)&root);
            _walker.Queue.Run();
        }
        Store.Nodes.Merge(output);
        return root;
    }

    public void Dispose()
    {
        _walker.Dispose();
        Store.Dispose();
    }

    private sealed class Values(byte[][] values) : LeafValues
    {
        public override int Resolve(int index, byte* old, int oldLength, byte* destination)
        {
            values[index].CopyTo(new Span<byte>(destination, NodeRecord.MaxValueSize));
            return values[index].Length;
        }
    }
}
