using Weft.Cli.Input;
using Weft.Primitives;

namespace Weft.Cli.Replay;

/// <summary>
/// The codes.json of an archive: contract code by its Keccak-256. Decoded and checked against the hash when first asked
/// for. One thread at a time.
/// </summary>
public sealed class CodeStore(InputFolder folder)
{
    public const string FileName = "codes.json";
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _decoded = [];
    private Dictionary<Hash256, JsonCursor>? _entries;

    /// <summary>The code with this hash; <paramref name="place"/> is where it is referred to.</summary>
    public ReadOnlyMemory<byte> Get(in Hash256 hash, JsonCursor place)
    {
        if (hash == Hash256.OfEmptyCode) return default;
        if (_decoded.TryGetValue(hash, out var known)) return known;
        _entries ??= ReadNames();
        if (!_entries.TryGetValue(hash, out var entry)) throw place.Error($"{FileName} has no code {hash}");
        var code = entry.Bytes();
        if (Keccak.Hash(code) != hash) throw entry.Error("the Keccak-256 of this code is not its name");
        _decoded.Add(hash, code);
        return code;
    }

    private Dictionary<Hash256, JsonCursor> ReadNames()
    {
        var entries = new Dictionary<Hash256, JsonCursor>();
        foreach (var (name, code) in JsonCursor.Parse(folder.Read(FileName), folder.Describe(FileName)).Members())
        {
            if (!Hex.TryDecode(name, out var bytes) || bytes.Length != 32) throw code.Error("its name is no hash");
            if (!entries.TryAdd(new Hash256(bytes), code)) throw code.Error("the code is listed twice");
        }
        return entries;
    }
}
