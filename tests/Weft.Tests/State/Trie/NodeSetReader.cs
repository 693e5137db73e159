using Weft.Primitives;
using Weft.State.Trie;

namespace Weft.Tests.State.Trie;

/// <summary>Records in a set: the simplest store.</summary>
internal sealed class NodeSetReader : INodeReader, IDisposable
{
    public NodeSet Nodes { get; } = new();

    public int ReadNode(in NodeKey key, Span<byte> destination) =>
        Nodes.TryRead(key, destination, out int length) ? length : 0;

    public void Prefetch(ReadOnlySpan<NodeKey> keys, Span<RecordHint> hints)
    {
        Nodes.Prefetch(keys);
        hints.Clear();
    }

    public void Dispose() => Nodes.Dispose();

    /// <summary>Records that are there, by place.</summary>
    public SortedDictionary<string, string> Content() => ContentOf(Nodes);

    public static SortedDictionary<string, string> ContentOf(NodeSet nodes)
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        nodes.ForEachSorted((in NodeKey key, ReadOnlySpan<byte> record) =>
        {
            if (record.Length > 0) content.Add(Name(key), Convert.ToHexString(record));
        });
        return content;
    }

    private static string Name(in NodeKey key)
    {
        Span<byte> bytes = stackalloc byte[NodeKey.MaxSize];
        int length = key.WriteTo(bytes);
        return (key.IsStorage ? "s" : "a") + Convert.ToHexString(bytes[..length]);
    }
}
