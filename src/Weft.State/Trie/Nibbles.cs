namespace Weft.State.Trie;

/// <summary>Keys as sequences of half bytes, the high one first (Yellow Paper, appendix C).</summary>
internal static class Nibbles
{
    public static int At(ReadOnlySpan<byte> key, int position) =>
        (position & 1) == 0 ? key[position >> 1] >> 4 : key[position >> 1] & 15;

    /// <summary>How many nibbles two keys have in common, given that they share the first <paramref name="known"/>.</summary>
    public static int CommonLength(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int known)
    {
        int wholeBytes = known >> 1;
        int bytes = wholeBytes + a[wholeBytes..].CommonPrefixLength(b[wholeBytes..]);
        bool halfMore = bytes < a.Length && bytes < b.Length && (a[bytes] ^ b[bytes]) < 16;
        return 2 * bytes + (halfMore ? 1 : 0);
    }

    /// <summary>Hex-prefix encoding of the nibbles <paramref name="from"/> to <paramref name="to"/>. Gives its length in
    /// bytes.</summary>
    public static int EncodeHexPrefix(ReadOnlySpan<byte> key, int from, int to, bool isLeaf, Span<byte> destination)
    {
        int flag = isLeaf ? 0x20 : 0;
        bool isOdd = ((to - from) & 1) != 0;
        destination[0] = (byte)(isOdd ? flag | 0x10 | At(key, from++) : flag);
        int length = 1;
        for (; from < to; from += 2) destination[length++] = (byte)(At(key, from) << 4 | At(key, from + 1));
        return length;
    }
}
