using Weft.Primitives;

namespace Weft.Tests.Primitives;

/// <summary>The trie of the Yellow Paper, appendix D, as it is defined: a function of a set of pairs, by recursion on
/// their nibbles. Slow, and made of nothing that the product uses but Keccak.</summary>
internal static class NaiveTrie
{
    public static Hash256 Root(IEnumerable<(byte[] Key, byte[] Value)> pairs)
    {
        var paths = pairs.Select(pair => (Path: Nibbles(pair.Key), pair.Value)).ToList();
        return Keccak.Hash(paths.Count == 0 ? [0x80] : NaiveRlp.Encode(Node(paths)));
    }

    public static Hash256 ListRoot(IReadOnlyList<byte[]> items) =>
        Root(items.Select((item, index) => (NaiveRlp.Encode(index), item)));

    /// <summary>c(I, i), with the common prefix cut off on the way down.</summary>
    private static object Node(List<(byte[] Path, byte[] Value)> pairs)
    {
        if (pairs.Count == 1) return new object[] { HexPrefix(pairs[0].Path, 2), pairs[0].Value };
        int shared = 0;
        while (pairs.TrueForAll(p => p.Path.Length > shared && p.Path[shared] == pairs[0].Path[shared])) shared++;
        if (shared > 0) return new object[] { HexPrefix(pairs[0].Path[..shared], 0), Reference(Cut(pairs, shared)) };
        var branch = new object[17];
        for (int nibble = 0; nibble < 16; nibble++)
        {
            var below = pairs.Where(p => p.Path.Length > 0 && p.Path[0] == nibble).ToList();
            branch[nibble] = below.Count == 0 ? Array.Empty<byte>() : Reference(Cut(below, 1));
        }
        branch[16] = pairs.Where(p => p.Path.Length == 0).Select(p => p.Value).FirstOrDefault() ?? [];
        return branch;
    }

    /// <summary>n(I, i): the node itself, or its digest when it is not shorter than 32 bytes.</summary>
    private static object Reference(List<(byte[] Path, byte[] Value)> pairs)
    {
        object node = Node(pairs);
        byte[] bytes = NaiveRlp.Encode(node);
        return bytes.Length < 32 ? node : Keccak.Hash(bytes);
    }

    private static List<(byte[] Path, byte[] Value)> Cut(List<(byte[] Path, byte[] Value)> pairs, int count) =>
        pairs.ConvertAll(pair => (pair.Path[count..], pair.Value));

    private static byte[] Nibbles(byte[] key) =>
        key.SelectMany(b => new[] { (byte)(b >> 4), (byte)(b & 15) }).ToArray();

    private static byte[] HexPrefix(byte[] path, int flag)
    {
        byte[] padded = path.Length % 2 == 1 ? [(byte)(flag + 1), .. path] : [(byte)flag, 0, .. path];
        return padded.Chunk(2).Select(pair => (byte)(pair[0] << 4 | pair[1])).ToArray();
    }
}
