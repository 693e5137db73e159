using System.Text.Json;
using Weft.Primitives;

namespace Weft.Node.Rpc;

/// <summary>The names that stand for a block.</summary>
public enum BlockTag : byte { Latest, Pending, Earliest, Safe, Finalized }

/// <summary>Which block a request is about: exactly one of number, hash and tag (EIP-1898).</summary>
public readonly record struct BlockId(ulong? Number, Hash256? Hash, BlockTag? Tag, bool RequireCanonical = false)
{
    public static BlockId Latest => Of(BlockTag.Latest);

    public static BlockId Pending => Of(BlockTag.Pending);

    public static BlockId Of(BlockTag tag) => new(null, null, tag);

    public static BlockId Of(ulong number) => new(number, null, null);

    public static BlockId Of(in Hash256 hash) => new(null, hash, null);

    /// <summary>A quantity, a tag, 32 bytes, or an object with blockNumber or blockHash.</summary>
    public static BlockId Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object) return ReadObject(json);
        if (json.ValueKind == JsonValueKind.Number)
            return Of(json.TryGetUInt64(out ulong plain) ? plain : throw new FormatException("invalid block number"));
        string text = ValueReader.Text(json);
        if (text.Length == 66) return Of(ValueReader.Hash(json));
        return FindTag(text) is { } tag ? Of(tag) : Of(ReadNumber(json));
    }

    /// <summary>A quantity or a tag: what methods take that ask by number.</summary>
    public static BlockId ReadNumberOrTag(JsonElement json)
    {
        BlockId id = Read(json);
        return id.Hash is null ? id : throw new FormatException("hex number > 64 bits");
    }

    public override string ToString() =>
        Hash is { } hash ? hash.ToString() : Number is { } number ? $"{number}" : $"{Tag}".ToLowerInvariant();

    private static BlockId ReadObject(JsonElement json)
    {
        var hash = ValueReader.Optional(json, "blockHash", ValueReader.Hash);
        JsonElement number;
        if (hash is { } known)
        {
            if (ValueReader.TryGet(json, "blockNumber", out number))
                throw new FormatException("cannot specify both BlockHash and BlockNumber, choose one or the other");
            bool canonical = ValueReader.Optional(json, "requireCanonical", ValueReader.Boolean) ?? false;
            return Of(known) with { RequireCanonical = canonical };
        }
        return ValueReader.TryGet(json, "blockNumber", out number)
            ? ReadNumberOrTag(number)
            : throw new FormatException("an object needs blockHash or blockNumber");
    }

    private static ulong ReadNumber(JsonElement json)
    {
        ulong number = ValueReader.Quantity64(json);
        return number <= long.MaxValue ? number : throw new FormatException("block number larger than int64");
    }

    private static BlockTag? FindTag(string text) => text switch
    {
        "latest" => BlockTag.Latest,
        "pending" => BlockTag.Pending,
        "earliest" => BlockTag.Earliest,
        "safe" => BlockTag.Safe,
        "finalized" => BlockTag.Finalized,
        _ => null,
    };
}
