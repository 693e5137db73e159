using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Weft.Primitives;

/// <summary>
/// Hash codes for tables keyed by addresses, slots and hashes. Such keys come from outside and could be chosen to
/// collide, so every process mixes them with a secret of its own. Three multiplications fold 20 or 32 bytes.
/// </summary>
public static class LocationHash
{
    private static readonly ulong Secret0 = RandomOdd(), Secret1 = RandomOdd();
    private static readonly ulong Secret2 = RandomOdd(), Secret3 = RandomOdd();

    public static int Of(in Address address) => Upper(WideOf(address));

    /// <summary>64 bits, where two that are equal are to be taken for the same.</summary>
    public static ulong WideOf(in Address address)
    {
        // Each part meets its own secret: were two of them joined first, addresses could be chosen to cancel there.
        var bytes = address.Bytes;
        ulong a = MemoryMarshal.Read<ulong>(bytes), b = MemoryMarshal.Read<ulong>(bytes[8..]);
        return Mix(a ^ Secret0, b ^ Secret1, MemoryMarshal.Read<uint>(bytes[16..]) ^ Secret2, Secret3, Secret3);
    }

    public static int Of(in Hash256 hash)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(hash.Bytes);
        return Upper(
            Mix(words[0] ^ Secret0, words[1] ^ Secret1, words[2] ^ Secret1, words[3] ^ Secret2, Secret3));
    }

    public static int Of(in UInt256 slot) => Upper(WideOf(slot));

    public static ulong WideOf(in UInt256 slot) =>
        Mix(slot.U0 ^ Secret0, slot.U1 ^ Secret1, slot.U2 ^ Secret1, slot.U3 ^ Secret2, Secret3);

    /// <summary>Both ends of the upper half are good on their own: tables take their places from its low bits, shards
    /// from the high ones.</summary>
    /// <remarks>Keys that count up give products which, under one secret of a hundred, lie so unevenly that searches
    /// pass over a hundred places. The upper half of one more product does not, and costs no more than folding the
    /// halves of the first two did.</remarks>
    internal static ulong Mix(ulong a, ulong b, ulong c, ulong d, ulong odd) => (Fold(a, b) ^ Fold(c, d)) * odd;

    private static int Upper(ulong hash) => (int)(hash >> 32);

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private static ulong RandomOdd()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return MemoryMarshal.Read<ulong>(bytes) | 1;
    }
}
