using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Primitives;

/// <summary>A 160-bit account address: 20 bytes in the order in which they are written.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    private readonly ulong _a, _b;
    private readonly uint _c;

    /// <summary>Takes exactly 20 bytes.</summary>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 20)
            throw new ArgumentException($"an address has 20 bytes, not {bytes.Length}", nameof(bytes));
        this = MemoryMarshal.Read<Address>(bytes);
    }

    public static Address Zero => default;

    public bool IsZero => (_a | _b | _c) == 0;

    /// <summary>The bytes in place; valid as long as the variable they are taken from.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in this), 1));

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>The address in the low 160 bits of a word, as ADDRESS and CALLER push it.</summary>
    public UInt256 ToWord()
    {
        ulong a = UInt256.BigEndian(_a), b = UInt256.BigEndian(_b);
        return new((b << 32) | BigEndian(_c), (a << 32) | (b >> 32), a >> 32, 0);
    }

    /// <summary>The low 160 bits of a word; the rest is ignored, as CALL and BALANCE do.</summary>
    public static Address FromWord(in UInt256 word) => new(
        UInt256.BigEndian((word.U2 << 32) | (word.U1 >> 32)), UInt256.BigEndian((word.U1 << 32) | (word.U0 >> 32)),
        BigEndian((uint)word.U0));

    private Address(ulong a, ulong b, uint c) => (_a, _b, _c) = (a, b, c);

    private static uint BigEndian(uint value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    /// <summary>The address whose number is <paramref name="number"/>: precompiles and tests.</summary>
    public static Address FromNumber(ulong number) => FromWord(number);

    public static Address Parse(string hex) =>
        Hex.TryDecode(hex, out var bytes) && bytes.Length == 20
            ? new(bytes)
            : throw new FormatException($"not a 20-byte address: {hex}");

    public bool Equals(Address other) => ((_a ^ other._a) | (_b ^ other._b) | (ulong)(_c ^ other._c)) == 0;
    public override bool Equals(object? obj) => obj is Address other && Equals(other);
    public override int GetHashCode() => LocationHash.Of(this);
    public int CompareTo(Address other) => Bytes.SequenceCompareTo(other.Bytes);
    public static bool operator ==(Address a, Address b) => a.Equals(b);
    public static bool operator !=(Address a, Address b) => !a.Equals(b);
    public override string ToString() => Hex.Encode(Bytes);

    /// <summary>With letters in upper case where the hash of the others says so (EIP-55).</summary>
    public string ToChecksumString()
    {
        char[] text = ToString().ToCharArray();
        Span<byte> ascii = stackalloc byte[40];
        for (int i = 0; i < ascii.Length; i++) ascii[i] = (byte)text[i + 2];
        var digest = Keccak.Hash(ascii);
        for (int i = 0; i < ascii.Length; i++)
        {
            int nibble = digest.Bytes[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf;
            if (nibble >= 8) text[i + 2] = char.ToUpperInvariant(text[i + 2]);
        }
        return new(text);
    }
}
