using System.Text.Json;
using Weft.Chain.Live;
using Weft.Evm;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.State.Store;

namespace Weft.Node.Eth;

/// <summary>eth_ methods that execute without effect.</summary>
internal sealed class EthCalls(ChainReader reader, CallExecutor calls)
{
    public void AddTo(RpcMethods methods)
    {
        methods.AddHeavy("eth_call", Call);
        methods.AddHeavy("eth_estimateGas", EstimateGas);
        methods.AddHeavy("eth_createAccessList", CreateAccessList);
        new Simulations(reader, calls).AddTo(methods);
    }

    /// <summary>The error for a call that did not succeed.</summary>
    public static JsonRpcException ErrorOf(CallResult result)
    {
        if (result.WasStopped) return new(JsonRpcError.ServerError, result.Message ?? "execution aborted (timeout)");
        if (result.Error == TransactionError.None && result.Halt == Halt.Revert)
            return new(
                JsonRpcError.ExecutionReverted, result.Message!, Hex.Encode(result.Output.Span));
        string message = result.Message ?? $"{result.Halt}";
        return new(JsonRpcError.ServerError, result.Error == TransactionError.None ? message : $"err: {message}");
    }

    /// <summary>Overrides that contradict each other, and a state that had to be given up, are no failure of the node.
    /// </summary>
    public static T Run<T>(Func<T> execute)
    {
        try
        {
            return execute();
        }
        catch (Exception e) when (e is ArgumentException or SnapshotExpiredException)
        {
            throw new JsonRpcException(JsonRpcError.ServerError, e.Message);
        }
    }

    private void Call(RpcCall call)
    {
        CallRequest request = call.Params.Get(0, CallReader.Read);
        CallContext context = ReadContext(call.Params, 2);
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        CallResult result = Run(() => calls.Call(state, request, context, cancellation: call.Cancellation));
        if (!result.Succeeded) throw ErrorOf(result);
        call.Result.WriteDataValue(result.Output.Span);
    }

    private void EstimateGas(RpcCall call)
    {
        CallRequest request = call.Params.Get(0, CallReader.Read);
        CallContext context = ReadContext(call.Params, 2);
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        call.Result.WriteQuantityValue(Require(
            Run(() => calls.EstimateGas(state, request, context, call.Cancellation))));
    }

    /// <summary>The gas of an estimate, or the error that it came to.</summary>
    public static ulong Require(GasEstimate estimate)
    {
        if (estimate.Failure is { Halt: Halt.Revert, Error: TransactionError.None, WasStopped: false } reverted)
            throw ErrorOf(reverted);
        return estimate.Message is { } message
            ? throw new JsonRpcException(JsonRpcError.ServerError, message)
            : estimate.Gas;
    }

    /// <summary>Also for a call that fails: then with the reason beside the list.</summary>
    private void CreateAccessList(RpcCall call)
    {
        CallRequest request = call.Params.Get(0, CallReader.Read);
        CallContext context = ReadContext(call.Params, 2);
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        AccessListResult result = Run(
            () => calls.CreateAccessList(state, request, context, call.Cancellation));
        if (result.Call.Error != TransactionError.None || result.Call.WasStopped) throw ErrorOf(result.Call);
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartObject();
        TransactionWriter.WriteAccessList(writer, result.AccessList);
        if (!result.Call.Succeeded) writer.WriteString("error"u8, ErrorOf(result.Call).Message);
        writer.WriteQuantity("gasUsed"u8, result.GasUsed);
        writer.WriteEndObject();
    }

    private static CallContext ReadContext(Params parameters, int first) => new()
    {
        State = parameters.Has(first) ? parameters.Get(first, CallReader.ReadStateOverrides) : null,
        Block = parameters.Has(first + 1) ? parameters.Get(first + 1, CallReader.ReadBlockOverrides) : null,
    };
}
