using System.Collections.Immutable;
using Weft.Evm;

namespace Weft.Execution;

/// <summary>
/// The block from which on rules hold: <paramref name="Number"/> up to Paris, <paramref name="Timestamp"/> (seconds)
/// later. A chain may bring rules of its own, e.g. another blob schedule.
/// </summary>
public sealed record ForkActivation(ForkRules Rules, ulong Number, ulong Timestamp)
{
    public static ForkActivation AtNumber(Fork fork, ulong number) => new(ForkRules.Of(fork), number, 0);

    public static ForkActivation AtTimestamp(Fork fork, ulong timestamp) => new(ForkRules.Of(fork), 0, timestamp);
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

    /// <summary>The rules of the last fork whose number and timestamp have both been reached.</summary>
    public ForkRules RulesAt(ulong number, ulong timestamp)
    {
        for (int i = Activations.Length - 1; i > 0; i--)
            if (number >= Activations[i].Number && timestamp >= Activations[i].Timestamp) return Activations[i].Rules;
        return Activations[0].Rules;
    }

    /// <summary>One fork for all blocks.</summary>
    public static ForkSchedule Always(Fork fork, ulong chainId = 1) => new(chainId, [ForkActivation.AtNumber(fork, 0)]);

    /// <summary>Ethereum mainnet. Timestamp forks also name the number of Paris, so that an early block with a wild
    /// timestamp cannot jump ahead.</summary>
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
            ForkActivation.AtNumber(Fork.Paris, MainnetParis),
            AfterParis(Fork.Shanghai, 1_681_338_455),
            AfterParis(Fork.Cancun, 1_710_338_135),
            AfterParis(Fork.Prague, 1_746_612_311),
            AfterParis(Fork.Osaka, 1_764_798_551),
            AfterParis(Fork.Bpo1, 1_765_290_071),
            AfterParis(Fork.Bpo2, 1_767_747_671),
        ],
        daoForkNumber: 1_920_000);

    private const ulong MainnetParis = 15_537_394;

    private static ForkActivation AfterParis(Fork fork, ulong timestamp) =>
        new(ForkRules.Of(fork), MainnetParis, timestamp);
}
