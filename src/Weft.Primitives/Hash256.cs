using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Primitives;

/// <summary>32 bytes in the order in which they are written: a Keccak-256 digest, a topic, a root.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Hash256 : IEquatable<Hash256>, IComparable<Hash256>
{
    private readonly ulong _a, _b, _c, _d;

    /// <summary>Takes exactly 32 bytes.</summary>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 32) throw new ArgumentException($"a hash has 32 bytes, not {bytes.Length}", nameof(bytes));
        this = MemoryMarshal.Read<Hash256>(bytes);
    }

    /// <summary>From four eight-byte groups in the order of memory.</summary>
    internal Hash256(ulong a, ulong b, ulong c, ulong d) => (_a, _b, _c, _d) = (a, b, c, d);

    public static Hash256 Zero => default;

    /// <summary>Keccak-256 of no bytes: the code hash of an account without code.</summary>
    public static readonly Hash256 OfEmptyCode =
        Parse("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");

    /// <summary>The root of a trie without entries: Keccak-256 of the RLP empty string.</summary>
    public static readonly Hash256 OfEmptyTrie =
        Parse("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");

    /// <summary>
    /// Keccak-256 of the RLP empty list: the ommers hash of a block without ommers, the hash of no logs.
    /// </summary>
    public static readonly Hash256 OfEmptyList =
        Parse("0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");

    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>The bytes in place; valid as long as the variable they are taken from.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in this), 1));

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    public UInt256 ToWord() => UInt256.FromBigEndianLimbs(_a, _b, _c, _d);

    public static Hash256 FromWord(in UInt256 word) => new(
        UInt256.BigEndian(word.U3), UInt256.BigEndian(word.U2), UInt256.BigEndian(word.U1), UInt256.BigEndian(word.U0));

    public static Hash256 Parse(string hex) =>
        Hex.TryDecode(hex, out var bytes) && bytes.Length == 32
            ? new(bytes)
            : throw new FormatException($"not a 32-byte hash: {hex}");

    public bool Equals(Hash256 other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;
    public override bool Equals(object? obj) => obj is Hash256 other && Equals(other);

    /// <summary>For hashes from outside, which may be chosen to collide, see <see cref="LocationHash"/>.</summary>
    public override int GetHashCode() => LocationHash.Of(this);

    public int CompareTo(Hash256 other) => Bytes.SequenceCompareTo(other.Bytes);
    public static bool operator ==(Hash256 a, Hash256 b) => a.Equals(b);
    public static bool operator !=(Hash256 a, Hash256 b) => !a.Equals(b);
    public override string ToString() => Hex.Encode(Bytes);
}
