using System.Diagnostics;

namespace Weft.State.Trie;

/// <summary>
/// Leaves and extensions as RLP (Yellow Paper, appendix D), with keys of 32 bytes whose nibbles lie two a byte.
/// Safe: writers need <see cref="MaxNodeSize"/> bytes; readers check every length against the node's.
/// </summary>
internal static unsafe class NodeCodec
{
    /// <summary>Bytes of a leaf with the longest path and value.</summary>
    public const int MaxNodeSize = 3 + 34 + 2 + NodeRecord.MaxValueSize;

    /// <summary>Writes the leaf of a key below its first <paramref name="depth"/> nibbles; returns its length.</summary>
    public static int WriteLeaf(byte* target, byte* key, int depth, byte* value, int valueLength)
    {
        Debug.Assert(valueLength is > 0 and <= NodeRecord.MaxValueSize, "a leaf has a value");
        int pathLength = LeafPathLength(depth), pathSize = pathLength == 1 ? 1 : 1 + pathLength;
        int payload = pathSize + ItemSize(value, valueLength);
        byte* at = WriteListHeader(target, payload);
        if (pathLength > 1) *at++ = (byte)(0x80 + pathLength);
        // An odd number of nibbles puts the first one beside the flags, and the others stay bytes.
        *at++ = (byte)((depth & 1) == 0 ? 0x20 : 0x30 | (key[depth >> 1] & 15));
        int first = (depth + 1) >> 1;
        Copy(key + first, at, 32 - first);
        at += 32 - first;
        if (valueLength > 1 || *value >= 0x80) at = WriteStringHeader(at, valueLength);
        Copy(value, at, valueLength);
        return (int)(at + valueLength - target);
    }

    /// <summary>Writes the extension from <paramref name="depth"/> to <paramref name="end"/> of a path, up to where the
    /// reference begins, which has <paramref name="referenceLength"/> bytes; returns where that is.</summary>
    public static byte* WriteExtension(byte* target, byte* path, int depth, int end, int referenceLength)
    {
        Debug.Assert(depth < end, "an extension has a path");
        int count = end - depth, pathLength = count / 2 + 1, pathSize = pathLength == 1 ? 1 : 1 + pathLength;
        byte* at = WriteListHeader(target, pathSize + referenceLength);
        if (pathLength > 1) *at++ = (byte)(0x80 + pathLength);
        bool isOdd = (count & 1) == 1;
        *at++ = (byte)(isOdd ? 0x10 | Nibble(path, depth) : 0);
        for (int i = isOdd ? depth + 1 : depth; i < end; i += 2)
            *at++ = (byte)(Nibble(path, i) << 4 | Nibble(path, i + 1));
        return at;
    }

    /// <summary>Bytes of an extension of that many nibbles.</summary>
    public static int ExtensionLength(int nibbles, int referenceLength)
    {
        int pathLength = nibbles / 2 + 1, payload = (pathLength == 1 ? 1 : 1 + pathLength) + referenceLength;
        return payload + (payload <= 55 ? 1 : 2);
    }

    /// <summary>Whether a leaf below <paramref name="depth"/> nibbles is that of a key.</summary>
    public static bool IsLeafOf(byte* leaf, int length, byte* key, int depth)
    {
        byte* path = LeafPath(leaf, length, depth);
        if ((depth & 1) == 1 && (*path & 15) != (key[depth >> 1] & 15)) return false;
        int first = (depth + 1) >> 1;
        return new ReadOnlySpan<byte>(path + 1, 32 - first).SequenceEqual(new(key + first, 32 - first));
    }

    /// <summary>Completes the key of a leaf whose first <paramref name="depth"/> nibbles are there.</summary>
    public static void ReadLeafKey(byte* leaf, int length, int depth, byte* key)
    {
        byte* path = LeafPath(leaf, length, depth);
        if ((depth & 1) == 1) key[depth >> 1] = (byte)((key[depth >> 1] & 0xf0) | (*path & 15));
        int first = (depth + 1) >> 1;
        Copy(path + 1, key + first, 32 - first);
    }

    /// <summary>The value of a leaf below <paramref name="depth"/> nibbles.</summary>
    public static byte* LeafValue(byte* leaf, int length, int depth, out int valueLength)
    {
        byte* at = LeafPath(leaf, length, depth) + LeafPathLength(depth);
        valueLength = *at < 0x80 ? 1 : *at < 0xb8 ? *at++ - 0x80 : *at == 0xb8 ? at[1] : -1;
        if (valueLength > 55) at += 2;
        if (valueLength < 1 || at + valueLength != leaf + length) throw Bad();
        return at;
    }

    /// <summary>Completes the path of an extension's child, whose first <paramref name="depth"/> nibbles are there;
    /// returns the number of all.</summary>
    public static int ReadExtensionPath(byte* extension, int length, int depth, byte* path)
    {
        byte* at = ListPayload(extension, length);
        int pathLength = *at < 0x80 ? 1 : *at++ - 0x80;
        int end = depth + 2 * (pathLength - 1) + (*at >> 4 & 1);
        if (at + pathLength >= extension + length || (*at & 0xe0) != 0 || end is <= 0 or >= 64 || end <= depth) throw Bad();
        int position = depth;
        if ((*at & 0x10) != 0) SetNibble(path, position++, *at & 15);
        for (at++; position < end; at++)
        {
            SetNibble(path, position++, *at >> 4);
            SetNibble(path, position++, *at & 15);
        }
        return end;
    }

    /// <summary>What an extension holds for its child.</summary>
    public static byte* ExtensionReference(byte* extension, int length, out int referenceLength)
    {
        byte* at = ListPayload(extension, length);
        at += *at < 0x80 ? 1 : *at - 0x80 + 1;
        referenceLength = (int)(extension + length - at);
        bool isHash = referenceLength == 33 && *at == 0xa0;
        if (!isHash && (referenceLength is < 1 or > 31 || *at != 0xc0 + referenceLength - 1)) throw Bad();
        return at;
    }

    /// <summary>Bytes that a string takes as an item.</summary>
    public static int ItemSize(byte* value, int length) =>
        length == 1 && *value < 0x80 ? 1 : length <= 55 ? 1 + length : 2 + length;

    public static int Nibble(byte* path, int position) =>
        (position & 1) == 0 ? path[position >> 1] >> 4 : path[position >> 1] & 15;

    public static void SetNibble(byte* path, int position, int nibble)
    {
        ref byte target = ref path[position >> 1];
        target = (byte)((position & 1) == 0 ? (target & 15) | nibble << 4 : (target & 0xf0) | nibble);
    }

    /// <summary>The header of a list of up to 65,535 bytes; returns where these go.</summary>
    public static byte* WriteListHeader(byte* target, int payload)
    {
        if (payload <= 55)
        {
            *target = (byte)(0xc0 + payload);
            return target + 1;
        }
        if (payload <= 255)
        {
            (target[0], target[1]) = (0xf8, (byte)payload);
            return target + 2;
        }
        (target[0], target[1], target[2]) = (0xf9, (byte)(payload >> 8), (byte)payload);
        return target + 3;
    }

    public static byte* WriteStringHeader(byte* target, int length)
    {
        if (length <= 55)
        {
            *target = (byte)(0x80 + length);
            return target + 1;
        }
        (target[0], target[1]) = (0xb8, (byte)length);
        return target + 2;
    }

    public static void Copy(byte* source, byte* target, int length) =>
        new ReadOnlySpan<byte>(source, length).CopyTo(new(target, length));

    public static InvalidDataException Bad() => new("a trie node's record is damaged");

    /// <summary>Bytes of the hex-prefix path of a leaf below <paramref name="depth"/> nibbles.</summary>
    private static int LeafPathLength(int depth) => (64 - depth) / 2 + 1;

    /// <summary>The hex-prefix path of a leaf, which has the length that belongs to its depth.</summary>
    private static byte* LeafPath(byte* leaf, int length, int depth)
    {
        byte* at = ListPayload(leaf, length);
        int pathLength = LeafPathLength(depth);
        if (pathLength > 1 && *at++ != 0x80 + pathLength) throw Bad();
        if (at + pathLength >= leaf + length || *at >> 4 != (2 | depth & 1)) throw Bad();
        return at;
    }

    private static byte* ListPayload(byte* node, int length)
    {
        if (length >= 4 && *node == 0xc0 + length - 1) return node + 1;
        if (length >= 4 && *node == 0xf8 && node[1] == length - 2) return node + 2;
        // One or two bytes of path and one of value: the shortest leaf.
        if (length == 3 && *node == 0xc2) return node + 1;
        throw Bad();
    }
}
