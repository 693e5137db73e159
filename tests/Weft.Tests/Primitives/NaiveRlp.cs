using System.Numerics;
using Weft.Primitives;

namespace Weft.Tests.Primitives;

/// <summary>RLP as the Yellow Paper states it in appendix B: concatenation and recursion, nothing else.</summary>
internal static class NaiveRlp
{
    /// <summary>Encodes a byte[], an integer or a list (object[]) of such.</summary>
    public static byte[] Encode(object item) => item switch
    {
        byte[] { Length: 1 } one when one[0] < 0x80 => one,
        byte[] bytes => [.. Prefix(bytes.Length, 0x80), .. bytes],
        object[] list => Wrap(list.SelectMany(Encode).ToArray()),
        BigInteger number => Encode(Minimal(number)),
        UInt256 number => Encode((BigInteger)number),
        ulong number => Encode((BigInteger)number),
        int number => Encode((BigInteger)number),
        Hash256 hash => Encode(hash.Bytes.ToArray()),
        Address address => Encode(address.Bytes.ToArray()),
        _ => throw new ArgumentException(item.GetType().Name),
    };

    private static byte[] Wrap(byte[] payload) => [.. Prefix(payload.Length, 0xc0), .. payload];

    private static byte[] Prefix(int length, int offset)
    {
        if (length < 56) return [(byte)(offset + length)];
        var bytes = Minimal(length);
        return [(byte)(offset + 55 + bytes.Length), .. bytes];
    }

    private static byte[] Minimal(BigInteger number) =>
        number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true);
}
