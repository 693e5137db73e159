using Weft.Evm.Precompiles.Native;

namespace Weft.Evm.Precompiles.Bls12381;

/// <summary>The encoding of field elements in EIP-2537: 64 big-endian bytes, the first 16 zero, less than the modulus;
/// an element of Fp2 is its real part and then its imaginary part.</summary>
internal static class BlsEncoding
{
    public const int FpLength = 64;
    public const int Fp2Length = 2 * FpLength;
    private const int Padding = 16;

    private static ReadOnlySpan<byte> Modulus =>
    [
        0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b, 0xa7, 0xb6, 0x43, 0x4b, 0xac, 0xd7,
        0x64, 0x77, 0x4b, 0x84, 0xf3, 0x85, 0x12, 0xbf, 0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0, 0xf6, 0x24,
        0x1e, 0xab, 0xff, 0xfe, 0xb1, 0x53, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xab,
    ];

    public static bool TryReadFp(ReadOnlySpan<byte> bytes, out BlsFp value)
    {
        value = default;
        var digits = bytes[Padding..FpLength];
        if (bytes[..Padding].ContainsAnyExcept((byte)0) || digits.SequenceCompareTo(Modulus) >= 0) return false;
        Blst.FpFromBigEndian(out value, in digits[0]);
        return true;
    }

    public static bool TryReadFp2(ReadOnlySpan<byte> bytes, out BlsFp2 value)
    {
        value = default;
        return TryReadFp(bytes, out value.C0) && TryReadFp(bytes[FpLength..], out value.C1);
    }

    public static void WriteFp(in BlsFp value, Span<byte> bytes)
    {
        bytes[..Padding].Clear();
        Blst.BigEndianFromFp(out bytes[Padding..FpLength][0], value);
    }

    public static void WriteFp2(in BlsFp2 value, Span<byte> bytes)
    {
        WriteFp(value.C0, bytes);
        WriteFp(value.C1, bytes[FpLength..]);
    }

    /// <summary>Any 256-bit number modulo the group order, as EIP-2537 allows it.</summary>
    public static BlsScalar ReadScalar(ReadOnlySpan<byte> bytes)
    {
        Blst.ScalarFromBigEndian(out BlsScalar scalar, in bytes[..32][0], 32);
        return scalar;
    }
}
