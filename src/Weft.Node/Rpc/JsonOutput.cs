using System.Buffers;
using System.Text.Json;
using Weft.Primitives;

namespace Weft.Node.Rpc;

/// <summary>Writes the value types of execution-apis straight from ours, without strings in between.</summary>
public static class JsonOutput
{
    private const int MaxOnStack = 512;

    // ---- Values ----

    /// <summary>0x and digits without leading zeros.</summary>
    public static void WriteQuantityValue(this Utf8JsonWriter writer, ulong value)
    {
        Span<byte> text = stackalloc byte[20];
        int digits = Math.Max(1, (64 - int.CreateChecked(ulong.LeadingZeroCount(value)) + 3) / 4);
        text = text[..(digits + 4)];
        for (int i = digits + 2; i > 2; i--, value >>= 4) text[i] = "0123456789abcdef"u8[(int)(value & 15)];
        WriteQuoted(writer, text);
    }

    public static void WriteQuantityValue(this Utf8JsonWriter writer, in UInt256 value)
    {
        if (value.IsUInt64)
        {
            writer.WriteQuantityValue(value.U0);
            return;
        }
        UInt256 rest = value;
        Span<byte> text = stackalloc byte[68];
        int digits = (value.BitLength + 3) / 4;
        text = text[..(digits + 4)];
        for (int i = digits + 2; i > 2; i--, rest >>= 4) text[i] = "0123456789abcdef"u8[(int)(rest.U0 & 15)];
        WriteQuoted(writer, text);
    }

    /// <summary>0x and two digits a byte.</summary>
    public static void WriteDataValue(this Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        int length = bytes.Length * 2 + 4;
        byte[]? rented = length > MaxOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> text = rented is null ? stackalloc byte[MaxOnStack] : rented;
        Convert.TryToHexStringLower(bytes, text[3..], out _);
        WriteQuoted(writer, text[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>A word as 32 bytes.</summary>
    public static void WriteWordValue(this Utf8JsonWriter writer, in UInt256 word)
    {
        Span<byte> bytes = stackalloc byte[32];
        word.WriteBigEndian(bytes);
        writer.WriteDataValue(bytes);
    }

    // ---- Members ----

    public static void WriteQuantity(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, ulong value)
    {
        writer.WritePropertyName(name);
        writer.WriteQuantityValue(value);
    }

    public static void WriteQuantity(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, in UInt256 value)
    {
        writer.WritePropertyName(name);
        writer.WriteQuantityValue(value);
    }

    public static void WriteData(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        writer.WritePropertyName(name);
        writer.WriteDataValue(bytes);
    }

    public static void WriteHash(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, in Hash256 hash) =>
        writer.WriteData(name, hash.Bytes);

    public static void WriteAddress(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, in Address address) =>
        writer.WriteData(name, address.Bytes);

    public static void WriteAddress(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, Address? address)
    {
        if (address is { } known) writer.WriteAddress(name, known);
        else writer.WriteNull(name);
    }

    public static void WriteDataList(
        this Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<ReadOnlyMemory<byte>> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items) writer.WriteDataValue(item.Span);
        writer.WriteEndArray();
    }

    /// <summary>Puts quotes and 0x around the digits that stand from the fourth byte to the last but one.</summary>
    private static void WriteQuoted(Utf8JsonWriter writer, Span<byte> text)
    {
        text[0] = text[^1] = (byte)'"';
        text[1] = (byte)'0';
        text[2] = (byte)'x';
        // Digits need no escape.
        writer.WriteRawValue(text, skipInputValidation: true);
    }
}
