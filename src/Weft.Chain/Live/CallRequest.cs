using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>Something like a transaction that nobody signed. What is null takes its default.</summary>
public sealed record CallRequest
{
    /// <summary>The zero address where it is not given.</summary>
    public Address From { get; init; }

    /// <summary>Null creates a contract.</summary>
    public Address? To { get; init; }

    /// <summary>Null: as much as is allowed.</summary>
    public ulong? Gas { get; init; }

    /// <summary>Wei per gas; not together with the two fees.</summary>
    public UInt256? GasPrice { get; init; }
    public UInt256? MaxFeePerGas { get; init; }
    public UInt256? MaxPriorityFeePerGas { get; init; }
    public UInt256? MaxFeePerBlobGas { get; init; }
    public UInt256 Value { get; init; }

    /// <summary>Only where nonces are looked at (validation of a simulation) and for a creation's address.</summary>
    public ulong? Nonce { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; }
    public IReadOnlyList<AccessListEntry>? AccessList { get; init; }
    public IReadOnlyList<Hash256>? BlobVersionedHashes { get; init; }
    public IReadOnlyList<Authorization>? AuthorizationList { get; init; }
}

/// <summary>What to change of an account before calls. Null leaves a part as it is.</summary>
public sealed record AccountOverride
{
    public UInt256? Balance { get; init; }
    public ulong? Nonce { get; init; }
    public ReadOnlyMemory<byte>? Code { get; init; }

    /// <summary>The whole storage: every other slot is zero. Not together with <see cref="StateDiff"/>.</summary>
    public IReadOnlyDictionary<UInt256, UInt256>? State { get; init; }

    /// <summary>Slots that change; the others stay.</summary>
    public IReadOnlyDictionary<UInt256, UInt256>? StateDiff { get; init; }

    /// <summary>Where the precompile that is here goes; code can take its place.</summary>
    public Address? MovePrecompileTo { get; init; }
}

/// <summary>What calls see of their block, where it differs from the real one.</summary>
public sealed record BlockOverrides
{
    public ulong? Number { get; init; }
    public UInt256? Difficulty { get; init; }
    public ulong? Timestamp { get; init; }
    public ulong? GasLimit { get; init; }
    public Address? FeeRecipient { get; init; }
    public Hash256? PrevRandao { get; init; }
    public UInt256? BaseFee { get; init; }
    public UInt256? BlobBaseFee { get; init; }

    /// <summary>Simulated blocks only.</summary>
    public Hash256? ParentBeaconBlockRoot { get; init; }

    /// <summary>Simulated blocks only.</summary>
    public IReadOnlyList<Primitives.Blocks.Withdrawal>? Withdrawals { get; init; }
}

/// <summary>What surrounds a call.</summary>
public sealed record CallContext
{
    public IReadOnlyDictionary<Address, AccountOverride>? State { get; init; }
    public BlockOverrides? Block { get; init; }

    /// <summary>Gas of one call at most; also what it gets where it names none. Null: the executor's cap.</summary>
    public ulong? GasMax { get; init; }

    /// <summary>After that the call is stopped. Null: the executor's.</summary>
    public TimeSpan? TimeMax { get; init; }
}
