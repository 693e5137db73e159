using System.Globalization;
using System.Text.RegularExpressions;
using Weft.Cli.Input;
using Weft.Cli.StateTests;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;

namespace Weft.Cli.BlockTests;

/// <summary>The networks of blockchain tests: one fork, or two with what comes between them.</summary>
internal static partial class NetworkReader
{
    [GeneratedRegex(
        "^(?<from>[A-Za-z0-9]+?)To(?<to>[A-Za-z0-9]+?)At(?<unit>Time|Diff)?(?<at>[0-9A-Fa-f]{1,16})(?<k>k?)$")]
    private static partial Regex Transition { get; }

    public static ForkSchedule Read(JsonCursor test)
    {
        var cursor = test["network"];
        string network = cursor.Text();
        bool hasConfig = test.TryGet("config", out var config);
        ulong chainId = hasConfig && config.TryGet("chainid", out var id) ? id.Number() : 1;
        var blobs = hasConfig && config.TryGet("blobSchedule", out var schedules) ? ReadBlobs(schedules) : [];
        ForkActivation Adapt(ForkActivation activation) => blobs.TryGetValue(activation.Rules.Fork, out var schedule)
            ? activation with { Rules = activation.Rules with { Blobs = schedule } }
            : activation;

        if (ForkNames.TryParse(network, out var only))
            return new(chainId, [Adapt(ForkActivation.AtNumber(only, 0))]);
        var match = Transition.Match(network);
        if (!match.Success) throw cursor.Error($"unknown network \"{network}\"");
        var from = Adapt(ForkActivation.AtNumber(Parse(match.Groups["from"].Value, cursor), 0));
        string unit = match.Groups["unit"].Value, to = match.Groups["to"].Value;
        ulong at = ReadPoint(match, cursor);
        if (to == "Dao") return new(chainId, [from], daoForkNumber: at);
        var fork = Parse(to, cursor);
        if (fork <= from.Rules.Fork) throw cursor.Error($"{to} does not come after {from.Rules.Fork}");
        return new(chainId, [from, Adapt(unit switch
        {
            "Time" => ForkActivation.AtTimestamp(fork, at),
            "Diff" => ForkActivation.AtTotalDifficulty(fork, at),
            _ => ForkActivation.AtNumber(fork, at),
        })]);
    }

    /// <summary>Numbers and times are decimal, with a k for thousands; difficulties are hexadecimal.</summary>
    private static ulong ReadPoint(Match match, JsonCursor cursor)
    {
        string text = match.Groups["at"].Value;
        var style = match.Groups["unit"].Value == "Diff" ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!ulong.TryParse(text, style, CultureInfo.InvariantCulture, out ulong at) || at > ulong.MaxValue / 1000)
            throw cursor.Error($"not a number: {text}");
        return match.Groups["k"].Length == 1 ? at * 1000 : at;
    }

    /// <summary>A test may bring blob schedules of its own for forks that only change these.</summary>
    private static Dictionary<Fork, BlobSchedule> ReadBlobs(JsonCursor schedules) => schedules.Members().ToDictionary(
        member => Parse(member.Name, member.Value),
        member => new BlobSchedule(
            ReadCount(member.Value["target"]), ReadCount(member.Value["max"]),
            Math.Max(1, member.Value["baseFeeUpdateFraction"].Number())));

    private static int ReadCount(JsonCursor cursor)
    {
        ulong count = cursor.Number();
        return count <= 100_000 ? (int)count : throw cursor.Error("a number of blobs beyond all reason");
    }

    private static Fork Parse(string name, JsonCursor cursor) => ForkNames.TryParse(name, out var fork)
        ? fork
        : throw cursor.Error($"unknown fork \"{InputException.OneLine(name)}\"");
}
