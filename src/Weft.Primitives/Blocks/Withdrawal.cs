namespace Weft.Primitives.Blocks;

/// <summary>A payment from the beacon chain (EIP-4895). The amount is in gwei.</summary>
public readonly record struct Withdrawal(ulong Index, ulong ValidatorIndex, Address Address, ulong AmountGwei);
