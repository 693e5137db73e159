using Weft.Cli.Input;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;

namespace Weft.Cli.Chains;

/// <summary>"config" of a genesis file: chain id, when each fork begins, blob schedules, deposit contract.</summary>
internal sealed class ForkConfig
{
    private const int BlobsMax = 1 << 16;

    /// <summary>An optional one may be left out while later ones are there: it only moves a number.</summary>
    private sealed record Entry(string Name, Fork Fork, bool IsOptional = false);

    private static readonly Entry[] ByNumber =
    [
        new("homesteadBlock", Fork.Homestead), new("eip150Block", Fork.TangerineWhistle),
        new("eip158Block", Fork.SpuriousDragon), new("byzantiumBlock", Fork.Byzantium),
        new("constantinopleBlock", Fork.Constantinople), new("petersburgBlock", Fork.Petersburg),
        new("istanbulBlock", Fork.Istanbul), new("muirGlacierBlock", Fork.MuirGlacier, IsOptional: true),
        new("berlinBlock", Fork.Berlin), new("londonBlock", Fork.London),
        new("arrowGlacierBlock", Fork.ArrowGlacier, IsOptional: true),
        new("grayGlacierBlock", Fork.GrayGlacier, IsOptional: true),
    ];

    private static readonly Entry[] ByTime =
    [
        new("shanghaiTime", Fork.Shanghai), new("cancunTime", Fork.Cancun), new("pragueTime", Fork.Prague),
        new("osakaTime", Fork.Osaka), new("bpo1Time", Fork.Bpo1, IsOptional: true),
        new("bpo2Time", Fork.Bpo2, IsOptional: true), new("bpo3Time", Fork.Bpo3, IsOptional: true),
        new("bpo4Time", Fork.Bpo4, IsOptional: true), new("bpo5Time", Fork.Bpo5, IsOptional: true),
    ];

    /// <summary>What else begins a fork by its name, and is understood; the merge is by total difficulty.</summary>
    private static readonly string[] OtherForks = ["daoForkBlock", "eip155Block", "mergeNetsplitBlock"];

    private readonly JsonCursor _json;
    private readonly List<(Fork Fork, ulong Number)> _numbers = [];
    private readonly List<(Fork Fork, ulong Time)> _times = [];
    private readonly UInt256? _terminalTotalDifficulty;
    private readonly ulong? _mergeNetsplit;

    private ForkConfig(JsonCursor json)
    {
        _json = json;
        ChainId = json["chainId"].Quantity64();
        RefuseUnknown(json);
        ReadForks(ByNumber, _numbers);
        RequireSameSpuriousDragon();
        ReadForks(ByTime, _times);
        _terminalTotalDifficulty = json.TryGet("terminalTotalDifficulty", out var total) ? total.Quantity() : null;
        _mergeNetsplit = json.TryGet("mergeNetsplitBlock", out var netsplit) ? netsplit.Quantity64() : null;
        if (_times.Count > 0 && _terminalTotalDifficulty is null)
            throw json.Error("\"terminalTotalDifficulty\" is missing", "forks by time come after the merge");
        if (_terminalTotalDifficulty is not null && (_numbers.Count == 0 || _numbers[^1].Fork < Fork.London))
            throw json.Error("\"londonBlock\" is missing", "the merge comes after London");
        DepositContract = json.TryGet("depositContractAddress", out var deposit) ? deposit.Address() : null;
        DaoForkNumber = ReadDaoFork(json);
    }

    public static ForkConfig Read(JsonCursor json) => new(json);

    public ulong ChainId { get; }

    public Address? DepositContract { get; }

    public ulong? DaoForkNumber { get; }

    /// <summary>Whose header fields block 0 has: decided by number and time alone, as every client does.</summary>
    public Fork ForkAtGenesis(ulong timestamp)
    {
        var fork = Fork.Frontier;
        foreach (var (next, number) in _numbers) if (number == 0) fork = next;
        if (fork < Fork.London) return fork;
        foreach (var (next, time) in _times) if (time <= timestamp) fork = next;
        return fork;
    }

    public ForkSchedule ToSchedule(in UInt256 genesisDifficulty)
    {
        var activations = new List<ForkActivation> { ForkActivation.AtNumber(Fork.Frontier, 0) };
        foreach (var (fork, number) in _numbers) activations.Add(ForkActivation.AtNumber(fork, number));
        if (_terminalTotalDifficulty is { } total)
        {
            ulong paris = genesisDifficulty >= total ? 0 : _mergeNetsplit ?? ulong.MaxValue;
            activations.Add(ForkActivation.AtTotalDifficulty(Fork.Paris, total, paris));
            foreach (var (fork, time) in _times) activations.Add(new(RulesOf(fork), 0, time));
        }
        return new(ChainId, activations, DaoForkNumber);
    }

    // ---- Forks ----

    /// <summary>Begins of forks must ascend, and none may be left out below one that is there.</summary>
    private void ReadForks(Entry[] entries, List<(Fork Fork, ulong Begin)> found)
    {
        string? missing = null, last = null;
        foreach (var entry in entries)
        {
            if (!_json.TryGet(entry.Name, out var json))
            {
                if (!entry.IsOptional) missing ??= entry.Name;
                continue;
            }
            ulong begin = json.Quantity64();
            if (missing is not null) throw json.Error($"\"{missing}\" is missing, which comes before it");
            if (found.Count > 0 && begin < found[^1].Begin)
                throw json.Error($"begins at {begin}, before {last}, which begins at {found[^1].Begin}");
            found.Add((entry.Fork, begin));
            last = entry.Name;
        }
    }

    private void RequireSameSpuriousDragon()
    {
        if (!_json.TryGet("eip155Block", out var replay)) return;
        if (!_json.TryGet("eip158Block", out var clearing) || clearing.Quantity64() != replay.Quantity64())
            throw replay.Error("differs from eip158Block", "Spurious Dragon brings both; apart they are not supported");
    }

    private static void RefuseUnknown(JsonCursor json)
    {
        if (json.TryGet("clique", out var clique))
            throw clique.Error("proof of authority is not supported", "chains of proof of work or of stake are");
        foreach (var (name, value) in json.Members())
        {
            bool begins = name.EndsWith("Block", StringComparison.Ordinal)
                || name.EndsWith("Time", StringComparison.Ordinal);
            if (begins && !value.IsNull && !OtherForks.Contains(name)
                && !ByNumber.Concat(ByTime).Any(entry => entry.Name == name))
                throw value.Error("this fork is not known", "a newer Weft may know it");
        }
    }

    private static ulong? ReadDaoFork(JsonCursor json)
    {
        if (!json.TryGet("daoForkBlock", out var number)) return null;
        return json.TryGet("daoForkSupport", out var support) && support.Flag() ? number.Quantity64() : null;
    }

    // ---- Blobs (EIP-7840) ----

    private ForkRules RulesOf(Fork fork)
    {
        var rules = ForkRules.Of(fork);
        if (rules.Blobs is null) return rules;
        string name = fork.ToString().ToLowerInvariant();
        if (!_json.TryGet("blobSchedule", out var schedules))
        {
            return fork <= Fork.Bpo2
                ? rules
                : throw _json.Error($"\"blobSchedule\" is missing, which says what {name} changes");
        }
        var schedule = schedules[name];
        var max = schedule["max"];
        var fraction = schedule["baseFeeUpdateFraction"];
        if (max.Quantity64() is 0 or > BlobsMax) throw max.Error($"not 1 to {BlobsMax} blobs");
        if (schedule["target"].Quantity64() > max.Quantity64()) throw max.Error("is below the target");
        if (fraction.Quantity64() == 0) throw fraction.Error("must not be zero");
        return rules with
        {
            Blobs = new(
                (int)schedule["target"].Quantity64(), (int)max.Quantity64(), fraction.Quantity64()),
        };
    }
}
