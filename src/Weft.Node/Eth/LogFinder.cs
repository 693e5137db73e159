using System.Text.Json;
using Weft.Chain;
using Weft.Chain.Live;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Eth;

/// <summary>Finds and writes the logs of the past.</summary>
internal sealed class LogFinder(ChainReader reader)
{
    /// <summary>Of one request: about 10 MB of JSON.</summary>
    private const int MaxLogs = 20_000;

    /// <summary>Writes an array.</summary>
    public void Write(Utf8JsonWriter writer, LogFilter filter, CancellationToken cancellation)
    {
        writer.WriteStartArray();
        if (filter.BlockHash is { } hash)
        {
            ChainBlock block = reader.FindWithReceipts(hash)
                ?? throw new JsonRpcException(JsonRpcError.ServerError, "unknown block");
            foreach (var (place, log) in filter.Select(block)) LogWriter.Write(writer, place, log);
        }
        else
        {
            WriteRange(writer, filter, cancellation);
        }
        writer.WriteEndArray();
    }

    private void WriteRange(Utf8JsonWriter writer, LogFilter filter, CancellationToken cancellation)
    {
        ulong head = reader.Chain.Head.Number;
        ulong first = NumberOf(filter.From, head), last = NumberOf(filter.To, head);
        if (first > last) throw new JsonRpcException(JsonRpcError.InvalidParams, "invalid block range params");
        if (last > head)
            throw new JsonRpcException(JsonRpcError.InvalidParams, "block range extends beyond current head block");
        int count = 0;
        ChainBlock? block = null;
        foreach (FoundLog found in reader.Chain.Blocks.FindLogs(filter.Query with { First = first, Last = last }))
        {
            cancellation.ThrowIfCancellationRequested();
            if (++count > MaxLogs)
                throw new JsonRpcException(
                    JsonRpcError.LimitExceeded, $"query exceeds max results {MaxLogs}, retry with a smaller range");
            if (block is null || block.Block.Header.Hash != found.BlockHash)
                block = reader.FindWithReceipts(found.BlockHash);
            // Null: reorganised while we were searching.
            if (block is null) continue;
            Hash256 transaction = block.Block.Transactions[found.TransactionIndex].Hash;
            LogWriter.Write(
                writer, new(block.Block.Header, transaction, found.TransactionIndex, found.Index), found.Log);
        }
    }

    private ulong NumberOf(BlockId? id, ulong head) =>
        id is null || id.Value.Tag is BlockTag.Latest or BlockTag.Pending
            ? head
            : id.Value.Number ?? reader.GetHeader(id.Value).Number;
}
