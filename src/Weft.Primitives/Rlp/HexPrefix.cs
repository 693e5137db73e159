using System.Diagnostics;

namespace Weft.Primitives.Rlp;

/// <summary>The compact form of a path in a trie (Yellow Paper, appendix C).</summary>
public static class HexPrefix
{
    /// <summary>Writes a path, one nibble a byte, and whether it ends in a leaf.</summary>
    /// <returns>Bytes written: half the nibbles, rounded down, and one.</returns>
    public static int Encode(ReadOnlySpan<byte> nibbles, bool isLeaf, Span<byte> destination)
    {
        int odd = nibbles.Length & 1;
        int flags = (isLeaf ? 2 : 0) + odd;
        destination[0] = (byte)(flags << 4 | (odd == 1 ? nibbles[0] : 0));
        int length = 1;
        for (int i = odd; i < nibbles.Length; i += 2)
        {
            Debug.Assert(nibbles[i] < 16 && nibbles[i + 1] < 16, "a nibble has four bits");
            destination[length++] = (byte)(nibbles[i] << 4 | nibbles[i + 1]);
        }
        return length;
    }
}
