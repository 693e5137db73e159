using System.Text.Json;
using Weft.Chain;
using Weft.Evm.Precompiles;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Eth;

/// <summary>Methods about the node and its chain: eth_, net_ and web3_.</summary>
internal sealed class EthInfo(ChainReader reader, int undoWindow)
{
    public void AddTo(RpcMethods methods)
    {
        methods.Add("eth_chainId", call => call.Result.WriteQuantityValue(ChainId));
        methods.Add("eth_protocolVersion", call => call.Result.WriteQuantityValue(68UL));
        // Blocks come from the consensus layer, a file or our own builder: there is nothing to catch up with here.
        methods.Add("eth_syncing", call => call.Result.WriteBooleanValue(false));
        methods.Add("eth_mining", call => call.Result.WriteBooleanValue(false));
        methods.Add("eth_hashrate", call => call.Result.WriteQuantityValue(0UL));
        methods.Add("eth_coinbase", call => call.Result.WriteDataValue(reader.Chain.Head.Beneficiary.Bytes));
        methods.Add("eth_config", WriteConfig);
        methods.Add("eth_capabilities", WriteCapabilities);
        methods.Add("net_version", call => call.Result.WriteStringValue($"{ChainId}"));
        methods.Add("net_listening", call => call.Result.WriteBooleanValue(true));
        methods.Add("net_peerCount", call => call.Result.WriteQuantityValue(0UL));
        methods.Add("web3_clientVersion", call => call.Result.WriteStringValue(ClientVersion.Text));
        methods.Add("web3_sha3", call => call.Result.WriteDataValue(Keccak.Hash(call.Params.Data(0)).Bytes));
        methods.Add("rpc_modules", call => WriteModules(call, methods));
    }

    /// <summary>A dev chain may become another one.</summary>
    private ulong ChainId => reader.Chain.Spec.Forks.ChainId;

    private static void WriteModules(RpcCall call, RpcMethods methods)
    {
        call.Result.WriteStartObject();
        foreach (string module in methods.Names.Select(name => name.Split('_')[0]).Distinct().Order())
            call.Result.WriteString(module, "1.0");
        call.Result.WriteEndObject();
    }

    // ---- What of the past can be asked for ----

    /// <summary>Blocks stay unless the chain forgets; states as far as they can be undone.</summary>
    private void WriteCapabilities(RpcCall call)
    {
        Utf8JsonWriter writer = call.Result;
        BlockHeader head = reader.Chain.Head;
        ulong oldest = reader.Chain.FirstBlock is > 1 and var first ? first : 0;
        ulong oldestState = Math.Max(oldest, head.Number - Math.Min(head.Number, (ulong)undoWindow));
        writer.WriteStartObject();
        writer.WriteStartObject("head"u8);
        writer.WriteQuantity("number"u8, head.Number);
        writer.WriteHash("hash"u8, head.Hash);
        writer.WriteEndObject();
        WriteCapability(writer, "state"u8, oldestState, isWindow: true);
        WriteCapability(writer, "tx"u8, oldest, isWindow: false);
        WriteCapability(writer, "logs"u8, oldest, isWindow: false);
        WriteCapability(writer, "receipts"u8, oldest, isWindow: false);
        WriteCapability(writer, "blocks"u8, oldest, isWindow: false);
        WriteCapability(writer, "stateproofs"u8, oldestState, isWindow: true);
        writer.WriteEndObject();
    }

    private void WriteCapability(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ulong oldest, bool isWindow)
    {
        writer.WriteStartObject(name);
        writer.WriteBoolean("disabled"u8, false);
        writer.WriteQuantity("oldestBlock"u8, oldest);
        if (isWindow)
        {
            writer.WriteStartObject("deleteStrategy"u8);
            writer.WriteString("type"u8, "window"u8);
            writer.WriteQuantity("retentionBlocks"u8, (ulong)undoWindow);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    // ---- EIP-7910 ----

    private void WriteConfig(RpcCall call)
    {
        BlockHeader head = reader.Chain.Head;
        var forks = reader.Chain.Spec.Forks.Activations;
        // The specification begins with forks that have a time; a chain that has not reached one has its last fork.
        int current = 0;
        for (int i = 0; i < forks.Length; i++) if (forks[i].Rules == reader.RulesOf(head)) current = i;
        ForkActivation? next = current + 1 < forks.Length ? forks[current + 1] : null;
        call.Result.WriteStartObject();
        call.Result.WritePropertyName("current"u8);
        WriteFork(call.Result, forks[current]);
        call.Result.WritePropertyName("next"u8);
        WriteFork(call.Result, next);
        call.Result.WritePropertyName("last"u8);
        WriteFork(call.Result, next is null ? null : forks[^1]);
        call.Result.WriteEndObject();
    }

    private void WriteFork(Utf8JsonWriter writer, ForkActivation? fork)
    {
        if (fork is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        writer.WriteNumber("activationTime"u8, fork.Timestamp);
        writer.WritePropertyName("blobSchedule"u8);
        if (fork.Rules.Blobs is { } blobs) WriteSchedule(writer, blobs);
        else writer.WriteNullValue();
        writer.WriteQuantity("chainId"u8, reader.Chain.Spec.Forks.ChainId);
        writer.WriteData("forkId"u8, ForkId.Of(reader.Chain.Spec, fork));
        WritePrecompiles(writer, PrecompileSet.Of(fork.Rules.Fork));
        WriteSystemContracts(writer, fork);
        writer.WriteEndObject();
    }

    private static void WriteSchedule(Utf8JsonWriter writer, Evm.BlobSchedule blobs)
    {
        writer.WriteStartObject();
        writer.WriteNumber("target"u8, blobs.Target);
        writer.WriteNumber("max"u8, blobs.Max);
        writer.WriteNumber("baseFeeUpdateFraction"u8, blobs.BaseFeeUpdateFraction);
        writer.WriteEndObject();
    }

    private static void WritePrecompiles(Utf8JsonWriter writer, PrecompileSet precompiles)
    {
        writer.WriteStartObject("precompiles"u8);
        foreach (Address address in precompiles.Addresses)
            writer.WriteString(precompiles.Find(address)!.Name, address.ToString());
        writer.WriteEndObject();
    }

    private void WriteSystemContracts(Utf8JsonWriter writer, ForkActivation fork)
    {
        writer.WriteStartObject("systemContracts"u8);
        if (fork.Rules.BeaconRoots) writer.WriteAddress("BEACON_ROOTS_ADDRESS"u8, SystemContracts.BeaconRoots);
        if (fork.Rules.Requests)
        {
            writer.WriteAddress("CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS"u8, SystemContracts.ConsolidationRequests);
            writer.WriteAddress(
                "DEPOSIT_CONTRACT_ADDRESS"u8,
                reader.Chain.Spec.DepositContract ?? Network.Mainnet.DepositContract);
        }
        if (fork.Rules.BlockHashHistory)
            writer.WriteAddress("HISTORY_STORAGE_ADDRESS"u8, SystemContracts.BlockHashHistory);
        if (fork.Rules.Requests)
            writer.WriteAddress("WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS"u8, SystemContracts.WithdrawalRequests);
        writer.WriteEndObject();
    }
}
