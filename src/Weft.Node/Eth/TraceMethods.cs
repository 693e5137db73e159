using System.Text.Json;
using Weft.Chain.Live;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Tracing;
using Weft.Node.Rpc;
using Weft.Node.Tracing;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;

namespace Weft.Node.Eth;

/// <summary>debug_trace*: of transactions that are in blocks, and of calls.</summary>
internal sealed class TraceMethods(ChainReader reader, CallExecutor calls, int threads) : IDisposable
{
    /// <summary>The tracers' own option bounds the time of a transaction; this is for whole blocks.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(1);

    private readonly BlockTracer _tracer = new(new CodeCache(), threads);

    public void AddTo(RpcMethods methods)
    {
        methods.AddHeavy("debug_traceTransaction", TraceTransaction, TimeMax);
        methods.AddHeavy("debug_traceBlockByNumber", call => TraceById(call, call.Params.BlockNumber(0)), TimeMax);
        methods.AddHeavy(
            "debug_traceBlockByHash", call => TraceById(call, BlockId.Of(call.Params.Hash(0))), TimeMax);
        methods.AddHeavy("debug_traceBlock", TraceGiven, TimeMax);
        methods.AddHeavy("debug_traceCall", TraceCall, TimeMax);
    }

    public void Dispose() => _tracer.Dispose();

    private void TraceTransaction(RpcCall call)
    {
        Hash256 hash = call.Params.Hash(0);
        TracerOptions options = ReadOptions(call);
        if (reader.FindTransaction(hash) is not var (block, index))
            throw new JsonRpcException(JsonRpcError.ServerError, "transaction not found");
        WithInput(reader.WithSigners(block.Block), input => call.Result.WriteRawValue(
            _tracer.TraceTransaction(input, index, options, call.Cancellation).Json.Span, skipInputValidation: true));
    }

    private void TraceById(RpcCall call, BlockId id)
    {
        TracerOptions options = ReadOptions(call);
        Block block = reader.FindBlock(id, withSenders: false)
            ?? throw new JsonRpcException(JsonRpcError.ServerError, $"block {id} not found");
        TraceBlock(call, reader.WithSigners(block), options);
    }

    /// <summary>A block as RLP, whose parent must be canonical.</summary>
    private void TraceGiven(RpcCall call)
    {
        TracerOptions options = ReadOptions(call);
        if (!Block.TryDecode(call.Params.Data(0), out Block block, out DecodeError error))
            throw new JsonRpcException(
                JsonRpcError.InvalidParams, $"invalid argument 0: could not decode block: {error}");
        TraceBlock(call, reader.WithSigners(block), options);
    }

    /// <summary>On the state after a block, as eth_call; overrides of state and block stand among the
    /// options.</summary>
    private void TraceCall(RpcCall call)
    {
        CallRequest request = call.Params.Get(0, CallReader.Read);
        TracerOptions options = call.Params.Get(2, TracerOptions.Parse, TracerOptions.Default);
        CallContext context = call.Params.Get(2, ReadContext, new()) with { TimeMax = options.Timeout };
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        try
        {
            ITransactionTracer tracer = options.Create(call.Cancellation);
            CallResult result = EthCalls.Run(
                () => calls.Call(state, request, context, tracer, call.Cancellation));
            if (result.WasStopped || result.Error != TransactionError.None)
                throw new JsonRpcException(JsonRpcError.ServerError, $"tracing failed: {result.Message}");
            call.Result.WriteRawValue(
                TraceWriter.ToJson(tracer, default, options.BytesMax).Span, skipInputValidation: true);
        }
        catch (TraceAbortedException e)
        {
            throw new JsonRpcException(JsonRpcError.ServerError, e.Message);
        }
    }

    private static CallContext ReadContext(JsonElement json) => ValueReader.TryGet(json, "txIndex", out _)
        ? throw new FormatException("txIndex is not supported: a call is traced on the state after the block")
        : new()
        {
            State = ValueReader.OptionalObject(json, "stateOverrides", CallReader.ReadStateOverrides),
            Block = ValueReader.OptionalObject(json, "blockOverrides", CallReader.ReadBlockOverrides),
        };

    private void TraceBlock(RpcCall call, Block block, TracerOptions options) => WithInput(
        block, input => BlockTracer.Write(call.Result, _tracer.TraceBlock(input, options, call.Cancellation)));

    private void WithInput(Block block, Action<TraceInput> trace) => reader.WithState(block, ruled =>
    {
        trace(new(ruled.Input, ruled.Rules, ruled.ChainId, ruled.DepositContract));
        return true;
    });

    private static TracerOptions ReadOptions(RpcCall call) =>
        call.Params.Get(1, TracerOptions.Parse, TracerOptions.Default);
}
