namespace Weft.Primitives.Transactions;

/// <summary>The transaction envelope types of EIP-2718.</summary>
public enum TransactionType : byte { Legacy = 0, AccessList = 1, DynamicFee = 2, Blob = 3, SetCode = 4 }

/// <summary>
/// A transaction of any type. Fields that a type does not carry are empty. Immutable once built, so it may be shared
/// between threads. Sources: Yellow Paper 4.2; EIP-155, 2718, 2930, 1559, 4844, 7702.
/// </summary>
public sealed class Transaction
{
    public required TransactionType Type { get; init; }

    /// <summary>Null for a legacy transaction without replay protection (before EIP-155).</summary>
    public ulong? ChainId { get; init; }

    public ulong Nonce { get; init; }

    /// <summary>Types 0 and 1: wei per gas. Types 2 to 4 leave it zero.</summary>
    public UInt256 GasPrice { get; init; }

    /// <summary>Types 2 to 4: wei per gas for the fee recipient, at most.</summary>
    public UInt256 MaxPriorityFeePerGas { get; init; }

    /// <summary>Types 2 to 4: wei per gas in all, at most.</summary>
    public UInt256 MaxFeePerGas { get; init; }

    public ulong GasLimit { get; init; }

    /// <summary>Null creates a contract.</summary>
    public Address? To { get; init; }

    public UInt256 Value { get; init; }
    public ReadOnlyMemory<byte> Data { get; init; }
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>Type 3: wei per blob gas, at most.</summary>
    public UInt256 MaxFeePerBlobGas { get; init; }

    /// <summary>Type 3: one versioned hash a blob.</summary>
    public IReadOnlyList<Hash256> BlobVersionedHashes { get; init; } = [];

    /// <summary>Type 4: delegations to set before execution.</summary>
    public IReadOnlyList<Authorization> AuthorizationList { get; init; } = [];

    public Signature Signature { get; init; }

    /// <summary>The account that signed; null until recovered.</summary>
    public Address? Sender { get; init; }

    /// <summary>What the sender pays per gas at most: the gas price of types 0 and 1, the maximum fee of the others.</summary>
    public UInt256 FeeCap => Type <= TransactionType.AccessList ? GasPrice : MaxFeePerGas;

    public bool IsCreate => To is null;
}

/// <summary>An address and its slots, declared ahead (EIP-2930).</summary>
public readonly record struct AccessListEntry(Address Address, IReadOnlyList<UInt256> StorageKeys);

/// <summary>An ECDSA signature over secp256k1. <paramref name="YParity"/> is the recovery id, 0 or 1.</summary>
public readonly record struct Signature(byte YParity, UInt256 R, UInt256 S);

/// <summary>
/// A signed delegation of EIP-7702. Chain id and y-parity keep their full wire range, for an authorization that is
/// out of bounds is skipped, not rejected. <paramref name="Authority"/> is null until recovered or where it cannot be.
/// </summary>
public sealed record Authorization(
    UInt256 ChainId, Address Address, ulong Nonce, byte YParity, UInt256 R, UInt256 S, Address? Authority = null);
