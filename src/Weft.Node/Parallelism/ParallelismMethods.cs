using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.Execution.Forecasts;
using Weft.Execution.Strategies;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Parallelism;

/// <summary>The weft_ methods: how blocks run in parallel, and what keeps them from it. A block of the past is executed
/// again on the state before it, so it has to lie within the undo window. One of these calls works at a time, for they
/// measure.</summary>
internal sealed class ParallelismMethods(ChainReader reader, int threads)
{
    private const int MaxCalls = 1000, MaxForecasts = 16, SpotsShown = 8;

    private static readonly int[] UsualCores = [2, 4, 8, 16];

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly CodeCache _codes = new();
    private readonly Lock _turn = new();

    public void AddTo(RpcMethods methods)
    {
        methods.AddHeavy("weft_traceBlock", TraceBlock);
        methods.AddHeavy("weft_explainBlock", ExplainBlock);
        methods.AddHeavy("weft_getBlockAccessList", GetAccessList);
        methods.AddHeavy("weft_estimateParallelism", EstimateParallelism);
        methods.AddHeavy("weft_explainOrder", ExplainOrder);
    }

    /// <summary>What the scheduler did, attempt by attempt.</summary>
    private void TraceBlock(RpcCall call) => Write(call, Explain(call, (header, block) => new
    {
        Number = $"0x{header.Number:x}", Hash = header.Hash.ToString(), Fork = block.Block.Rules.Fork.ToString(),
        block.Transactions, Execution = SummaryText.ToJson(block.Summary),
        SerialMicroseconds = ExplanationJson.Micro(block.Why.Work),
        Microseconds = ExplanationJson.Micro(block.Ticks), block.IsVirtual, block.Executions,
        Aborts = block.Aborts.Count(), block.Difference, Events = ExplanationJson.EventsOf(block),
    }));

    private void ExplainBlock(RpcCall call) => Write(
        call, Explain(call, (header, block) => ExplanationJson.Of(block, null, header.Hash.ToString())));

    private object Explain(RpcCall call, Func<BlockHeader, Explained, object> toJson)
    {
        BlockId id = call.Params.BlockId(0);
        ExplainOptions options = call.Params.Get(
            1, json => ExplainReader.Read(json, threads), ExplainReader.Usual(threads));
        return InTurn(() => WithBlock(id, block =>
        {
            var explained = new BlockExplainer(options, _codes, call.Cancellation).Run(block);
            return toJson(block.Input.Block.Header, explained);
        }));
    }

    private void GetAccessList(RpcCall call)
    {
        call.Params.AtMost(1);
        Write(call, WithBlock(call.Params.BlockId(0), block =>
        {
            var list = AccessListBuilder.Build(Record(block).Footprints);
            return new
            {
                Number = $"0x{block.Input.Block.Header.Number:x}",
                BlockHash = block.Input.Block.Header.Hash.ToString(),
                Hash = list.ComputeHash().ToString(), AccessList = list.Accounts.Select(AccessListJson.Of),
                Rlp = Hex.Encode(list.Encode()),
            };
        }));
    }

    /// <summary>Calls as if they were a block: who needs whom, by what, and how fast they would run.</summary>
    private void EstimateParallelism(RpcCall call)
    {
        var calls = call.Params.Get(0, json => ValueReader.List(json, CallReader.Read));
        if (calls.Count > MaxCalls)
            throw new JsonRpcException(JsonRpcError.LimitExceeded, $"too many calls, at most {MaxCalls}");
        BlockId id = call.Params.BlockId(1);
        int[] cores = call.Params.Get(2, ReadCores, UsualCores);
        Write(call, InTurn(() =>
        {
            using ChainSnapshot state = reader.OpenSnapshot(id);
            using var forecaster = new BlockForecaster(
                Strategy.Optimistic, cores, rounds: 3, measures: false, _codes, call.Cancellation);
            return EstimateJson.Of(forecaster.Run(ToBlock(state, calls)), SpotsShown);
        }));
    }

    /// <summary>What the order of a block's transactions costs in fees and wins in time.</summary>
    private void ExplainOrder(RpcCall call)
    {
        call.Params.AtMost(2);
        BlockId id = call.Params.BlockId(0);
        int[] cores = call.Params.Get(1, ReadCores, UsualCores);
        Write(call, InTurn(() => WithBlock(id, block =>
        {
            var report = OrderReport.Of(block, cores, _codes, call.Cancellation);
            return new
            {
                Number = $"0x{block.Input.Block.Header.Number:x}",
                Hash = block.Input.Block.Header.Hash.ToString(), block.Input.Block.Transactions.Count, report.Moved,
                Fees = report.Fees.ToHex(), FeesByPrice = report.FeesByPrice.ToHex(),
                Forecasts = report.Cores.Select(one => new
                {
                    one.Cores, one.Speedup, one.SpeedupByPrice,
                    WonMicroseconds = Math.Round(one.WonMilliseconds * 1000, 3),
                }),
            };
        })));
    }

    private RuledBlock ToBlock(ChainSnapshot state, IReadOnlyList<CallRequest> calls)
    {
        try
        {
            return CallBlock.Create(reader.Chain.Spec, state, calls);
        }
        catch (ArgumentException e)
        {
            throw new JsonRpcException(JsonRpcError.InvalidParams, $"invalid argument 0: {e.Message}");
        }
    }

    private BlockFootprints Record(RuledBlock block)
    {
        using var recorder = new FootprintRecorder(block.Rules, block.ChainId, _codes, block.DepositContract);
        var recorded = recorder.Record(block.Input);
        return recorded.Footprints.Count == block.Input.Block.Transactions.Count + 2
            ? recorded
            : throw new InvalidDataException($"the block is invalid: {recorded.Output.Seal().Detail}");
    }

    private T WithBlock<T>(BlockId id, Func<RuledBlock, T> work)
    {
        Block block = reader.FindBlock(id, withSenders: true)
            ?? throw new JsonRpcException(JsonRpcError.ServerError, $"block {id} not found");
        return reader.WithState(block, work);
    }

    /// <summary>Others who measure at the same time would be measured as well.</summary>
    private T InTurn<T>(Func<T> work)
    {
        if (!_turn.TryEnter())
            throw new JsonRpcException(
                JsonRpcError.LimitExceeded, "another block is being measured, try again when it is done");
        try
        {
            return work();
        }
        finally
        {
            _turn.Exit();
        }
    }

    private static int[] ReadCores(JsonElement json) => ValueReader.OptionalObject<int[]>(json, "cores", list =>
    {
        var cores = ValueReader.List(list, item => ExplainReader.ReadCount(item, 1, ExplainReader.CoresMax));
        return cores.Count is >= 1 and <= MaxForecasts
            ? [.. cores.Distinct()]
            : throw new FormatException($"1 to {MaxForecasts} numbers of cores, not {cores.Count}");
    }) ?? UsualCores;

    private static void Write(RpcCall call, object result)
    {
        try
        {
            JsonSerializer.Serialize(call.Result, result, JsonOptions);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }
}
