using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Primitives;

// The big-endian form of memory, calldata, storage and RLP.
public readonly partial struct UInt256
{
    /// <summary>Reads 0 to 32 big-endian bytes; shorter input is padded with zeros on the left.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 32 bytes.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 FromBigEndian(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 32 ? ReadBigEndian(ref MemoryMarshal.GetReference(bytes)) : FromShortBigEndian(bytes);

    /// <summary>Writes all 32 bytes, most significant first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter than 32 bytes.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteBigEndian(Span<byte> destination)
    {
        if (destination.Length < 32) ThrowTooShort(destination.Length);
        WriteBigEndian(ref MemoryMarshal.GetReference(destination));
    }

    // Safe: both callers have checked that 32 bytes follow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt256 ReadBigEndian(ref byte bytes) => new(
        Limb(ref Unsafe.Add(ref bytes, 24)), Limb(ref Unsafe.Add(ref bytes, 16)),
        Limb(ref Unsafe.Add(ref bytes, 8)), Limb(ref bytes));

    // Safe: the caller has checked that 32 bytes follow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteBigEndian(ref byte bytes)
    {
        Unsafe.WriteUnaligned(ref bytes, BigEndian(U3));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, 8), BigEndian(U2));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, 16), BigEndian(U1));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, 24), BigEndian(U0));
    }

    /// <summary>From four eight-byte groups in the order of memory, as a state of Keccak holds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static UInt256 FromBigEndianLimbs(ulong first, ulong second, ulong third, ulong fourth) =>
        new(BigEndian(fourth), BigEndian(third), BigEndian(second), BigEndian(first));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Limb(ref byte bytes) => BigEndian(Unsafe.ReadUnaligned<ulong>(ref bytes));

    /// <summary>The number whose bytes in memory are those of the limb, most significant first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong BigEndian(ulong limb) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(limb) : limb;

    private static UInt256 FromShortBigEndian(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, 32, nameof(bytes));
        return new(TakeLimb(ref bytes), TakeLimb(ref bytes), TakeLimb(ref bytes), TakeLimb(ref bytes));
    }

    // Cuts the last eight bytes, or what is left, off the end.
    private static ulong TakeLimb(ref ReadOnlySpan<byte> bytes)
    {
        int rest = bytes.Length - 8;
        ulong limb = 0;
        if (rest >= 0)
        {
            limb = BinaryPrimitives.ReadUInt64BigEndian(bytes[rest..]);
            bytes = bytes[..rest];
            return limb;
        }
        foreach (byte b in bytes) limb = limb << 8 | b;
        bytes = default;
        return limb;
    }

    private static void ThrowTooShort(int length) =>
        throw new ArgumentOutOfRangeException(nameof(length), length, "a word needs 32 bytes");
}
