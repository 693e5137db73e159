using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weft.Cli.StateTests;
using Weft.Conformance.Primitives;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Conformance.Execution;

/// <summary>Reads the blockchain tests of ethereum/tests and of execution-spec-tests.</summary>
internal static partial class BlockchainTestReader
{
    private const ulong ChainId = 1;

    /// <summary>Null for what is no blockchain test and for networks that change by total difficulty.</summary>
    public static BlockchainTest? Read(JsonProperty test)
    {
        if (test.Value.ValueKind != JsonValueKind.Object || !test.Value.TryGetProperty("blocks", out _)) return null;
        if (ReadSchedule(test.Value) is not { } schedule) return null;
        return new(
            test.Name, schedule, Block.Decode(test.Value.Bytes("genesisRLP")).Header,
            ReadState(test.Value.GetProperty("pre")), test.Value.Items("blocks", ReadBlock));
    }

    private static TestBlock ReadBlock(JsonElement block)
    {
        string? exception = null;
        foreach (var property in block.EnumerateObject())
            if (property.Name.StartsWith("expectException", StringComparison.Ordinal))
                exception = property.Value.GetString();
        if (!block.TryGetProperty("blockHeader", out _)) exception ??= "";
        return new(block.Bytes("rlp"), exception);
    }

    private static InMemoryState ReadState(JsonElement accounts)
    {
        var state = new InMemoryState();
        foreach (var (name, account) in accounts.EnumerateObject().Select(a => (a.Name, a.Value)))
        {
            var address = Address.Parse(name);
            byte[] code = account.Bytes("code");
            state.SetAccount(address, new(
                account.Word("nonce"), account.Value("balance"),
                code.Length == 0 ? Hash256.OfEmptyCode : state.AddCode(code)));
            var slots = account.GetProperty("storage");
            foreach (var slot in slots.EnumerateObject())
                state.SetStorage(address, Number(slot.Name), slots.Value(slot.Name));
        }
        return state;
    }

    // ---- Forks ----

    [GeneratedRegex("^(?<from>[A-Za-z0-9]+?)To(?<to>[A-Za-z0-9]+?)At(?<unit>Time|Diff)?(?<at>[0-9A-F]+)(?<k>k?)")]
    private static partial Regex Transition { get; }

    private static ForkSchedule? ReadSchedule(JsonElement test)
    {
        string network = test.Text("network");
        if (ForkNames.TryParse(network, out var fork)) return WithBlobs(test, [ForkActivation.AtNumber(fork, 0)]);
        var match = Transition.Match(network);
        if (!match.Success) throw new InvalidDataException($"unknown network {network}");
        if (match.Groups["unit"].Value == "Diff") return null;
        var from = ForkActivation.AtNumber(Named(match.Groups["from"].Value), 0);
        ulong at = ulong.Parse(match.Groups["at"].Value, CultureInfo.InvariantCulture);
        if (match.Groups["k"].Length == 1) at *= 1000;
        if (match.Groups["to"].Value == "Dao") return new(ChainId, [from], daoForkNumber: at);
        var to = Named(match.Groups["to"].Value);
        bool isTime = match.Groups["unit"].Length > 0;
        return WithBlobs(test, [from, isTime ? ForkActivation.AtTimestamp(to, at) : ForkActivation.AtNumber(to, at)]);
    }

    private static Fork Named(string name) =>
        ForkNames.TryParse(name, out var fork) ? fork : throw new InvalidDataException($"unknown fork {name}");

    /// <summary>A test may bring blob schedules of its own for forks that only change these.</summary>
    private static ForkSchedule WithBlobs(JsonElement test, IEnumerable<ForkActivation> activations)
    {
        if (!test.TryGetProperty("config", out var config) || !config.TryGetProperty("blobSchedule", out var schedules))
            return new(ChainId, activations);
        var byFork = schedules.EnumerateObject().ToDictionary(s => Named(s.Name), s => new BlobSchedule(
            (int)s.Value.Word("target"), (int)s.Value.Word("max"), s.Value.Word("baseFeeUpdateFraction")));
        return new(ChainId, activations.Select(a => byFork.TryGetValue(a.Rules.Fork, out var blobs)
            ? a with { Rules = a.Rules with { Blobs = blobs } }
            : a));
    }

    private static UInt256 Number(string text) =>
        UInt256.TryParse(text, out var number) ? number : throw new InvalidDataException($"no number: {text}");
}
