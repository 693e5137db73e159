using System.Globalization;
using System.Text;
using System.Text.Json;
using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Node.Forks;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Cli.Snapshots;

/// <summary>Blocks of another node, as its JSON-RPC gives them. What contradicts itself is refused: a header or a
/// transaction that does not fit its hash, a sender that does not fit the signature.</summary>
internal sealed class RemoteBlocks(RemoteNode node)
{
    private static readonly string[] Tags = ["latest", "safe", "finalized", "earliest"];

    /// <summary>A number, a hash or a tag.</summary>
    /// <exception cref="InputException">It is none of these, the node does not have the block, or the block is not as
    /// Ethereum has them.</exception>
    public Block Read(string id)
    {
        var json = Ask(id, withTransactions: true);
        var header = ReadHeader(json);
        var ommers = Enumerable.Range(0, json["uncles"].Count).Select(i => ReadOmmer(header, i)).ToArray();
        Transaction[] transactions = BlockFileReader.ReadTransactions(json["transactions"], signed: true);
        return new(
            header, transactions, ommers,
            json.TryGet("withdrawals", out var paid) && header.WithdrawalsRoot is not null
                ? HeaderReader.ReadWithdrawals(paid)
                : null);
    }

    /// <summary>The fields of a header that every chain has, whatever else there is in it, and its hash.</summary>
    /// <exception cref="InputException">As above.</exception>
    public (BlockHeader Header, Hash256 Hash) ReadFields(string id)
    {
        var json = Ask(id, withTransactions: false);
        var header = HeaderReader.Read(json, complete: false) with { GasUsed = json["gasUsed"].Number() };
        return (header, json["hash"].Hash());
    }

    private JsonCursor Ask(string id, bool withTransactions)
    {
        bool isHash = id.Length == 66 && id.StartsWith("0x", StringComparison.Ordinal);
        string method = isHash ? "eth_getBlockByHash" : "eth_getBlockByNumber";
        JsonElement answer = node.Call(method, isHash ? id : NumberOrTag(id), withTransactions);
        return answer.ValueKind != JsonValueKind.Null
            ? JsonCursor.Parse(Encoding.UTF8.GetBytes(answer.GetRawText()), $"{node.Name}: block {id}")
            : throw new InputException(node.Name, "", $"has no block {id}", "name a number, a hash or latest");
    }

    private static BlockHeader ReadHeader(JsonCursor json)
    {
        var header = HeaderReader.Read(json, complete: true);
        return header.Hash == json["hash"].Hash()
            ? header
            : throw json["hash"].Error(
                $"the header's fields hash to {header.Hash}",
                "the chain has headers of its own; Weft knows Ethereum's");
    }

    private BlockHeader ReadOmmer(BlockHeader header, int index)
    {
        JsonElement answer = node.Call("eth_getUncleByBlockHashAndIndex", header.Hash.ToString(), $"0x{index:x}");
        return ReadHeader(JsonCursor.Parse(
            Encoding.UTF8.GetBytes(answer.GetRawText()), $"{node.Name}: uncle {index} of block {header.Number}"));
    }

    private static string NumberOrTag(string id)
    {
        if (Tags.Contains(id)) return id;
        bool isHex = id.StartsWith("0x", StringComparison.Ordinal);
        return ulong.TryParse(
            isHex ? id.AsSpan(2) : id, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out ulong number)
            ? $"0x{number:x}"
            : throw new InputException(id, "", "is no block", $"a number, a hash, {string.Join(", ", Tags)}");
    }
}
