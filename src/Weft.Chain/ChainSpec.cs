using Weft.Execution;
using Weft.Primitives;

namespace Weft.Chain;

/// <summary>What makes a chain: its name, when its forks begin, its genesis, and where validators deposit
/// (EIP-6110; null: mainnet's contract).</summary>
public sealed record ChainSpec(string Name, ForkSchedule Forks, Genesis Genesis, Address? DepositContract = null)
{
    /// <summary>Its state may be edited by hand, and its blocks may hold transactions that nobody signed
    /// (<see cref="Dev.Impersonation"/>). Of no use to anybody but developers.</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>What the chain begins with besides the state of its genesis; null: nothing. State roots are then those
    /// of what the database holds, which is not the whole state, and undoing adds to it; so they prove nothing.
    /// </summary>
    public Origins.IOrigin? Origin { get; init; }
}
