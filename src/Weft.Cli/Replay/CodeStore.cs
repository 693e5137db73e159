using Weft.Cli.Input;
using Weft.Primitives;

namespace Weft.Cli.Replay;

/// <summary>
/// The codes.json of an archive: contract code by its Keccak-256. Decoded and checked against the hash when first asked
/// for. One thread at a time.
/// </summary>
public sealed class CodeStore
{
    private const string FileName = "codes.json";
    private readonly InputFolder _folder;
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _decoded = [];
    private JsonCursor? _codes;

    public CodeStore(InputFolder folder) => _folder = folder;

    /// <summary>The code with this hash; <paramref name="place"/> is where it is referred to.</summary>
    public ReadOnlyMemory<byte> Get(in Hash256 hash, JsonCursor place)
    {
        if (hash == Hash256.OfEmptyCode) return default;
        if (_decoded.TryGetValue(hash, out var known)) return known;
        _codes ??= JsonCursor.Parse(_folder.Read(FileName), _folder.Describe(FileName));
        if (!_codes.Value.TryGet(hash.ToString(), out var entry)) throw place.Error($"no code {hash} in {FileName}");
        var code = entry.Bytes();
        if (Keccak.Hash(code) != hash) throw entry.Error("the Keccak-256 of this code is not its name");
        _decoded.Add(hash, code);
        return code;
    }
}
