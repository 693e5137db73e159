using Weft.Evm;
using Weft.Primitives;

namespace Weft.Execution.Strategies;

/// <summary>A block over the state before it, with the rules and the chain that it is executed under.</summary>
/// <param name="DepositContract">Where validators deposit (EIP-6110); null: mainnet's.</param>
public sealed record RuledBlock(BlockInput Input, ForkRules Rules, ulong ChainId, Address? DepositContract = null);
