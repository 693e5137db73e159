using System.IO.Compression;
using System.Text.Json;
using Weft.Primitives;

namespace Weft.Conformance.Primitives;

/// <summary>Reads the values of vectors; whatever is malformed throws and fails the test.</summary>
internal static class Json
{
    public static JsonDocument Parse(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return JsonDocument.Parse(stream);
    }

    public static JsonDocument Parse(ZipArchive archive, string entry) =>
        Parse(archive.GetEntry(entry) ?? throw new InvalidDataException($"no {entry} in the archive"));

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static byte[] Bytes(string hex) =>
        Hex.TryDecode(hex, out var bytes) ? bytes : throw new InvalidDataException($"no hex: {hex}");

    public static byte[] Bytes(this JsonElement element, string name) => Bytes(element.Text(name));

    public static Hash256 Hash(this JsonElement element, string name) => Hash256.Parse(element.Text(name));

    public static Hash256? OptionalHash(this JsonElement element, string name) =>
        element.TryGetProperty(name, out _) ? element.Hash(name) : null;

    public static Address Address(this JsonElement element, string name) =>
        Weft.Primitives.Address.Parse(element.Text(name));

    /// <summary>A number as digits, as 0x and digits, or as a JSON number.</summary>
    public static UInt256 Value(this JsonElement element, string name)
    {
        var value = element.GetProperty(name);
        string text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString()!;
        return UInt256.TryParse(text, out var number) ? number : throw new InvalidDataException($"no number: {text}");
    }

    public static UInt256 ValueOrZero(this JsonElement element, string name) =>
        element.TryGetProperty(name, out _) ? element.Value(name) : default;

    public static UInt256? OptionalValue(this JsonElement element, string name) =>
        element.TryGetProperty(name, out _) ? element.Value(name) : null;

    public static ulong Word(this JsonElement element, string name)
    {
        var value = element.Value(name);
        return value.IsUInt64 ? value.U0 : throw new InvalidDataException($"{name} exceeds 64 bits");
    }

    public static ulong? OptionalWord(this JsonElement element, string name) =>
        element.TryGetProperty(name, out _) ? element.Word(name) : null;

    public static T[] Items<T>(this JsonElement element, string name, Func<JsonElement, T> read) =>
        element.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(read).ToArray() : [];
}
