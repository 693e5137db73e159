using System.Text.Json;
using Weft.Chain;
using Weft.Chain.Live;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Eth;

/// <summary>Which logs somebody wants: of one block, or of a range of blocks that may be open at its end.</summary>
internal sealed record LogFilter
{
    private const int MaxAddresses = 1000, MaxTopics = 4, MaxAlternatives = 1000;

    public Hash256? BlockHash { get; init; }

    public BlockId? From { get; init; }

    public BlockId? To { get; init; }

    /// <summary>Addresses and topics; its range says nothing here.</summary>
    public LogQuery Query { get; private init; } = new(0, ulong.MaxValue);

    public static LogFilter Read(JsonElement json)
    {
        var filter = new LogFilter
        {
            BlockHash = ValueReader.Optional(json, "blockHash", ValueReader.Hash),
            From = ValueReader.Optional(json, "fromBlock", BlockId.ReadNumberOrTag),
            To = ValueReader.Optional(json, "toBlock", BlockId.ReadNumberOrTag),
            Query = new(0, ulong.MaxValue)
            {
                Addresses = ValueReader.OptionalObject(json, "address", ReadAddresses) ?? [],
                Topics = ValueReader.OptionalObject(json, "topics", ReadTopics) ?? [],
            },
        };
        return filter.BlockHash is null || (filter.From ?? filter.To) is null
            ? filter
            : throw new FormatException(
                "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other");
    }

    public bool Matches(BlockHeader header, LogEntry log) =>
        (BlockHash is not { } hash || hash == header.Hash) && Query.Matches(log);

    /// <summary>The logs of a block that match, in order.</summary>
    public IEnumerable<(LogPlace Place, LogEntry Log)> Select(ChainBlock block, bool isRemoved = false)
    {
        int index = 0;
        for (int i = 0; i < block.Receipts.Count; i++)
            foreach (LogEntry log in block.Receipts[i].Logs)
            {
                if (Matches(block.Block.Header, log))
                    yield return (new(block.Block.Header, block.Block.Transactions[i].Hash, i, index, isRemoved), log);
                index++;
            }
    }

    private static IReadOnlyList<Address> ReadAddresses(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array) return [ValueReader.Address(json)];
        var addresses = ValueReader.List(json, ValueReader.Address);
        return addresses.Count <= MaxAddresses
            ? addresses
            : throw new FormatException($"exceed max addresses: {MaxAddresses}");
    }

    private static IReadOnlyList<IReadOnlyList<Hash256>> ReadTopics(JsonElement json)
    {
        var topics = ValueReader.List(json, ReadAlternatives);
        return topics.Count <= MaxTopics ? topics : throw new FormatException($"exceed max topics: {MaxTopics}");
    }

    /// <summary>Null and an empty list stand for anything; so does a list with null in it.</summary>
    private static IReadOnlyList<Hash256> ReadAlternatives(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null) return [];
        if (json.ValueKind != JsonValueKind.Array) return [ValueReader.Hash(json)];
        if (json.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Null)) return [];
        var alternatives = ValueReader.List(json, ValueReader.Hash);
        return alternatives.Count <= MaxAlternatives
            ? alternatives
            : throw new FormatException($"exceed max topics: {MaxAlternatives}");
    }
}
