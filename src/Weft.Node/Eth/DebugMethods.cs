using System.Text.Json;
using Weft.Chain;
using Weft.Chain.Live;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Eth;

/// <summary>debug_ methods about stored blocks; tracers are in Tracing.</summary>
internal sealed class DebugMethods(ChainReader reader)
{
    public void AddTo(RpcMethods methods)
    {
        methods.Add("debug_getRawHeader", call => call.Result.WriteDataValue(GetBlock(call).Header.Encode()));
        methods.Add("debug_getRawBlock", call => call.Result.WriteDataValue(GetBlock(call).Encode()));
        methods.Add("debug_getRawReceipts", WriteRawReceipts);
        methods.Add("debug_getBadBlocks", WriteBadBlocks);
        methods.AddHeavy("debug_setHead", SetHead);
    }

    private Block GetBlock(RpcCall call) =>
        reader.FindBlock(call.Params.Get(0, BlockId.Read), withSenders: false) ?? throw NotFound(call);

    private static JsonRpcException NotFound(RpcCall call) => new(
        JsonRpcError.ServerError, $"block #{call.Params.Get(0, BlockId.Read)} not found");

    private void WriteRawReceipts(RpcCall call)
    {
        ChainBlock block = reader.FindWithReceipts(call.Params.Get(0, BlockId.Read)) ?? throw NotFound(call);
        call.Result.WriteStartArray();
        foreach (Receipt receipt in block.Receipts) call.Result.WriteDataValue(receipt.Encode());
        call.Result.WriteEndArray();
    }

    private void WriteBadBlocks(RpcCall call)
    {
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartArray();
        foreach (InvalidBlock invalid in reader.Chain.InvalidBlocks)
        {
            if (invalid.Block is not { } block) continue;
            writer.WriteStartObject();
            writer.WriteHash("hash"u8, block.Header.Hash);
            writer.WritePropertyName("block"u8);
            BlockWriter.Write(writer, block, withTransactions: false);
            writer.WriteData("rlp"u8, block.Encode());
            writer.WriteString("reason"u8, $"{invalid.Result.Error}: {invalid.Result.Detail}");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private void SetHead(RpcCall call)
    {
        BlockId id = call.Params.BlockNumber(0);
        Hash256 hash = reader.GetHeader(id).Hash;
        ImportResult result = reader.Chain.SetHead(hash);
        if (result.Status is ImportStatus.UnknownParent or ImportStatus.Invalid)
            throw new JsonRpcException(JsonRpcError.ServerError, $"the head cannot be set to block {id}");
        call.Result.WriteNullValue();
    }
}
