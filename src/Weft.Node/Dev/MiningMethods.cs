using System.Text.Json;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Dev;

/// <summary>Methods that mine, say when to mine, and what the next block is like.</summary>
internal sealed class MiningMethods(LiveChain chain, TransactionPool pool, DevMiner miner)
{
    /// <summary>Blocks of one call. Each is a real block.</summary>
    private const ulong BlocksMax = 100_000;

    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(10), IntervalMax = TimeSpan.FromDays(7);

    public void AddTo(RpcMethods methods)
    {
        AddMine(methods);
        AddWhen(methods);
        AddTime(methods);
        AddNext(methods);
        AddPool(methods);
    }

    // ---- Mining ----

    private void AddMine(RpcMethods methods)
    {
        methods.AddWaiting("evm_mine", call =>
        {
            var (blocks, timestamp) = ReadMine(call.Params);
            if (timestamp is { } time) SetNextTimestamp(time);
            return Mine(call, blocks, null, () => call.Result.WriteStringValue("0x0"));
        });
        methods.AddWaiting("anvil_mine", call => MineMany(call, null));
        methods.AddWaiting("hardhat_mine", call => MineMany(call, 1));
    }

    private ValueTask MineMany(RpcCall call, ulong? defaultStep)
    {
        ulong blocks = call.Params.Find(0, ValueReader.LenientQuantity64) ?? 1;
        ulong? step = call.Params.Find(1, ValueReader.LenientQuantity64) ?? defaultStep;
        // No time between blocks is the same as leaving it to the clock.
        return Mine(call, blocks, step is 0 ? null : step, () => DevCommands.WriteDone(call));
    }

    /// <summary>On a thread of its own: it may take longer than other calls are given.</summary>
    private async ValueTask Mine(RpcCall call, ulong blocks, ulong? step, Action answer)
    {
        if (blocks > BlocksMax)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams,
                $"{blocks} blocks at once: at most {BlocksMax}; mine them in several calls");
        ulong head = chain.Head.Timestamp;
        if (step is { } seconds && (seconds > MinerSettings.TimestampMax / BlocksMax
            || head + seconds * blocks > MinerSettings.TimestampMax))
            throw new JsonRpcException(JsonRpcError.InvalidParams, $"{seconds} seconds a block: timestamps too large");
        await Task.Factory.StartNew(
            () => miner.Mine((int)blocks, step, call.Cancellation), call.Cancellation,
            TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        answer();
    }

    private static (ulong Blocks, ulong? Timestamp) ReadMine(Params parameters)
    {
        if (!parameters.Has(0)) return (1, null);
        JsonElement json = parameters[0];
        if (json.ValueKind != JsonValueKind.Object) return (1, parameters.Get(0, ValueReader.LenientQuantity64));
        return parameters.Get(0, options => (
            ValueReader.Optional(options, "blocks", ValueReader.LenientQuantity64) ?? 1,
            ValueReader.Optional(options, "timestamp", ValueReader.LenientQuantity64)));
    }

    // ---- When ----

    private void AddWhen(RpcMethods methods)
    {
        methods.AddCommand(
            call => miner.IsInstant = call.Params.Boolean(0), "evm_setAutomine", "anvil_setAutomine",
            "hardhat_setAutomine");
        methods.AddQuery(
            call => call.Result.WriteBooleanValue(miner is { IsInstant: true, Interval: null }),
            "anvil_getAutomine", "hardhat_getAutomine");
        methods.AddCommand(
            call => SetInterval(call.Params.Get(0, ReadSeconds)), "evm_setIntervalMining", "anvil_setIntervalMining");
        methods.AddQuery(WriteInterval, "anvil_getIntervalMining", "hardhat_getIntervalMining");
    }

    /// <summary>As anvil takes it: seconds, and here also a part of one; 0 for no interval. Hardhat takes milliseconds
    /// under the same name: that is what a number is that would be more than a quarter of an hour.</summary>
    private static double ReadSeconds(JsonElement json)
    {
        double seconds = json.ValueKind == JsonValueKind.Number
            ? json.GetDouble()
            : (double)ValueReader.LenientQuantity64(json);
        if (seconds >= 1000) seconds /= 1000;
        return seconds == 0 || (seconds >= IntervalMin.TotalSeconds && seconds <= IntervalMax.TotalSeconds)
            ? seconds
            : throw new FormatException($"interval of {seconds} s, not 0 and not in 0.01 to 604800");
    }

    private void SetInterval(double seconds)
    {
        miner.Interval = seconds == 0 ? null : TimeSpan.FromSeconds(seconds);
        // Blocks come at the interval alone, until somebody switches back.
        if (seconds != 0) miner.IsInstant = false;
    }

    private void WriteInterval(RpcCall call)
    {
        if (miner.Interval is { } interval) call.Result.WriteNumberValue(interval.TotalSeconds);
        else call.Result.WriteNullValue();
    }

    // ---- Time ----

    private void AddTime(RpcMethods methods)
    {
        methods.AddQuery(IncreaseTime, "evm_increaseTime", "anvil_increaseTime");
        methods.AddCommand(
            call => SetNextTimestamp(call.Params.Get(0, ValueReader.LenientQuantity64)),
            "evm_setNextBlockTimestamp", "anvil_setNextBlockTimestamp");
        methods.AddQuery(SetTime, "evm_setTime", "anvil_setTime");
        methods.AddQuery(
            call => call.Result.WriteNumberValue(chain.Spec.Genesis.Header.Timestamp), "anvil_getGenesisTime");
        methods.AddCommand(SetStep, "anvil_setBlockTimestampInterval");
        methods.AddQuery(RemoveStep, "anvil_removeBlockTimestampInterval");
    }

    /// <summary>Blocks that come fast are ahead of the clock: time goes on from the later of the two. Answers what the
    /// clock is ahead by then.</summary>
    private void IncreaseTime(RpcCall call)
    {
        ulong seconds = CheckTime(call.Params.Get(0, ValueReader.LenientQuantity64));
        CheckTime(chain.Head.Timestamp + seconds);
        miner.Set(settings => settings with
        {
            ClockOffsetMs = Math.Max(settings.ClockOffsetMs, DevMiner.OffsetTo(chain.Head.Timestamp))
                + (long)seconds * 1000,
        });
        call.Result.WriteNumberValue(miner.Settings.ClockOffsetMs / 1000);
    }

    private void SetNextTimestamp(ulong timestamp)
    {
        ulong head = chain.Head.Timestamp;
        if (timestamp <= head)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams,
                $"Timestamp error: {timestamp} is lower than or equal to previous block's timestamp {head}");
        CheckTime(timestamp);
        miner.Set(settings => settings with { NextTimestamp = timestamp });
    }

    /// <summary>The clock goes on from there; also back, as long as blocks still come one after another. Answers by how
    /// many seconds it was moved.</summary>
    private void SetTime(RpcCall call)
    {
        ulong time = CheckTime(call.Params.Get(0, ValueReader.LenientQuantity64));
        long before = miner.Settings.ClockOffsetMs;
        // Of Ganache and anvil: a time in milliseconds is one as well.
        if (time > 100_000_000_000) time /= 1000;
        miner.Set(settings => settings with { ClockOffsetMs = DevMiner.OffsetTo(time) });
        call.Result.WriteNumberValue((miner.Settings.ClockOffsetMs - before) / 1000);
    }

    private void SetStep(RpcCall call)
    {
        ulong step = CheckTime(call.Params.Get(0, ValueReader.LenientQuantity64));
        miner.Set(settings => settings with { TimestampStep = step });
    }

    private void RemoveStep(RpcCall call)
    {
        call.Result.WriteBooleanValue(miner.Settings.TimestampStep is not null);
        miner.Set(settings => settings with { TimestampStep = null });
    }

    private static ulong CheckTime(ulong seconds) => seconds <= MinerSettings.TimestampMax
        ? seconds
        : throw new JsonRpcException(
            JsonRpcError.InvalidParams,
            $"Timestamp error: {seconds} is too large, at most {MinerSettings.TimestampMax}");

    // ---- What the next block is like ----

    private void AddNext(RpcMethods methods)
    {
        methods.AddQuery(SetGasLimit, "evm_setBlockGasLimit", "anvil_setBlockGasLimit", "hardhat_setBlockGasLimit");
        methods.AddCommand(
            call =>
            {
                UInt256 fee = call.Params.Get(0, ValueReader.LenientQuantity);
                miner.Set(settings => settings with { NextBaseFee = fee });
            },
            "anvil_setNextBlockBaseFeePerGas", "hardhat_setNextBlockBaseFeePerGas");
        methods.AddCommand(
            call =>
            {
                Address address = call.Params.Address(0);
                miner.Set(settings => settings with { FeeRecipient = address });
            },
            "anvil_setCoinbase", "hardhat_setCoinbase");
        methods.AddCommand(
            call =>
            {
                Hash256 value = Hash256.FromWord(call.Params.Get(0, ValueReader.StorageKey));
                miner.Set(settings => settings with { NextPrevRandao = value });
            },
            "anvil_setPrevRandao", "hardhat_setPrevRandao");
        methods.AddCommand(
            call => throw new JsonRpcException(
                JsonRpcError.InvalidParams, $"{call.Method} is not supported when EIP-1559 is active"),
            "anvil_setMinGasPrice", "hardhat_setMinGasPrice");
    }

    private void SetGasLimit(RpcCall call)
    {
        const ulong min = 5000;
        ulong limit = call.Params.Get(0, ValueReader.LenientQuantity64);
        if (limit is < min or > long.MaxValue)
            throw new JsonRpcException(JsonRpcError.InvalidParams, $"gas limit {limit}, not in {min} to 2^63 - 1");
        miner.Set(settings => settings with { GasLimit = limit });
        call.Result.WriteBooleanValue(true);
    }

    // ---- The pool ----

    private void AddPool(RpcMethods methods)
    {
        methods.AddQuery(
            call =>
            {
                Hash256 hash = call.Params.Hash(0);
                if (pool.Remove(hash)) call.Result.WriteDataValue(hash.Bytes);
                else call.Result.WriteNullValue();
            },
            "anvil_dropTransaction");
        methods.AddQuery(
            call => call.Result.WriteBooleanValue(pool.Remove(call.Params.Hash(0))), "hardhat_dropTransaction");
        methods.AddCommand(_ => pool.Clear(), "anvil_dropAllTransactions", "hardhat_dropAllTransactions");
        methods.AddCommand(
            call => pool.RemoveAll(call.Params.Address(0)), "anvil_removePoolTransactions",
            "hardhat_removePoolTransactions");
    }
}
