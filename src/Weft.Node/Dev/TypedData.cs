using System.Text;
using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Dev;

/// <summary>
/// The hash of structured data to be signed (EIP-712), from the JSON that wallets get: types, primaryType, domain,
/// message. Whatever does not fit is a <see cref="FormatException"/> that says where.
/// </summary>
internal sealed class TypedData
{
    private const string Domain = "EIP712Domain";

    /// <summary>Members of the domain in the order of the specification.</summary>
    private static readonly (string Name, string Type)[] DomainMembers =
    [
        ("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"),
        ("salt", "bytes32"),
    ];

    private readonly Dictionary<string, (string Name, string Type)[]> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Hash256> _typeHashes = new(StringComparer.Ordinal);

    private TypedData(JsonElement json, JsonElement domain)
    {
        foreach (JsonProperty type in ValueReader.Required(json, "types", Object).EnumerateObject())
            _types[type.Name] = [.. ValueReader.List(type.Value, ReadMember)];
        if (!_types.ContainsKey(Domain))
            _types[Domain] = [.. DomainMembers.Where(member => domain.TryGetProperty(member.Name, out _))];
    }

    /// <summary>keccak256(0x19 0x01 ‖ hash of the domain ‖ hash of the message). Some clients send the whole as the
    /// text of its JSON.</summary>
    public static Hash256 Hash(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.String) return HashObject(json);
        try
        {
            using var document = JsonDocument.Parse(json.GetString()!);
            return HashObject(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new FormatException($"typed data: {e.Message}");
        }
    }

    private static Hash256 HashObject(JsonElement json)
    {
        JsonElement domain = ValueReader.Required(json, "domain", Object);
        var data = new TypedData(json, domain);
        string primary = ValueReader.Required(json, "primaryType", ValueReader.Text);
        Hash256 separator = data.HashStruct(Domain, domain);
        byte[] message = primary == Domain
            ? []
            : data.HashStruct(primary, ValueReader.Required(json, "message", Object)).Bytes.ToArray();
        return Keccak.Hash([0x19, 0x01, .. separator.Bytes, .. message]);
    }

    // ---- Types ----

    private Hash256 HashType(string type)
    {
        if (_typeHashes.TryGetValue(type, out var known)) return known;
        var used = new SortedSet<string>(StringComparer.Ordinal);
        CollectStructs(type, used);
        used.Remove(type);
        var text = new StringBuilder();
        AppendType(text, type);
        foreach (string other in used) AppendType(text, other);
        return _typeHashes[type] = Keccak.Hash(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void CollectStructs(string type, SortedSet<string> used)
    {
        if (!_types.TryGetValue(type, out var members) || !used.Add(type)) return;
        foreach (var member in members) CollectStructs(ElementOf(member.Type), used);
    }

    private void AppendType(StringBuilder text, string type) => text.Append(type).Append('(')
        .AppendJoin(',', MembersOf(type).Select(member => $"{member.Type} {member.Name}")).Append(')');

    private (string Name, string Type)[] MembersOf(string type) =>
        _types.TryGetValue(type, out var members) ? members : throw new FormatException($"no type {type}");

    /// <summary>Without the brackets of arrays.</summary>
    private static string ElementOf(string type) => type.Contains('[') ? type[..type.IndexOf('[')] : type;

    // ---- Values ----

    private Hash256 HashStruct(string type, JsonElement value)
    {
        var members = MembersOf(type);
        var encoded = new byte[32 * (members.Length + 1)];
        HashType(type).CopyTo(encoded);
        for (int i = 0; i < members.Length; i++)
        {
            var (name, memberType) = members[i];
            bool isThere = ValueReader.TryGet(value, name, out JsonElement member);
            // A struct that is left out is zero, so that types may refer to themselves.
            if (!isThere && !_types.ContainsKey(memberType)) throw new FormatException($"{type}.{name} is missing");
            if (isThere) Encode(memberType, member, $"{type}.{name}").CopyTo(encoded.AsSpan(32 * (i + 1)));
        }
        return Keccak.Hash(encoded);
    }

    private Hash256 Encode(string type, JsonElement value, string place)
    {
        try
        {
            if (type.EndsWith(']')) return EncodeArray(type, value, place);
            if (_types.ContainsKey(type)) return HashStruct(type, value);
            return EncodeAtom(type, value);
        }
        catch (FormatException e) when (!e.Message.StartsWith("typed data:", StringComparison.Ordinal))
        {
            throw new FormatException($"typed data: {place}: {e.Message}");
        }
    }

    private Hash256 EncodeArray(string type, JsonElement value, string place)
    {
        int bracket = type.LastIndexOf('[');
        string element = type[..bracket], length = type[(bracket + 1)..^1];
        var hashes = ValueReader.List(value, item => Encode(element, item, place));
        if (length.Length > 0 && length != $"{hashes.Count}")
            throw new FormatException($"{type} with {hashes.Count} elements");
        return Keccak.Hash(hashes.SelectMany(hash => hash.Bytes.ToArray()).ToArray());
    }

    private static Hash256 EncodeAtom(string type, JsonElement value) => type switch
    {
        "string" => Keccak.Hash(Encoding.UTF8.GetBytes(ValueReader.Text(value))),
        "bytes" => Keccak.Hash(ValueReader.Data(value)),
        "bool" => Hash256.FromWord(ValueReader.Boolean(value) ? UInt256.One : UInt256.Zero),
        "address" => Hash256.FromWord(ValueReader.Address(value).ToWord()),
        _ when SizeOf(type, "bytes", 32) is { } bytes => EncodeFixed(ValueReader.Data(value), bytes),
        _ when SizeOf(type, "uint", 256) is { } bits => EncodeNumber(value, bits, isSigned: false),
        _ when SizeOf(type, "int", 256) is { } bits => EncodeNumber(value, bits, isSigned: true),
        _ => throw new FormatException($"no type {type}"),
    };

    /// <summary>The number behind the name of a type; null for another type.</summary>
    private static int? SizeOf(string type, string name, int max)
    {
        if (!type.StartsWith(name, StringComparison.Ordinal)) return null;
        if (type.Length == name.Length) return max;
        return int.TryParse(type.AsSpan(name.Length), out int size) && size > 0 && size <= max ? size : null;
    }

    private static Hash256 EncodeFixed(byte[] bytes, int size)
    {
        if (bytes.Length != size) throw new FormatException($"{bytes.Length} bytes, want {size}");
        var padded = new byte[32];
        bytes.CopyTo(padded, 0);
        return new(padded);
    }

    private static Hash256 EncodeNumber(JsonElement json, int bits, bool isSigned)
    {
        string text = json.ValueKind == JsonValueKind.Number ? json.GetRawText() : ValueReader.Text(json);
        bool isNegative = isSigned && text.StartsWith('-');
        if (!UInt256.TryParse(isNegative ? text[1..] : text, out UInt256 value))
            throw new FormatException($"no number: {text[..Math.Min(text.Length, 80)]}");
        // Of a signed number one bit is the sign, and -2^(bits - 1) has a place, too.
        int room = isSigned ? bits - 1 : bits;
        UInt256 beyond = isNegative && !value.IsZero ? value - UInt256.One : value;
        if (beyond.BitLength > room) throw new FormatException($"{text} does not fit {bits} bits");
        return Hash256.FromWord(isNegative ? UInt256.Zero - value : value);
    }

    private static (string Name, string Type) ReadMember(JsonElement json) => (
        ValueReader.Required(json, "name", ValueReader.Text), ValueReader.Required(json, "type", ValueReader.Text));

    private static JsonElement Object(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object ? json : throw ValueReader.WrongKind(json, "object");
}
