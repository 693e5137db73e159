using Weft.Primitives;
using Weft.Primitives.Rlp;

namespace Weft.Tests.State.Trie;

/// <summary>The definition of the Yellow Paper (appendix D) word by word: c(I, i), n(I, i) and TRIE over strings of hex
/// digits, with copies at every step.</summary>
internal static class NaiveTrie
{
    public static Hash256 Root(IReadOnlyDictionary<string, byte[]> content) =>
        content.Count == 0 ? Hash256.OfEmptyTrie : Keccak.Hash(Node(content, 0));

    private static byte[] Reference(IReadOnlyDictionary<string, byte[]> content, int depth)
    {
        if (content.Count == 0) return [0x80];
        byte[] node = Node(content, depth);
        return node.Length < 32 ? node : Item(Keccak.Hash(node).Bytes.ToArray());
    }

    private static byte[] Node(IReadOnlyDictionary<string, byte[]> content, int depth)
    {
        string first = content.Keys.First();
        if (content.Count == 1) return List(Item(Path(first[depth..], 2)), Item(content[first]));
        int common = depth;
        while (content.Keys.All(key => key.Length > common && key[common] == first.ElementAtOrDefault(common))) common++;
        if (common > depth) return List(Item(Path(first[depth..common], 0)), Reference(content, common));
        var children = "0123456789ABCDEF".Select(digit => Reference(
            content.Where(x => x.Key.Length > depth && x.Key[depth] == digit).ToDictionary(), depth + 1));
        byte[] value = content.FirstOrDefault(x => x.Key.Length == depth).Value ?? [];
        return List([.. children, Item(value)]);
    }

    private static byte[] Path(string digits, int flag) => Convert.FromHexString(
        digits.Length % 2 == 1 ? $"{flag + 1}{digits}" : $"{flag}0{digits}");

    private static byte[] Item(byte[] bytes)
    {
        using var writer = new RlpWriter();
        writer.Write(bytes);
        return writer.ToArray();
    }

    private static byte[] List(params byte[][] items)
    {
        using var writer = new RlpWriter();
        int list = writer.BeginList();
        foreach (var item in items) writer.WriteRaw(item);
        writer.EndList(list);
        return writer.ToArray();
    }
}
