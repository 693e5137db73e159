using Weft.Execution;
using Weft.Primitives;

namespace Weft.Chain;

/// <summary>What makes a chain: its name, when its forks begin, its genesis, and where validators deposit
/// (EIP-6110; null: mainnet's contract).</summary>
public sealed record ChainSpec(string Name, ForkSchedule Forks, Genesis Genesis, Address? DepositContract = null);
