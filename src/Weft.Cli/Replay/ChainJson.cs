using System.Text.Json;
using Weft.Cli.Input;
using Weft.Evm;

namespace Weft.Cli.Replay;

/// <summary>"chain" of a block file: {chainId, fork[, blobs][, depositContract][, systemCalls]}.</summary>
internal static class ChainJson
{
    public static BlockChain Read(JsonCursor json)
    {
        string name = json["fork"].Text();
        ForkRules rules = ForkRules.All.FirstOrDefault(rules => NameOf(rules) == name)
            ?? throw json["fork"].Error($"no fork {name} is known", string.Join(", ", ForkRules.All.Select(NameOf)));
        if (json.TryGet("blobs", out var blobs))
            rules = rules with
            {
                Blobs = new(Count(blobs["target"]), Count(blobs["max"]), blobs["baseFeeUpdateFraction"].Number()),
            };
        return new(
            json["chainId"].Number(), rules,
            json.TryGet("depositContract", out var deposit) ? deposit.Address() : null,
            !json.TryGet("systemCalls", out var calls) || calls.Flag());
    }

    public static void Write(Utf8JsonWriter json, BlockChain chain)
    {
        json.WriteStartObject("chain");
        json.WriteString("chainId", $"0x{chain.Id:x}");
        json.WriteString("fork", NameOf(chain.Rules));
        if (chain.Rules.Blobs is { } blobs && blobs != ForkRules.Of(chain.Rules.Fork).Blobs)
        {
            json.WriteStartObject("blobs");
            json.WriteString("target", $"0x{blobs.Target:x}");
            json.WriteString("max", $"0x{blobs.Max:x}");
            json.WriteString("baseFeeUpdateFraction", $"0x{blobs.BaseFeeUpdateFraction:x}");
            json.WriteEndObject();
        }
        if (chain.DepositContract is { } deposit) json.WriteString("depositContract", deposit.ToString());
        if (!chain.HasSystemCalls) json.WriteBoolean("systemCalls", false);
        json.WriteEndObject();
    }

    private static string NameOf(ForkRules rules) => rules.Fork.ToString().ToLowerInvariant();

    private static int Count(JsonCursor json) =>
        json.Number() is > 0 and <= ushort.MaxValue and var count ? (int)count : throw json.Error("takes 1 to 65535");
}
