using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Weft.Primitives;

namespace Weft.Cli.Input;

/// <summary>
/// A place in a JSON document from outside that knows its path, so that every complaint can name it. Reading is strict:
/// a value that is not what was asked for is an <see cref="InputException"/>.
/// </summary>
public readonly struct JsonCursor
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };
    private readonly JsonElement _element;
    private readonly JsonPlace _place;

    private JsonCursor(JsonElement element, JsonPlace place) => (_element, _place) = (element, place);

    /// <summary>Parses a document; <paramref name="source"/> names it in messages.</summary>
    public static JsonCursor Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        if (!Utf8.IsValid(utf8.Span)) throw new InputException(source, "", "not valid JSON: not valid UTF-8");
        try
        {
            return new(JsonDocument.Parse(utf8, Options).RootElement, new JsonPlace(source, null, ""));
        }
        catch (InvalidOperationException)
        {
            // The check for names given twice came upon one with an escaped half of a surrogate pair.
            throw new InputException(source, "", "not valid JSON: a name is not valid Unicode");
        }
        catch (JsonException e)
        {
            string place = $"line {e.LineNumber + 1}, byte {e.BytePositionInLine}";
            string reason = e.Message.Split(" LineNumber:")[0].Split(" Path:")[0];
            throw new InputException(source, place, $"not valid JSON: {reason}");
        }
    }

    public bool IsObject => _element.ValueKind == JsonValueKind.Object;

    public bool IsText => _element.ValueKind == JsonValueKind.String;

    public bool IsNull => _element.ValueKind == JsonValueKind.Null;

    /// <summary>A complaint about this place.</summary>
    public InputException Error(string reason, string? remedy = null) =>
        new(_place.Source, _place.ToString(), reason, remedy);

    // ---- Going down ----

    /// <summary>The member of this name, or an error that it is missing.</summary>
    public JsonCursor this[string name] =>
        TryGet(name, out var value) ? value : throw Error($"\"{name}\" is missing");

    /// <summary>False where the member is missing or null.</summary>
    public bool TryGet(string name, out JsonCursor value)
    {
        Require(JsonValueKind.Object, "an object");
        bool found = _element.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null;
        value = found ? new(element, new JsonPlace(_place, name)) : default;
        return found;
    }

    public bool Has(string name) => TryGet(name, out _);

    public IEnumerable<(string Name, JsonCursor Value)> Members()
    {
        Require(JsonValueKind.Object, "an object");
        foreach (var member in _element.EnumerateObject())
        {
            string name = Unescaped(() => member.Name);
            yield return (name, new JsonCursor(member.Value, new JsonPlace(_place, name)));
        }
    }

    public int Count
    {
        get
        {
            Require(JsonValueKind.Array, "an array");
            return _element.GetArrayLength();
        }
    }

    public IEnumerable<JsonCursor> Items()
    {
        Require(JsonValueKind.Array, "an array");
        int index = 0;
        foreach (var item in _element.EnumerateArray()) yield return new(item, new JsonPlace(_place, $"[{index++}]"));
    }

    /// <summary>The item at an index; the array must have it.</summary>
    public JsonCursor At(int index) => index >= 0 && index < Count
        ? new(_element[index], new JsonPlace(_place, $"[{index}]"))
        : throw Error($"has {Count} items, index {index} was asked for");

    // ---- Values ----

    public string Text()
    {
        Require(JsonValueKind.String, "a text");
        var element = _element;
        return Unescaped(() => element.GetString()!);
    }

    /// <summary>An even number of hexadecimal digits after 0x.</summary>
    public byte[] Bytes()
    {
        string text = Text();
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text.Length > 0)
            throw Error("does not begin with 0x");
        return Hex.TryDecode(text, out var bytes) ? bytes : throw Error($"not hexadecimal bytes: {Shorten(text)}");
    }

    public Hash256 Hash()
    {
        var bytes = Bytes();
        return bytes.Length == 32 ? new(bytes) : throw Error($"a hash has 32 bytes, here are {bytes.Length}");
    }

    public Address Address()
    {
        var bytes = Bytes();
        return bytes.Length == 20 ? new(bytes) : throw Error($"an address has 20 bytes, here are {bytes.Length}");
    }

    /// <summary>0x and up to 64 hexadecimal digits, leading zeros allowed.</summary>
    public UInt256 Word() => TryParseWord(Text(), out var word)
        ? word
        : throw Error($"not a number of at most 256 bits after 0x: {Shorten(Text())}");

    /// <summary>A number of at most 64 bits: 0x and digits, or a JSON number.</summary>
    public ulong Number()
    {
        if (_element.ValueKind == JsonValueKind.Number)
            return _element.TryGetUInt64(out ulong plain)
                ? plain
                : throw Error("not a whole number of at most 64 bits");
        var word = Word();
        return word.IsUInt64 ? word.U0 : throw Error($"more than 64 bits: {Shorten(Text())}");
    }

    /// <summary>A number of at most 256 bits in any of the ways that genesis files write one: 0x and digits, decimal
    /// digits as a text, or a JSON number without fraction and exponent.</summary>
    public UInt256 Quantity()
    {
        bool isNumber = _element.ValueKind == JsonValueKind.Number;
        string text = isNumber ? _element.GetRawText() : Text();
        return UInt256.TryParse(text, out var value)
            ? value
            : throw Error($"not a whole number of at most 256 bits: {Shorten(text)}");
    }

    /// <summary>Like <see cref="Quantity"/>, of at most 64 bits.</summary>
    public ulong Quantity64()
    {
        var value = Quantity();
        return value.IsUInt64 ? value.U0 : throw Error("more than 64 bits");
    }

    public bool Flag() => _element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        var other => throw Error($"should be true or false, is {Describe(other)}"),
    };

    public static bool TryParseWord(string text, out UInt256 word)
    {
        word = default;
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || text.Length is < 3 or > 66) return false;
        Span<byte> bytes = stackalloc byte[32];
        bytes.Clear();
        for (int i = text.Length - 1, nibble = 0; i >= 2; i--, nibble++)
        {
            if (!char.IsAsciiHexDigit(text[i])) return false;
            int digit = int.Parse(text.AsSpan(i, 1), NumberStyles.AllowHexSpecifier);
            bytes[31 - nibble / 2] |= (byte)(digit << (4 * (nibble & 1)));
        }
        word = UInt256.FromBigEndian(bytes);
        return true;
    }

    private string Unescaped(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: valid by JSON's grammar, but no text.
            throw Error("a text is not valid Unicode");
        }
    }

    private void Require(JsonValueKind kind, string name)
    {
        if (_element.ValueKind != kind) throw Error($"should be {name}, is {Describe(_element.ValueKind)}");
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Shorten(string text) => text.Length <= 80 ? $"\"{text}\"" : $"\"{text[..80]}…\"";

    /// <summary>The way from the root, kept as links and written out only for a message.</summary>
    private sealed class JsonPlace
    {
        private readonly JsonPlace? _parent;
        private readonly string _step;

        public JsonPlace(string source, JsonPlace? parent, string step) =>
            (Source, _parent, _step) = (source, parent, step);

        public JsonPlace(JsonPlace parent, string step) : this(parent.Source, parent, step) { }

        public string Source { get; }

        public override string ToString()
        {
            string before = _parent?.ToString() ?? "";
            return before.Length == 0 || _step.StartsWith('[') ? before + _step : $"{before}.{_step}";
        }
    }
}
