using System.Text.Json;
using Weft.Chain.Live;
using Weft.Evm;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>eth_simulateV1.</summary>
internal sealed class Simulations(ChainReader reader, CallExecutor calls)
{
    private const int MaxBlocks = 256, MaxCalls = 5000;
    private const int TooManyBlocks = -38026;
    private const int FailedCall = -32015;

    public void AddTo(RpcMethods methods) => methods.AddHeavy("eth_simulateV1", Simulate);

    private void Simulate(RpcCall call)
    {
        SimulationRequest request = call.Params.Get(0, ReadRequest);
        bool withTransactions = call.Params.Get(
            0, json => ValueReader.Optional(json, "returnFullTransactions", ValueReader.Boolean)) ?? false;
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        SimulationResult result = calls.Simulate(state, request, call.Cancellation);
        if (result.ErrorCode != 0) throw new JsonRpcException(result.ErrorCode, result.Message ?? "failed");
        call.Result.WriteStartArray();
        foreach (SimulatedBlock block in result.Blocks) Write(call.Result, block, withTransactions);
        call.Result.WriteEndArray();
    }

    private static SimulationRequest ReadRequest(JsonElement json)
    {
        var blocks = ValueReader.Required(json, "blockStateCalls", list => ValueReader.List(list, block => block));
        if (blocks.Count == 0) throw new JsonRpcException(JsonRpcError.InvalidParams, "empty input");
        if (blocks.Count > MaxBlocks) throw new JsonRpcException(TooManyBlocks, "too many blocks");
        var request = new SimulationRequest
        {
            Blocks = [.. blocks.Select(ReadBlock)],
            Validates = ValueReader.Optional(json, "validation", ValueReader.Boolean) ?? false,
            TracesTransfers = ValueReader.Optional(json, "traceTransfers", ValueReader.Boolean) ?? false,
        };
        return request.Blocks.Sum(block => block.Calls.Count) <= MaxCalls
            ? request
            : throw new JsonRpcException(TooManyBlocks, $"too many calls, at most {MaxCalls}");
    }

    private static SimulatedBlockRequest ReadBlock(JsonElement json) => new()
    {
        Block = ValueReader.OptionalObject(json, "blockOverrides", CallReader.ReadBlockOverrides),
        State = ValueReader.OptionalObject(json, "stateOverrides", CallReader.ReadStateOverrides),
        Calls = ValueReader.OptionalObject(json, "calls", list => ValueReader.List(list, CallReader.Read)) ?? [],
    };

    private static void Write(Utf8JsonWriter writer, SimulatedBlock simulated, bool withTransactions)
    {
        writer.WriteStartObject();
        BlockWriter.WriteMembers(writer, simulated.Block, withTransactions);
        writer.WriteStartArray("calls"u8);
        for (int i = 0; i < simulated.Calls.Count; i++)
            Write(writer, simulated.Block.Header, simulated.Calls[i], i);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, BlockHeader header, SimulatedCall call, int index)
    {
        Transaction transaction = call.Transaction;
        writer.WriteStartObject();
        writer.WriteData("returnData"u8, call.Output.Span);
        writer.WriteStartArray("logs"u8);
        for (int i = 0; i < call.Logs.Count; i++)
            LogWriter.Write(writer, new(header, transaction.Hash, index, call.LogIndexes[i]), call.Logs[i]);
        writer.WriteEndArray();
        writer.WriteQuantity("gasUsed"u8, call.GasUsed);
        writer.WriteQuantity("maxUsedGas"u8, call.GasUsedMax);
        writer.WriteQuantity("status"u8, call.Succeeded ? 1UL : 0);
        if (!call.Succeeded) WriteError(writer, call);
        writer.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter writer, SimulatedCall call)
    {
        bool reverted = call.Halt == Halt.Revert;
        writer.WriteStartObject("error"u8);
        writer.WriteString("message"u8, call.Message ?? $"{call.Halt}");
        writer.WriteNumber("code"u8, reverted ? JsonRpcError.ExecutionReverted : FailedCall);
        if (reverted) writer.WriteData("data"u8, call.Output.Span);
        writer.WriteEndObject();
    }
}
