using System.Collections.Immutable;
using Weft.Evm;
using Weft.Primitives;

namespace Weft.Execution;

/// <summary>
/// The block from which on rules hold: <paramref name="Number"/> up to Paris, <paramref name="Timestamp"/> (seconds)
/// later. A chain may bring rules of its own, e.g. another blob schedule.
/// </summary>
public sealed record ForkActivation(ForkRules Rules, ulong Number, ulong Timestamp)
{
    /// <summary>EIP-3675: the rules hold for the blocks whose parent has reached this total difficulty.
    /// <see cref="Number"/> is then the block where that happened, for those who do not count difficulties.</summary>
    public UInt256? TotalDifficulty { get; init; }

    public static ForkActivation AtNumber(Fork fork, ulong number) => new(ForkRules.Of(fork), number, 0);

    public static ForkActivation AtTimestamp(Fork fork, ulong timestamp) => new(ForkRules.Of(fork), 0, timestamp);

    /// <summary>By total difficulty; by number where the block is known, never otherwise.</summary>
    public static ForkActivation AtTotalDifficulty(
        Fork fork, in UInt256 totalDifficulty, ulong number = ulong.MaxValue) =>
        new(ForkRules.Of(fork), number, 0) { TotalDifficulty = totalDifficulty };

    internal bool IsReached(ulong number, ulong timestamp, UInt256? totalDifficulty) =>
        timestamp >= Timestamp
        && (TotalDifficulty is { } terminal && totalDifficulty is { } reached
            ? reached >= terminal
            : number >= Number);
}

/// <summary>Which rules a chain follows at which block. Immutable.</summary>
public sealed record ForkSchedule
{
    /// <summary><paramref name="activations"/> in the order of their forks, the first at genesis.</summary>
    public ForkSchedule(ulong chainId, IEnumerable<ForkActivation> activations, ulong? daoForkNumber = null)
    {
        (ChainId, Activations, DaoForkNumber) = (chainId, [.. activations], daoForkNumber);
        if (Activations is not [{ Number: 0, Timestamp: 0 }, ..])
            throw new ArgumentException("the first fork must be active from genesis on", nameof(activations));
        for (int i = 1; i < Activations.Length; i++)
            if (Activations[i].Rules.Fork <= Activations[i - 1].Rules.Fork)
                throw new ArgumentException($"{Activations[i].Rules.Fork} is out of order", nameof(activations));
    }

    public ulong ChainId { get; }

    public ImmutableArray<ForkActivation> Activations { get; }

    /// <summary>The block that moves the balances of the DAO; null where there is none.</summary>
    public ulong? DaoForkNumber { get; }

    /// <summary>The rules of the last fork that has been reached with all before it, so that nothing comes before Paris
    /// by its timestamp alone. <paramref name="parentTotalDifficulty"/> decides about Paris where it is
    /// known.</summary>
    public ForkRules RulesAt(ulong number, ulong timestamp, UInt256? parentTotalDifficulty = null)
    {
        int last = 0;
        while (last + 1 < Activations.Length
            && Activations[last + 1].IsReached(number, timestamp, parentTotalDifficulty)) last++;
        return Activations[last].Rules;
    }

    /// <summary>One fork for all blocks.</summary>
    public static ForkSchedule Always(Fork fork, ulong chainId = 1) => new(chainId, [ForkActivation.AtNumber(fork, 0)]);

    /// <summary>Ethereum mainnet.</summary>
    public static ForkSchedule Mainnet { get; } = new(
        chainId: 1,
        [
            ForkActivation.AtNumber(Fork.Frontier, 0),
            ForkActivation.AtNumber(Fork.Homestead, 1_150_000),
            ForkActivation.AtNumber(Fork.TangerineWhistle, 2_463_000),
            ForkActivation.AtNumber(Fork.SpuriousDragon, 2_675_000),
            ForkActivation.AtNumber(Fork.Byzantium, 4_370_000),
            ForkActivation.AtNumber(Fork.Petersburg, 7_280_000),
            ForkActivation.AtNumber(Fork.Istanbul, 9_069_000),
            ForkActivation.AtNumber(Fork.MuirGlacier, 9_200_000),
            ForkActivation.AtNumber(Fork.Berlin, 12_244_000),
            ForkActivation.AtNumber(Fork.London, 12_965_000),
            ForkActivation.AtNumber(Fork.ArrowGlacier, 13_773_000),
            ForkActivation.AtNumber(Fork.GrayGlacier, 15_050_000),
            ForkActivation.AtTotalDifficulty(Fork.Paris, Ether(58_750), 15_537_394),
            ForkActivation.AtTimestamp(Fork.Shanghai, 1_681_338_455),
            ForkActivation.AtTimestamp(Fork.Cancun, 1_710_338_135),
            ForkActivation.AtTimestamp(Fork.Prague, 1_746_612_311),
            ForkActivation.AtTimestamp(Fork.Osaka, 1_764_798_551),
            ForkActivation.AtTimestamp(Fork.Bpo1, 1_765_290_071),
            ForkActivation.AtTimestamp(Fork.Bpo2, 1_767_747_671),
        ],
        daoForkNumber: 1_920_000);

    /// <summary>Began under London's rules.</summary>
    public static ForkSchedule Sepolia { get; } = new(
        chainId: 11_155_111,
        [
            ForkActivation.AtNumber(Fork.London, 0),
            ForkActivation.AtTotalDifficulty(Fork.Paris, 17_000_000_000_000_000, 1_450_409),
            ForkActivation.AtTimestamp(Fork.Shanghai, 1_677_557_088),
            ForkActivation.AtTimestamp(Fork.Cancun, 1_706_655_072),
            ForkActivation.AtTimestamp(Fork.Prague, 1_741_159_776),
            ForkActivation.AtTimestamp(Fork.Osaka, 1_760_427_360),
            ForkActivation.AtTimestamp(Fork.Bpo1, 1_761_017_184),
            ForkActivation.AtTimestamp(Fork.Bpo2, 1_761_607_008),
        ]);

    /// <summary>Began under Paris' rules.</summary>
    public static ForkSchedule Holesky { get; } = new(
        chainId: 17_000,
        [
            ForkActivation.AtNumber(Fork.Paris, 0),
            ForkActivation.AtTimestamp(Fork.Shanghai, 1_696_000_704),
            ForkActivation.AtTimestamp(Fork.Cancun, 1_707_305_664),
            ForkActivation.AtTimestamp(Fork.Prague, 1_740_434_112),
            ForkActivation.AtTimestamp(Fork.Osaka, 1_759_308_480),
            ForkActivation.AtTimestamp(Fork.Bpo1, 1_759_800_000),
            ForkActivation.AtTimestamp(Fork.Bpo2, 1_760_389_824),
        ]);

    /// <summary>Began under Cancun's rules.</summary>
    public static ForkSchedule Hoodi { get; } = new(
        chainId: 560_048,
        [
            ForkActivation.AtNumber(Fork.Cancun, 0),
            ForkActivation.AtTimestamp(Fork.Prague, 1_742_999_832),
            ForkActivation.AtTimestamp(Fork.Osaka, 1_761_677_592),
            ForkActivation.AtTimestamp(Fork.Bpo1, 1_762_365_720),
            ForkActivation.AtTimestamp(Fork.Bpo2, 1_762_955_544),
        ]);

    private static UInt256 Ether(ulong count) => (UInt256)count * 1_000_000_000_000_000_000ul;
}
