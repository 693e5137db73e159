using System.Collections.Immutable;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Access;

/// <summary>
/// All that one transaction read and changed. <paramref name="Index"/> is the block access index of EIP-7928: 0 what
/// comes before the transactions, 1 to n these, n + 1 what comes after them. The payment of the fee recipient is among
/// the changes and, unless the transaction asked for it, observes nothing: it is a difference that commutes.
/// </summary>
/// <param name="Accounts">In the order of the first access; each once.</param>
/// <param name="Slots">Likewise.</param>
/// <param name="GasUsed">0 for what is no transaction.</param>
/// <param name="Fee">Wei for the fee recipient.</param>
public sealed record TransactionFootprint(
    int Index, ImmutableArray<AccountAccess> Accounts, ImmutableArray<SlotAccess> Slots, ulong GasUsed, UInt256 Fee);
