using System.Globalization;
using System.Numerics;

namespace Weft.Primitives;

// Decimal and hexadecimal text, and the way to and from BigInteger. Not hot.
public readonly partial struct UInt256
{
    private const int MaxDigits = 78;
    private const int DigitsPerChunk = 19;

    /// <summary>The largest power of ten in a limb: text is read and written nineteen digits at a time.</summary>
    private const ulong Chunk = 10_000_000_000_000_000_000;

    /// <summary>
    /// Decimal digits, or hexadecimal after 0x; leading zeros count towards the limit of 78 digits. False for
    /// anything else, signs and separators included, and for values that do not fit 256 bits.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UInt256 value)
    {
        value = default;
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (hex) text = text[2..];
        if (text.IsEmpty || text.Length > MaxDigits) return false;
        return hex ? TryParseHex(text, out value) : TryParseDecimal(text, out value);
    }

    private static bool TryParseHex(ReadOnlySpan<char> digits, out UInt256 value)
    {
        var sum = Zero;
        value = default;
        foreach (char c in digits)
        {
            if (!char.IsAsciiHexDigit(c) || sum.U3 >> 60 != 0) return false;
            ulong digit = (ulong)(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
            sum = (sum << 4) | digit;
        }
        value = sum;
        return true;
    }

    private static bool TryParseDecimal(ReadOnlySpan<char> digits, out UInt256 value)
    {
        var sum = Zero;
        value = default;
        while (!digits.IsEmpty)
        {
            int count = Math.Min(digits.Length, DigitsPerChunk);
            ulong chunk = 0, scale = 1;
            foreach (char c in digits[..count])
            {
                if (!char.IsAsciiDigit(c)) return false;
                chunk = chunk * 10 + (ulong)(c - '0');
                scale *= 10;
            }
            if (MultiplyOverflows(sum, scale, out sum) || AddOverflows(sum, chunk, out sum)) return false;
            digits = digits[count..];
        }
        value = sum;
        return true;
    }

    /// <summary>Decimal digits.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[MaxDigits];
        int start = MaxDigits;
        var rest = this;
        do
        {
            DivideRemainder(rest, Chunk, out rest, out var remainder);
            ulong chunk = remainder.U0;
            int end = rest.IsZero ? start - 1 : start - DigitsPerChunk;
            for (; start > end || chunk != 0; chunk /= 10) text[--start] = (char)('0' + chunk % 10);
        }
        while (!rest.IsZero);
        return new(text[start..]);
    }

    /// <summary>The quantity form of JSON-RPC: 0x and no leading zeros.</summary>
    public string ToHex()
    {
        int digits = Math.Max(1, (BitLength + 3) / 4);
        return string.Create(digits + 2, this, static (text, value) =>
        {
            text[0] = '0';
            text[1] = 'x';
            for (int i = text.Length - 1; i > 1; i--, value >>= 4) text[i] = "0123456789abcdef"[(int)(value.U0 & 15)];
        });
    }

    public static explicit operator BigInteger(in UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        return new(bytes, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>The value modulo 2^256, negative numbers as two's complement.</summary>
    public static explicit operator UInt256(BigInteger value)
    {
        var bytes = (value & MaxBigInteger).ToByteArray(isUnsigned: true, isBigEndian: true);
        return FromBigEndian(bytes);
    }

    private static BigInteger MaxBigInteger => (BigInteger.One << 256) - 1;
}
