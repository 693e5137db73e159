using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Weft.Primitives;

/// <summary>
/// Hash codes for tables keyed by addresses, slots and hashes. Such keys come from outside and could be chosen to
/// collide, so every process mixes them with a secret of its own. Two multiplications fold 20 to 52 bytes.
/// </summary>
public static class LocationHash
{
    private static readonly ulong Secret0 = RandomOdd(), Secret1 = RandomOdd();
    private static readonly ulong Secret2 = RandomOdd(), Secret3 = RandomOdd();

    public static int Of(in Address address)
    {
        // Each part meets its own secret: were two of them joined first, addresses could be chosen to cancel there.
        var bytes = address.Bytes;
        ulong a = MemoryMarshal.Read<ulong>(bytes), b = MemoryMarshal.Read<ulong>(bytes[8..]);
        return (int)(Fold(a ^ Secret0, b ^ Secret1) ^ Fold(MemoryMarshal.Read<uint>(bytes[16..]) ^ Secret2, Secret3));
    }

    public static int Of(in Hash256 hash)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(hash.Bytes);
        return (int)(Fold(words[0] ^ Secret0, words[1] ^ Secret1) ^ Fold(words[2] ^ Secret1, words[3] ^ Secret2));
    }

    public static int Of(in UInt256 slot) =>
        (int)(Fold(slot.U0 ^ Secret0, slot.U1 ^ Secret1) ^ Fold(slot.U2 ^ Secret1, slot.U3 ^ Secret2));

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        ulong mixed = high ^ low;
        return mixed ^ (mixed >> 32);
    }

    private static ulong RandomOdd()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return MemoryMarshal.Read<ulong>(bytes) | 1;
    }
}
