using System.Text.Json;
using Weft.Chain.Live;
using Weft.Evm;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Engine;

/// <summary>What consensus layer and execution layer tell each other about themselves.</summary>
internal sealed class EngineInfo(LiveChain chain)
{
    private const string Capabilities = "engine_exchangeCapabilities";

    public void AddTo(RpcMethods methods)
    {
        methods.Add(Capabilities, call => WriteCapabilities(call, methods));
        methods.Add("engine_getClientVersionV1", WriteVersion);
        methods.Add("engine_exchangeTransitionConfigurationV1", WriteTransition);
    }

    private static void WriteCapabilities(RpcCall call, RpcMethods methods)
    {
        call.Params.Get(0, list => ValueReader.List(list, ValueReader.Text));
        call.Result.WriteStartArray();
        foreach (string name in methods.Names.Order())
            if (name.StartsWith("engine_", StringComparison.Ordinal) && name != Capabilities)
                call.Result.WriteStringValue(name);
        call.Result.WriteEndArray();
    }

    private void WriteVersion(RpcCall call)
    {
        call.Result.WriteStartArray();
        call.Result.WriteStartObject();
        call.Result.WriteString("code"u8, "WF"u8);
        call.Result.WriteString("name"u8, "Weft"u8);
        call.Result.WriteString("version"u8, ClientVersion.Number);
        call.Result.WriteString("commit"u8, $"0x{ClientVersion.Commit}");
        call.Result.WriteEndObject();
        call.Result.WriteEndArray();
    }

    /// <summary>Deprecated since Cancun, and asked for by older clients.</summary>
    private void WriteTransition(RpcCall call)
    {
        UInt256 terminal = chain.Spec.Forks.Activations
            .FirstOrDefault(fork => fork.Rules.Fork == Fork.Paris)?.TotalDifficulty ?? UInt256.Zero;
        UInt256 asked = call.Params.Get(
            0, json => ValueReader.Required(json, "terminalTotalDifficulty", ValueReader.Quantity));
        if (asked != terminal)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams, $"terminal total difficulty {asked} is not that of this node, {terminal}");
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartObject();
        writer.WriteQuantity("terminalTotalDifficulty"u8, terminal);
        writer.WriteHash("terminalBlockHash"u8, Hash256.Zero);
        writer.WriteQuantity("terminalBlockNumber"u8, 0UL);
        writer.WriteEndObject();
    }
}
