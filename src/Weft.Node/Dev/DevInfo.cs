using System.Text.Json;
using Weft.Chain.Live;
using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Dev;

/// <summary>Methods by which tools learn what kind of development node this is.</summary>
internal sealed class DevInfo(LiveChain chain, IDevOrigins? origins)
{
    /// <summary>A hash, boxed to be replaced at once.</summary>
    private volatile object _instance = CreateInstance();

    /// <summary>After a reset: whoever kept something about the chain may tell by the id that it is another.</summary>
    public void Renew() => _instance = CreateInstance();

    public void AddTo(RpcMethods methods)
    {
        methods.AddQuery(WriteNodeInfo, "anvil_nodeInfo", "hardhat_nodeInfo");
        methods.AddQuery(WriteMetadata, "anvil_metadata", "hardhat_metadata");
        // There is nothing here that they could switch.
        methods.AddCommand(
            _ => { }, "anvil_setLoggingEnabled", "hardhat_setLoggingEnabled", "anvil_enableTraces");
    }

    private void WriteNodeInfo(RpcCall call)
    {
        BlockHeader head = chain.Head;
        Utf8JsonWriter writer = call.Result;
        UInt256 baseFee = BaseFee.After(head);
        writer.WriteStartObject();
        writer.WriteQuantity("currentBlockNumber"u8, head.Number);
        writer.WriteNumber("currentBlockTimestamp"u8, head.Timestamp);
        writer.WriteHash("currentBlockHash"u8, head.Hash);
        writer.WriteString("hardFork"u8, $"{RulesOfHead().Fork}");
        writer.WriteString("transactionOrder"u8, "fees");
        writer.WriteStartObject("environment"u8);
        writer.WriteQuantity("baseFee"u8, baseFee);
        writer.WriteNumber("chainId"u8, chain.Spec.Forks.ChainId);
        writer.WriteQuantity("gasLimit"u8, head.GasLimit);
        writer.WriteQuantity("gasPrice"u8, baseFee + 1_000_000_000);
        writer.WriteEndObject();
        WriteForkConfig(writer);
        writer.WriteEndObject();
    }

    private void WriteMetadata(RpcCall call)
    {
        BlockHeader head = chain.Head;
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartObject();
        writer.WriteString("clientVersion"u8, ClientVersion.Text);
        writer.WriteNumber("chainId"u8, chain.Spec.Forks.ChainId);
        writer.WriteHash("instanceId"u8, (Hash256)_instance);
        writer.WriteNumber("latestBlockNumber"u8, head.Number);
        writer.WriteHash("latestBlockHash"u8, head.Hash);
        if (chain.Spec.Origin is not null && origins?.Current is { } fork)
        {
            writer.WriteStartObject("forkedNetwork"u8);
            writer.WriteNumber("chainId"u8, fork.ChainId);
            writer.WriteNumber("forkBlockNumber"u8, fork.Number);
            writer.WriteHash("forkBlockHash"u8, fork.Hash);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>The URL is what the caller's own side has set, key included: tools compare it.</summary>
    private void WriteForkConfig(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("forkConfig"u8);
        if (chain.Spec.Origin is not null && origins?.Current is { } fork)
        {
            writer.WriteString("forkUrl"u8, fork.Url.OriginalString);
            writer.WriteNumber("forkBlockNumber"u8, fork.Number);
        }
        else
        {
            writer.WriteNull("forkUrl"u8);
            writer.WriteNull("forkBlockNumber"u8);
        }
        writer.WriteNull("forkRetryBackoff"u8);
        writer.WriteEndObject();
    }

    private static object CreateInstance() => Keccak.Hash(Guid.NewGuid().ToByteArray());

    private ForkRules RulesOfHead() => chain.Spec.Forks.RulesAt(chain.Head.Number, chain.Head.Timestamp);
}
