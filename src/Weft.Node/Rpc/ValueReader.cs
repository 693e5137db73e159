using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Weft.Primitives;

namespace Weft.Node.Rpc;

/// <summary>Reads the value types of execution-apis from JSON. What does not fit is a <see cref="FormatException"/>
/// whose message is the one that geth gives, for tools look at it; <see cref="Params"/> says which argument it was.
/// </summary>
public static class ValueReader
{
    /// <summary>0x and digits without leading zeros.</summary>
    public static UInt256 Quantity(JsonElement json)
    {
        ReadOnlySpan<byte> digits = Digits(json, "quantity");
        if (digits.IsEmpty) throw new FormatException("hex string \"0x\"");
        if (digits.Length > 1 && digits[0] == '0') throw new FormatException("hex number with leading zero digits");
        return Number(digits);
    }

    public static ulong Quantity64(JsonElement json)
    {
        UInt256 value = Quantity(json);
        return value.IsUInt64 ? value.U0 : throw new FormatException("hex number > 64 bits");
    }

    /// <summary>A quantity as people and libraries write it: hexadecimal with leading zeros, decimal, or a JSON number.
    /// For the developer's methods, which have no specification.</summary>
    public static UInt256 LenientQuantity(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Number)
            return json.TryGetUInt64(out ulong number)
                ? number
                : throw new FormatException("number is no integer in 0 to 2^64 - 1");
        string text = json.ValueKind == JsonValueKind.String ? json.GetString()! : throw WrongKind(json, "quantity");
        return UInt256.TryParse(text, out UInt256 value) ? value : throw new FormatException("invalid number");
    }

    public static ulong LenientQuantity64(JsonElement json)
    {
        UInt256 value = LenientQuantity(json);
        return value.IsUInt64 ? value.U0 : throw new FormatException("number > 64 bits");
    }

    public static Hash256 Hash(JsonElement json)
    {
        Span<byte> bytes = stackalloc byte[32];
        Fixed(json, bytes, "common.Hash");
        return new(bytes);
    }

    public static Address Address(JsonElement json)
    {
        Span<byte> bytes = stackalloc byte[20];
        Fixed(json, bytes, "common.Address");
        return new(bytes);
    }

    /// <summary>0x and an even number of digits.</summary>
    public static byte[] Data(JsonElement json)
    {
        ReadOnlySpan<byte> digits = Digits(json, "hexutil.Bytes");
        if ((digits.Length & 1) != 0) throw new FormatException("hex string of odd length");
        var bytes = new byte[digits.Length / 2];
        Decode(digits, bytes);
        return bytes;
    }

    /// <summary>At most 32 bytes, an odd number of digits included: how geth reads the key of a slot.</summary>
    public static UInt256 StorageKey(JsonElement json)
    {
        string text = json.ValueKind == JsonValueKind.String ? json.GetString()! : throw WrongKind(json, "string");
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        if (digits.Length > 64)
            throw new FormatException($"storage key too long (want at most 32 bytes): \"{Shorten(text)}\"");
        if (digits.Length == 0) return UInt256.Zero;
        return UInt256.TryParse("0x" + digits, out UInt256 key)
            ? key
            : throw new FormatException($"invalid hex in storage key: \"{text}\"");
    }

    public static bool Boolean(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongKind(json, "bool"),
    };

    public static string Text(JsonElement json) =>
        json.ValueKind == JsonValueKind.String ? json.GetString()! : throw WrongKind(json, "string");

    public static IReadOnlyList<T> List<T>(JsonElement json, Func<JsonElement, T> readItem)
    {
        if (json.ValueKind != JsonValueKind.Array) throw WrongKind(json, "array");
        var items = new T[json.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in json.EnumerateArray()) items[i++] = readItem(item);
        return items;
    }

    /// <summary>The member of an object, read; null where it is absent or null.</summary>
    public static T? Optional<T>(JsonElement json, string member, Func<JsonElement, T> read) where T : struct =>
        TryGet(json, member, out JsonElement value) ? Within(member, value, read) : null;

    public static T? OptionalObject<T>(JsonElement json, string member, Func<JsonElement, T> read) where T : class =>
        TryGet(json, member, out JsonElement value) ? Within(member, value, read) : null;

    public static T Required<T>(JsonElement json, string member, Func<JsonElement, T> read) =>
        TryGet(json, member, out JsonElement value)
            ? Within(member, value, read)
            : throw new FormatException($"missing required field '{member}'");

    /// <summary>False where the member is absent or null.</summary>
    public static bool TryGet(JsonElement json, string member, out JsonElement value)
    {
        if (json.ValueKind != JsonValueKind.Object) throw WrongKind(json, "object");
        return json.TryGetProperty(member, out value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>geth's words for JSON of another kind.</summary>
    public static FormatException WrongKind(JsonElement json, string wanted)
    {
        string kind = json.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? "bool"
            : json.ValueKind.ToString().ToLowerInvariant();
        return new($"json: cannot unmarshal {kind} into value of type {wanted}");
    }

    /// <summary>The text of a string of hexadecimal digits without 0x.</summary>
    private static ReadOnlySpan<byte> Digits(JsonElement json, string type)
    {
        if (json.ValueKind != JsonValueKind.String) throw WrongKind(json, type);
        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(json)[1..^1];
        // No digit needs an escape, though any may be written as one.
        if (text.Contains((byte)'\\')) text = Encoding.UTF8.GetBytes(json.GetString()!);
        if (text.IsEmpty) throw new FormatException("empty hex string");
        if (text.Length < 2 || text[0] != '0' || (text[1] | 0x20) != 'x')
            throw new FormatException("hex string without 0x prefix");
        return text[2..];
    }

    private static UInt256 Number(ReadOnlySpan<byte> digits)
    {
        if (digits.Length > 64) throw new FormatException("hex number > 256 bits");
        Span<byte> padded = stackalloc byte[64];
        padded.Fill((byte)'0');
        digits.CopyTo(padded[(64 - digits.Length)..]);
        Span<byte> bytes = stackalloc byte[32];
        Decode(padded, bytes);
        return UInt256.FromBigEndian(bytes);
    }

    private static void Fixed(JsonElement json, Span<byte> bytes, string type)
    {
        try
        {
            ReadOnlySpan<byte> digits = Digits(json, type);
            if ((digits.Length & 1) != 0) throw new FormatException("hex string of odd length");
            if (digits.Length != bytes.Length * 2)
                throw new FormatException($"hex string has length {digits.Length}, want {bytes.Length * 2} for {type}");
            Decode(digits, bytes);
        }
        catch (FormatException e) when (!e.Message.StartsWith("json:", StringComparison.Ordinal))
        {
            throw new FormatException(
                e.Message.EndsWith(type, StringComparison.Ordinal)
                    ? e.Message
                    : $"json: cannot unmarshal {e.Message} into Go value of type {type}");
        }
    }

    private static void Decode(ReadOnlySpan<byte> digits, Span<byte> bytes)
    {
        if (Convert.FromHexString(digits, bytes, out _, out _) != OperationStatus.Done)
            throw new FormatException("invalid hex string");
    }

    private static T Within<T>(string member, JsonElement value, Func<JsonElement, T> read)
    {
        try
        {
            return read(value);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{member}: {e.Message}");
        }
    }

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
