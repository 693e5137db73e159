using System.Text.Json;
using Weft.Chain;
using Weft.Cli.Replay;
using Weft.Evm;
using Weft.Node.Forks;
using Weft.Node.Rpc;
using Weft.Primitives.Blocks;

namespace Weft.Cli.Snapshots;

/// <summary>Under which rules a block of another node may have been executed, the likeliest first. Whether they are the
/// right ones shows when the block is executed.</summary>
internal sealed class ChainFinder(RemoteNode node, ChainSpec? given)
{
    private readonly ulong _chainId = ReadChainId(node);

    public ulong ChainId => _chainId;

    public IEnumerable<BlockChain> Find(BlockHeader header)
    {
        if (given is not null || Network.All.FirstOrDefault(network => network.Forks.ChainId == _chainId) is not null)
        {
            yield return OfSchedule(header);
            yield break;
        }
        var (blobs, fork) = AskConfig(header);
        foreach (var rules in ForkRules.All.Reverse().Where(rules => Fits(rules, header)))
        {
            if (fork is { } newest && rules.Fork > newest) continue;
            yield return new(_chainId, blobs is null || rules.Blobs is null ? rules : rules with { Blobs = blobs });
        }
    }

    /// <summary>The chain named, or a public one by its id.</summary>
    private BlockChain OfSchedule(BlockHeader header)
    {
        var network = Network.All.FirstOrDefault(network => network.Forks.ChainId == _chainId);
        var (forks, deposit) = given is null
            ? (network!.Forks, network.DepositContract)
            : (given.Forks, given.DepositContract);
        return new(_chainId, forks.RulesAt(header.Number, header.Timestamp), deposit);
    }

    /// <summary>The fields that a header has say between which forks it lies. Forks that only move the difficulty bomb
    /// or the number of blobs are as good as the one before them, but for what a configuration says.</summary>
    private static bool Fits(ForkRules rules, BlockHeader header) =>
        rules.Fork is not (Fork.MuirGlacier or Fork.ArrowGlacier or Fork.GrayGlacier or > Fork.Osaka)
        && rules.BaseFee == header.BaseFeePerGas.HasValue
        && rules.Withdrawals == header.WithdrawalsRoot.HasValue
        && rules.Blobs is not null == header.ExcessBlobGas.HasValue
        && rules.Requests == header.RequestsHash.HasValue
        && (rules.Difficulty == DifficultyRule.Zero) == header.Difficulty.IsZero;

    /// <summary>EIP-7910, where the node has it and speaks of the time of the block.</summary>
    private (BlobSchedule?, Fork? Newest) AskConfig(BlockHeader header)
    {
        RemoteAnswer answer = node.Batch([new("eth_config")])[0];
        if (answer.Error is not null || answer.Result.ValueKind != JsonValueKind.Object) return default;
        try
        {
            JsonElement current = ValueReader.Required(answer.Result, "current", value => value);
            if (ValueReader.Required(current, "activationTime", ValueReader.LenientQuantity64) > header.Timestamp)
                return default;
            JsonElement blobs = ValueReader.Required(current, "blobSchedule", value => value);
            JsonElement precompiles = ValueReader.Required(current, "precompiles", value => value);
            bool isOsaka = ValueReader.TryGet(precompiles, "P256VERIFY", out _);
            return (
                new(Count(blobs, "target"), Count(blobs, "max"),
                    ValueReader.Required(blobs, "baseFeeUpdateFraction", ValueReader.LenientQuantity64)),
                isOsaka ? Fork.Osaka : Fork.Prague);
        }
        catch (FormatException)
        {
            // A hint that cannot be read is none.
            return default;
        }
    }

    private static int Count(JsonElement json, string name) =>
        ValueReader.Required(json, name, ValueReader.LenientQuantity64) is > 0 and <= ushort.MaxValue and var count
            ? (int)count
            : throw new FormatException(name);

    private static ulong ReadChainId(RemoteNode node)
    {
        try
        {
            return ValueReader.Quantity64(node.Call("eth_chainId"));
        }
        catch (FormatException e)
        {
            throw new RemoteException($"{node.Name}: eth_chainId: {e.Message}", null, e);
        }
    }
}
