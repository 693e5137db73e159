using System.Text.Json;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Dev;

/// <summary>evm_, anvil_ and hardhat_ methods about blocks and time. What they return is what those nodes return.
/// </summary>
internal sealed class DevMining(LiveChain chain, TransactionPool pool, DevMiner miner)
{
    /// <summary>Blocks of one request.</summary>
    private const ulong MaxBlocks = 100_000;

    private readonly Lock _lock = new();

    /// <summary>By number from 1; the height each was taken at. Ascending, for going back forgets later ones.</summary>
    private readonly SortedDictionary<ulong, ulong> _snapshots = [];
    private ulong _lastSnapshot;

    public void AddTo(RpcMethods methods)
    {
        AddBlocks(methods);
        AddTime(methods);
        AddSnapshots(methods);
        Add(methods, "dropTransaction", call => call.Result.WriteBooleanValue(pool.Remove(call.Params.Hash(0))));
        Add(methods, "setCoinbase", call => Set(call, () => miner.FeeRecipient = call.Params.Address(0)));
        Add(methods, "setPrevRandao", call => Set(call, () => miner.NextPrevRandao = ReadWord(call)));
        methods.Add("anvil_dropAllTransactions", call => Set(call, pool.Clear));
        methods.Add("anvil_nodeInfo", WriteNodeInfo);
        Add(methods, "metadata", WriteMetadata);
    }

    private static void Add(RpcMethods methods, string name, RpcHandler handler) =>
        methods.Add($"anvil_{name}", handler).Add($"hardhat_{name}", handler);

    private static void Set(RpcCall call, Action action)
    {
        action();
        call.Result.WriteNullValue();
    }

    // ---- Blocks ----

    private void AddBlocks(RpcMethods methods)
    {
        methods.AddHeavy("evm_mine", MineOne);
        methods.AddHeavy("anvil_mine", MineMany);
        methods.AddHeavy("hardhat_mine", MineMany);
        methods.Add("evm_setAutomine", call => Set(call, () => miner.IsInstant = call.Params.Boolean(0)));
        methods.Add("anvil_setAutoMine", call => Set(call, () => miner.IsInstant = call.Params.Boolean(0)));
        Add(methods, "getAutomine", call => call.Result.WriteBooleanValue(miner.IsInstant));
        methods.Add("evm_setIntervalMining", call => SetInterval(call, TimeSpan.FromMilliseconds(1)));
        methods.Add("anvil_setIntervalMining", call => SetInterval(call, TimeSpan.FromSeconds(1)));
    }

    /// <summary>The time of the block alone, or an object with blocks and timestamp.</summary>
    private void MineOne(RpcCall call)
    {
        ulong count = 1;
        ulong? timestamp = null;
        if (call.Params.Has(0) && call.Params[0].ValueKind == JsonValueKind.Object)
        {
            count = call.Params.Get(
                0, json => ValueReader.Optional(json, "blocks", ValueReader.LenientQuantity64)) ?? 1;
            timestamp = call.Params.Get(
                0, json => ValueReader.Optional(json, "timestamp", ValueReader.LenientQuantity64));
        }
        else if (call.Params.Has(0))
        {
            timestamp = call.Params.Get(0, ValueReader.LenientQuantity64);
        }
        Mine(call, count, timestamp, null);
        call.Result.WriteStringValue("0x0"u8);
    }

    /// <summary>How many, and the seconds from one to the next.</summary>
    private void MineMany(RpcCall call)
    {
        ulong count = call.Params.Get(0, ValueReader.LenientQuantity64, 1UL);
        Mine(call, count, null, call.Params.Find(1, ValueReader.LenientQuantity64));
        if (call.Method.StartsWith("hardhat", StringComparison.Ordinal)) call.Result.WriteBooleanValue(true);
        else call.Result.WriteNullValue();
    }

    private void Mine(RpcCall call, ulong count, ulong? first, ulong? step)
    {
        if (count > MaxBlocks)
            throw new JsonRpcException(JsonRpcError.InvalidParams, $"too many blocks: {count}, at most {MaxBlocks}");
        for (ulong i = 0; i < count; i++)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            ulong? later = step is { } seconds ? chain.Head.Timestamp + Math.Max(1, seconds) : null;
            ulong? timestamp = i == 0 ? first : later;
            try
            {
                miner.Mine(timestamp);
            }
            catch (ArgumentException e)
            {
                throw new JsonRpcException(JsonRpcError.InvalidParams, e.Message);
            }
        }
    }

    /// <summary>Zero ends it. Hardhat says it in milliseconds, anvil in seconds.</summary>
    private void SetInterval(RpcCall call, TimeSpan unit)
    {
        ulong count = Math.Min(call.Params.Get(0, ValueReader.LenientQuantity64), uint.MaxValue);
        miner.Interval = count == 0 ? null : unit * count;
        call.Result.WriteNullValue();
    }

    // ---- Time ----

    private void AddTime(RpcMethods methods)
    {
        methods.Add("evm_increaseTime", IncreaseTime);
        methods.Add("anvil_increaseTime", IncreaseTime);
        methods.Add("evm_setNextBlockTimestamp", SetNextTimestamp);
        methods.Add("anvil_setNextBlockTimestamp", SetNextTimestamp);
        methods.Add("evm_setTime", SetTime);
        methods.Add("anvil_setTime", SetTime);
        methods.Add(
            "anvil_setBlockTimestampInterval",
            call => Set(call, () => miner.TimestampStep = call.Params.Get(0, ValueReader.LenientQuantity64)));
        methods.Add("anvil_removeBlockTimestampInterval", call =>
        {
            call.Result.WriteBooleanValue(miner.TimestampStep is not null);
            miner.TimestampStep = null;
        });
    }

    private void IncreaseTime(RpcCall call)
    {
        ulong seconds = ReadSeconds(call);
        miner.ClockOffset += TimeSpan.FromSeconds(seconds);
        call.Result.WriteQuantityValue((ulong)miner.ClockOffset.TotalSeconds);
    }

    private void SetNextTimestamp(RpcCall call)
    {
        ulong timestamp = call.Params.Get(0, ValueReader.LenientQuantity64);
        if (timestamp <= chain.Head.Timestamp)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams,
                $"timestamp {timestamp} is not after that of the latest block, {chain.Head.Timestamp}");
        miner.NextTimestamp = timestamp;
        call.Result.WriteNullValue();
    }

    /// <summary>In seconds; what is far too large for that is in milliseconds.</summary>
    private void SetTime(RpcCall call)
    {
        const ulong Millennium = 32_503_680_000;
        ulong time = call.Params.Get(0, ValueReader.LenientQuantity64);
        if (time > Millennium) time /= 1000;
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        miner.ClockOffset = TimeSpan.FromSeconds((long)Math.Min(time, Millennium) - now);
        call.Result.WriteQuantityValue((ulong)Math.Max(0, miner.ClockOffset.TotalSeconds));
    }

    /// <summary>At most a hundred years, so that sums stay within what a time can be.</summary>
    private static ulong ReadSeconds(RpcCall call)
    {
        const ulong Century = 3_155_760_000;
        ulong seconds = call.Params.Get(0, ValueReader.LenientQuantity64);
        return seconds <= Century
            ? seconds
            : throw new JsonRpcException(
                JsonRpcError.InvalidParams, $"invalid argument 0: more than {Century} seconds");
    }

    // ---- Snapshots ----

    private void AddSnapshots(RpcMethods methods)
    {
        methods.Add("evm_snapshot", Snapshot);
        methods.Add("anvil_snapshot", Snapshot);
        methods.AddHeavy("evm_revert", Revert);
        methods.AddHeavy("anvil_revert", Revert);
        methods.AddHeavy("anvil_reset", Reset);
        methods.AddHeavy("hardhat_reset", Reset);
    }

    private void Snapshot(RpcCall call)
    {
        lock (_lock)
        {
            _snapshots.Add(++_lastSnapshot, chain.Head.Number);
            call.Result.WriteQuantityValue(_lastSnapshot);
        }
    }

    /// <summary>False where there is no such snapshot; it and those after it are used up.</summary>
    private void Revert(RpcCall call)
    {
        ulong id = call.Params.Get(0, ValueReader.LenientQuantity64);
        lock (_lock)
        {
            if (!_snapshots.TryGetValue(id, out ulong number))
            {
                call.Result.WriteBooleanValue(false);
                return;
            }
            GoBack(number);
            foreach (ulong later in _snapshots.Keys.Where(key => key >= id).ToList()) _snapshots.Remove(later);
            call.Result.WriteBooleanValue(true);
        }
    }

    private void Reset(RpcCall call)
    {
        lock (_lock)
        {
            GoBack(0);
            _snapshots.Clear();
            miner.ClockOffset = TimeSpan.Zero;
        }
        if (call.Method.StartsWith("hardhat", StringComparison.Ordinal)) call.Result.WriteBooleanValue(true);
        else call.Result.WriteNullValue();
    }

    private void GoBack(ulong number)
    {
        try
        {
            pool.Clear();
            chain.Rewind(number);
            // What was undone goes back to the pool, which is right for a reorganisation and wrong here.
            pool.Clear();
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new JsonRpcException(JsonRpcError.ServerError, e.Message);
        }
    }

    // ---- About the node ----

    private void WriteNodeInfo(RpcCall call)
    {
        BlockHeader head = chain.Head;
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartObject();
        writer.WriteQuantity("currentBlockNumber"u8, head.Number);
        writer.WriteNumber("currentBlockTimestamp"u8, head.Timestamp);
        writer.WriteHash("currentBlockHash"u8, head.Hash);
        writer.WriteString("hardFork"u8, $"{chain.RulesAfter(head, head.Timestamp + 1).Fork}".ToLowerInvariant());
        writer.WriteString("transactionOrder"u8, "fees"u8);
        writer.WriteStartObject("environment"u8);
        writer.WriteQuantity("baseFee"u8, head.BaseFeePerGas ?? UInt256.Zero);
        writer.WriteNumber("chainId"u8, chain.Spec.Forks.ChainId);
        writer.WriteQuantity("gasLimit"u8, head.GasLimit);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteMetadata(RpcCall call)
    {
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartObject();
        writer.WriteString("clientVersion"u8, WeftNode.ClientVersion);
        writer.WriteNumber("chainId"u8, chain.Spec.Forks.ChainId);
        writer.WriteHash("instanceId"u8, chain.Spec.Genesis.Header.Hash);
        writer.WriteNumber("latestBlockNumber"u8, chain.Head.Number);
        writer.WriteHash("latestBlockHash"u8, chain.Head.Hash);
        writer.WriteEndObject();
    }

    private static Hash256 ReadWord(RpcCall call) =>
        Hash256.FromWord(call.Params.Get(0, ValueReader.StorageKey));
}
