using System.Text.Json;
using Weft.Chain.Dev;
using Weft.Node.Rpc;

namespace Weft.Node.Dev;

/// <summary>anvil_reset and hardhat_reset: back to the beginning, or on to another one. Without arguments the chain
/// begins with nothing but its accounts; with <c>{forking: {jsonRpcUrl, blockNumber}}</c> on another chain's state,
/// the URL being the one before and the block the latest where they are not given.</summary>
internal sealed class ResetMethods(DevState state, DevInfo info, IDevOrigins? origins)
{
    /// <summary>Asking another node for a block and the accounts takes as long as that node does.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();

    private readonly record struct Request(bool IsForking, Uri? Url, ulong? Block)
    {
        /// <summary>Which other chain, or which block of it.</summary>
        public bool Names => Url is not null || Block is not null;
    }

    public void AddTo(RpcMethods methods)
    {
        methods.AddHeavy("anvil_reset", Reset, TimeMax);
        methods.AddHeavy("hardhat_reset", Reset, TimeMax);
    }

    private void Reset(RpcCall call)
    {
        var asked = call.Params.Has(0) ? call.Params.Get(0, Read) : default;
        lock (_gate)
        {
            bool isFork = origins?.Current is not null;
            if (asked.Names || (asked.IsForking && isFork)) Fork(asked.Url, asked.Block);
            else if (isFork) Become(origins!.Begin());
            // Users of a chain that never was a fork say {forking: {}}, too, and mean the beginning.
            else state.Reset();
            info.Renew();
        }
        DevCommands.WriteDone(call);
    }

    private void Fork(Uri? url, ulong? block)
    {
        if (origins is null)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams,
                "this chain is kept in a folder, a forked one is not; start a node without --data for it");
        if (url is null && origins.Current is null)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams, "Forking not enabled and RPC URL not provided to start forking");
        Become(origins.Fork(url, block));
    }

    private void Become((State.Store.Database Database, Weft.Chain.ChainSpec Spec) next) =>
        state.Become(next.Database, next.Spec);

    /// <summary>What is asked for stands in forking, or, as Foundry's libraries send it, beside it.</summary>
    private static Request Read(JsonElement json)
    {
        bool isForking = ValueReader.TryGet(json, "forking", out JsonElement forking);
        if (!isForking) forking = json;
        return new(
            isForking, ValueReader.OptionalObject(forking, "jsonRpcUrl", ReadUrl),
            ValueReader.Optional(forking, "blockNumber", ValueReader.LenientQuantity64));
    }

    private static Uri ReadUrl(JsonElement json) =>
        Uri.TryCreate(ValueReader.Text(json), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException("not an http or https URL");
}
