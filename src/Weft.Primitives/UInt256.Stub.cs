using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Weft.Primitives;

// First, slow bodies behind the final signatures.
public readonly partial struct UInt256
{
    private static readonly BigInteger Modulus = BigInteger.One << 256;
    private static readonly BigInteger Half = BigInteger.One << 255;

    public static explicit operator BigInteger(in UInt256 v) =>
        (((((BigInteger)v.U3 << 64) | v.U2) << 64 | v.U1) << 64) | v.U0;

    public static explicit operator UInt256(BigInteger v)
    {
        v = ((v % Modulus) + Modulus) % Modulus;
        return new((ulong)(v & ulong.MaxValue), (ulong)((v >> 64) & ulong.MaxValue),
            (ulong)((v >> 128) & ulong.MaxValue), (ulong)(v >> 192));
    }

    private static BigInteger Signed(in UInt256 v) => (BigInteger)v >= Half ? (BigInteger)v - Modulus : (BigInteger)v;

    public static bool LessThan(in UInt256 a, in UInt256 b)
    {
        if (a.U3 != b.U3) return a.U3 < b.U3;
        if (a.U2 != b.U2) return a.U2 < b.U2;
        if (a.U1 != b.U1) return a.U1 < b.U1;
        return a.U0 < b.U0;
    }

    public static bool SignedLessThan(in UInt256 a, in UInt256 b) => Signed(a) < Signed(b);

    public static void Add(in UInt256 a, in UInt256 b, out UInt256 r) => r = (UInt256)((BigInteger)a + (BigInteger)b);
    public static void Subtract(in UInt256 a, in UInt256 b, out UInt256 r) => r = (UInt256)((BigInteger)a - (BigInteger)b);
    public static bool AddOverflows(in UInt256 a, in UInt256 b, out UInt256 r) { Add(a, b, out r); return LessThan(r, a); }
    public static bool SubtractUnderflows(in UInt256 a, in UInt256 b, out UInt256 r) { var u = LessThan(a, b); Subtract(a, b, out r); return u; }
    public static void Multiply(in UInt256 a, in UInt256 b, out UInt256 r) => r = (UInt256)((BigInteger)a * (BigInteger)b);
    public static bool MultiplyOverflows(in UInt256 a, in UInt256 b, out UInt256 r)
    {
        var p = (BigInteger)a * (BigInteger)b; r = (UInt256)p; return p >= Modulus;
    }
    public static void Divide(in UInt256 a, in UInt256 b, out UInt256 r) => r = b.IsZero ? Zero : (UInt256)((BigInteger)a / (BigInteger)b);
    public static void Mod(in UInt256 a, in UInt256 b, out UInt256 r) => r = b.IsZero ? Zero : (UInt256)((BigInteger)a % (BigInteger)b);
    public static void SignedDivide(in UInt256 a, in UInt256 b, out UInt256 r) => r = b.IsZero ? Zero : (UInt256)BigInteger.Divide(Signed(a), Signed(b));
    public static void SignedMod(in UInt256 a, in UInt256 b, out UInt256 r) => r = b.IsZero ? Zero : (UInt256)BigInteger.Remainder(Signed(a), Signed(b));
    public static void AddMod(in UInt256 a, in UInt256 b, in UInt256 m, out UInt256 r) => r = m.IsZero ? Zero : (UInt256)(((BigInteger)a + (BigInteger)b) % (BigInteger)m);
    public static void MultiplyMod(in UInt256 a, in UInt256 b, in UInt256 m, out UInt256 r) => r = m.IsZero ? Zero : (UInt256)((BigInteger)a * (BigInteger)b % (BigInteger)m);
    public static void Exp(in UInt256 a, in UInt256 e, out UInt256 r) => r = (UInt256)BigInteger.ModPow((BigInteger)a, (BigInteger)e, Modulus);
    public static void SignExtend(in UInt256 byteIndex, in UInt256 v, out UInt256 r)
    {
        if (!LessThan(byteIndex, 31)) { r = v; return; }
        int bits = ((int)byteIndex.U0 + 1) * 8;
        var low = (BigInteger)v & ((BigInteger.One << bits) - 1);
        r = (UInt256)(low >= BigInteger.One << (bits - 1) ? low - (BigInteger.One << bits) : low);
    }
    public static void Byte(in UInt256 index, in UInt256 v, out UInt256 r) =>
        r = LessThan(index, 32) ? (UInt256)(((BigInteger)v >> (8 * (31 - (int)index.U0))) & 0xff) : Zero;
    public static void ShiftLeft(in UInt256 v, in UInt256 n, out UInt256 r) => r = LessThan(n, 256) ? (UInt256)((BigInteger)v << (int)n.U0) : Zero;
    public static void ShiftRight(in UInt256 v, in UInt256 n, out UInt256 r) => r = LessThan(n, 256) ? (UInt256)((BigInteger)v >> (int)n.U0) : Zero;
    public static void ShiftRightArithmetic(in UInt256 v, in UInt256 n, out UInt256 r) => r = (UInt256)(Signed(v) >> (LessThan(n, 256) ? (int)n.U0 : 256));

    public static UInt256 operator +(in UInt256 a, in UInt256 b) { Add(a, b, out var r); return r; }
    public static UInt256 operator -(in UInt256 a, in UInt256 b) { Subtract(a, b, out var r); return r; }
    public static UInt256 operator *(in UInt256 a, in UInt256 b) { Multiply(a, b, out var r); return r; }
    public static UInt256 operator /(in UInt256 a, in UInt256 b) { Divide(a, b, out var r); return r; }
    public static UInt256 operator %(in UInt256 a, in UInt256 b) { Mod(a, b, out var r); return r; }
    public static UInt256 operator &(in UInt256 a, in UInt256 b) => new(a.U0 & b.U0, a.U1 & b.U1, a.U2 & b.U2, a.U3 & b.U3);
    public static UInt256 operator |(in UInt256 a, in UInt256 b) => new(a.U0 | b.U0, a.U1 | b.U1, a.U2 | b.U2, a.U3 | b.U3);
    public static UInt256 operator ^(in UInt256 a, in UInt256 b) => new(a.U0 ^ b.U0, a.U1 ^ b.U1, a.U2 ^ b.U2, a.U3 ^ b.U3);
    public static UInt256 operator ~(in UInt256 a) => new(~a.U0, ~a.U1, ~a.U2, ~a.U3);
    public static UInt256 operator <<(in UInt256 a, int n) { ShiftLeft(a, (ulong)n, out var r); return r; }
    public static UInt256 operator >>(in UInt256 a, int n) { ShiftRight(a, (ulong)n, out var r); return r; }
    public static bool operator <(in UInt256 a, in UInt256 b) => LessThan(a, b);
    public static bool operator >(in UInt256 a, in UInt256 b) => LessThan(b, a);
    public static bool operator <=(in UInt256 a, in UInt256 b) => !LessThan(b, a);
    public static bool operator >=(in UInt256 a, in UInt256 b) => !LessThan(a, b);
    public static bool operator ==(in UInt256 a, in UInt256 b) => a.Equals(b);
    public static bool operator !=(in UInt256 a, in UInt256 b) => !a.Equals(b);

    /// <summary>Reads 0 to 32 big-endian bytes; shorter input is padded with zeros on the left.</summary>
    public static UInt256 FromBigEndian(ReadOnlySpan<byte> bytes)
    {
        Span<byte> padded = stackalloc byte[32];
        padded.Clear();
        bytes.CopyTo(padded[(32 - bytes.Length)..]);
        return new(BinaryPrimitives.ReadUInt64BigEndian(padded[24..]), BinaryPrimitives.ReadUInt64BigEndian(padded[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(padded[8..]), BinaryPrimitives.ReadUInt64BigEndian(padded));
    }

    /// <summary>Writes all 32 bytes, most significant first.</summary>
    public void WriteBigEndian(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], U0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], U1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], U2);
        BinaryPrimitives.WriteUInt64BigEndian(destination, U3);
    }

    /// <summary>Number of significant bits, 0 for zero.</summary>
    public int BitLength => U3 != 0 ? 256 - BitOperations.LeadingZeroCount(U3) : U2 != 0 ? 192 - BitOperations.LeadingZeroCount(U2)
        : U1 != 0 ? 128 - BitOperations.LeadingZeroCount(U1) : 64 - BitOperations.LeadingZeroCount(U0);

    /// <summary>Number of significant bytes, 0 for zero: what EXP pays for.</summary>
    public int ByteLength => (BitLength + 7) / 8;

    /// <summary>Decimal digits, or hexadecimal after 0x.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UInt256 value)
    {
        value = default;
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (hex) text = text[2..];
        if (text.IsEmpty || text.Length > 78 || text[0] is '-' or '+') return false;
        bool ok = BigInteger.TryParse(hex ? "0" + text.ToString() : text.ToString(),
            hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var big);
        if (!ok || big >= Modulus) return false;
        value = (UInt256)big;
        return true;
    }

    /// <summary>Decimal digits.</summary>
    public override string ToString() => ((BigInteger)this).ToString(CultureInfo.InvariantCulture);

    /// <summary>The quantity form of JSON-RPC: 0x and no leading zeros.</summary>
    public string ToHex()
    {
        var digits = ((BigInteger)this).ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return "0x" + (digits.Length == 0 ? "0" : digits);
    }
}
