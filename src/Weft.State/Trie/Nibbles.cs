namespace Weft.State.Trie;

/// <summary>Keys as sequences of half bytes, the high one first (Yellow Paper, appendix C).</summary>
internal static class Nibbles
{
    public static int At(ReadOnlySpan<byte> key, int position) =>
        (position & 1) == 0 ? key[position >> 1] >> 4 : key[position >> 1] & 15;

    /// <summary>How many nibbles two keys share, given that these are at least <paramref name="known"/>.</summary>
    public static int CommonLength(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int known)
    {
        int wholeBytes = known >> 1;
        int bytes = wholeBytes + a[wholeBytes..].CommonPrefixLength(b[wholeBytes..]);
        bool halfMore = bytes < a.Length && bytes < b.Length && (a[bytes] ^ b[bytes]) < 16;
        return 2 * bytes + (halfMore ? 1 : 0);
    }

    /// <summary>The nibbles <paramref name="from"/> to <paramref name="to"/>, one a byte.</summary>
    public static void Unpack(ReadOnlySpan<byte> key, int from, int to, Span<byte> destination)
    {
        for (int i = from; i < to; i++) destination[i - from] = (byte)At(key, i);
    }
}
