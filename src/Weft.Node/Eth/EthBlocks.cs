using System.Text.Json;
using Weft.Chain.Live;
using Weft.Node.Rpc;
using Weft.Primitives.Blocks;

namespace Weft.Node.Eth;

/// <summary>eth_ methods that return blocks, headers and what is in them.</summary>
internal sealed class EthBlocks(ChainReader reader)
{
    public void AddTo(RpcMethods methods)
    {
        methods.Add("eth_blockNumber", call => call.Result.WriteQuantityValue(reader.Chain.Head.Number));
        methods.Add("eth_getBlockByNumber", call => WriteBlock(call, call.Params.BlockNumber(0)));
        methods.Add("eth_getBlockByHash", call => WriteBlock(call, BlockId.Of(call.Params.Hash(0))));
        methods.Add("eth_getHeaderByNumber", call => WriteHeader(call, call.Params.BlockNumber(0)));
        methods.Add("eth_getHeaderByHash", call => WriteHeader(call, BlockId.Of(call.Params.Hash(0))));
        methods.Add(
            "eth_getBlockTransactionCountByNumber",
            call => WriteCount(call, call.Params.BlockNumber(0), block => block.Transactions.Count));
        methods.Add(
            "eth_getBlockTransactionCountByHash",
            call => WriteCount(call, BlockId.Of(call.Params.Hash(0)), block => block.Transactions.Count));
        methods.Add(
            "eth_getUncleCountByBlockNumber",
            call => WriteCount(call, call.Params.BlockNumber(0), block => block.Ommers.Count));
        methods.Add(
            "eth_getUncleCountByBlockHash",
            call => WriteCount(call, BlockId.Of(call.Params.Hash(0)), block => block.Ommers.Count));
        methods.Add("eth_getUncleByBlockNumberAndIndex", call => WriteOmmer(call, call.Params.BlockNumber(0)));
        methods.Add("eth_getUncleByBlockHashAndIndex", call => WriteOmmer(call, BlockId.Of(call.Params.Hash(0))));
        methods.Add("eth_getBlockReceipts", WriteReceipts);
    }

    private void WriteBlock(RpcCall call, BlockId id)
    {
        bool withTransactions = call.Params.Boolean(1);
        if (reader.FindBlock(id, withTransactions) is not { } block) call.Result.WriteNullValue();
        else BlockWriter.Write(call.Result, block, withTransactions);
    }

    private void WriteHeader(RpcCall call, BlockId id)
    {
        BlockHeader? header = id.Tag == BlockTag.Pending ? reader.GetPending().Header : reader.FindHeader(id);
        if (header is null) call.Result.WriteNullValue();
        else BlockWriter.WriteHeader(call.Result, header);
    }

    private void WriteCount(RpcCall call, BlockId id, Func<Block, int> count)
    {
        if (reader.FindBlock(id, withSenders: false) is { } block) call.Result.WriteQuantityValue((ulong)count(block));
        else call.Result.WriteNullValue();
    }

    private void WriteOmmer(RpcCall call, BlockId id)
    {
        ulong index = call.Params.Quantity64(1);
        Block? block = reader.FindBlock(id, withSenders: false);
        if (block is null || index >= (ulong)block.Ommers.Count) call.Result.WriteNullValue();
        else BlockWriter.WriteOmmer(call.Result, block.Ommers[(int)index]);
    }

    private void WriteReceipts(RpcCall call)
    {
        if (reader.FindWithReceipts(call.Params.Get(0, BlockId.Read)) is not { } block)
        {
            call.Result.WriteNullValue();
            return;
        }
        WriteReceipts(call.Result, block);
    }

    private void WriteReceipts(Utf8JsonWriter writer, ChainBlock block)
    {
        var receipts = new ReceiptWriter(writer, block, reader);
        writer.WriteStartArray();
        while (receipts.WriteNext())
        {
        }
        writer.WriteEndArray();
    }
}
