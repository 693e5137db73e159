using System.Text.Json;
using Weft.Primitives;

namespace Weft.Node.Tracing;

/// <summary>Values as geth's tracers write them.</summary>
internal static class TraceJson
{
    private const int LongestOnStack = 256;

    /// <summary>0x and digits without leading zeros.</summary>
    public static void WriteQuantity(this Utf8JsonWriter writer, string name, long value)
    {
        writer.WritePropertyName(name);
        writer.WriteQuantityValue((ulong)value);
    }

    public static void WriteQuantity(this Utf8JsonWriter writer, string name, in UInt256 value)
    {
        writer.WritePropertyName(name);
        writer.WriteQuantityValue(value);
    }

    public static void WriteQuantityValue(this Utf8JsonWriter writer, in UInt256 value)
    {
        Span<char> digits = stackalloc char[66];
        FormatWord(value, digits);
        int first = 2;
        while (first < digits.Length - 1 && digits[first] == '0') first++;
        digits[first - 2] = '0';
        digits[first - 1] = 'x';
        writer.WriteStringValue(digits[(first - 2)..]);
    }

    /// <summary>0x and two digits a byte.</summary>
    public static void WriteData(this Utf8JsonWriter writer, string name, ReadOnlySpan<byte> bytes)
    {
        writer.WritePropertyName(name);
        writer.WriteDataValue(bytes);
    }

    public static void WriteDataValue(this Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LongestOnStack)
        {
            writer.WriteStringValue(Hex.Encode(bytes));
            return;
        }
        Span<char> text = stackalloc char[2 + 2 * LongestOnStack];
        (text[0], text[1]) = ('0', 'x');
        Convert.TryToHexStringLower(bytes, text[2..], out int digits);
        writer.WriteStringValue(text[..(digits + 2)]);
    }

    public static void WriteAddress(this Utf8JsonWriter writer, string name, in Address address) =>
        writer.WriteData(name, address.Bytes);

    /// <summary>A slot and what it holds, both as 32 bytes.</summary>
    public static void WriteSlot(this Utf8JsonWriter writer, in UInt256 key, in UInt256 value)
    {
        Span<char> digits = stackalloc char[66];
        FormatWord(key, digits);
        writer.WritePropertyName(digits);
        FormatWord(value, digits);
        writer.WriteStringValue(digits);
    }

    /// <summary>0x and 64 digits.</summary>
    private static void FormatWord(in UInt256 value, Span<char> digits)
    {
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        (digits[0], digits[1]) = ('0', 'x');
        Convert.TryToHexStringLower(bytes, digits[2..], out _);
    }
}
