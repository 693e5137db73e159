using Weft.Primitives.Crypto;
using Weft.Primitives.Rlp;

namespace Weft.Primitives.Transactions;

/// <summary>The transaction envelope types of EIP-2718.</summary>
public enum TransactionType : byte { Legacy = 0, AccessList = 1, DynamicFee = 2, Blob = 3, SetCode = 4 }

/// <summary>
/// A transaction of any type. Fields that a type does not carry are empty. Immutable once built, so it may be shared
/// between threads. Sources: Yellow Paper 4.2; EIP-155, 2718, 2930, 1559, 4844, 7702.
/// </summary>
public sealed class Transaction
{
    private Signature _signature;
    private Address? _sender;
    private IReadOnlyList<Authorization> _authorizationList = [];
    private CachedHash? _hash;

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
    public IReadOnlyList<Authorization> AuthorizationList
    {
        get => _authorizationList;
        init => _authorizationList = value;
    }

    public Signature Signature { get => _signature; init => _signature = value; }

    /// <summary>The account that signed; null until recovered.</summary>
    public Address? Sender { get => _sender; init => _sender = value; }

    /// <summary>What the sender pays per gas at most: gas price of types 0 and 1, maximum fee of the others.</summary>
    public UInt256 FeeCap => Type <= TransactionType.AccessList ? GasPrice : MaxFeePerGas;

    public bool IsCreate => To is null;

    /// <summary>Keccak-256 of <see cref="Encode"/>: what identifies the transaction. Computed once, when first asked
    /// for.</summary>
    public Hash256 Hash => (_hash ??= new(TransactionEncoder.ComputeHash(this))).Value;

    /// <summary>The network form: an RLP list, after the type unless legacy (EIP-2718).</summary>
    public byte[] Encode()
    {
        using var writer = new RlpWriter(256 + Data.Length);
        TransactionEncoder.Write(this, writer);
        return writer.ToArray();
    }

    /// <summary>Decodes the network form. Field ranges of the wire, of v and of r and s are checked; rules of forks
    /// (low s, accepted types, gas) are not. The sender stays unknown.</summary>
    /// <exception cref="RlpException">The bytes are no transaction.</exception>
    public static Transaction Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new RlpReader(bytes);
        var transaction = TransactionDecoder.Read(ref reader);
        reader.FinishOrThrow();
        return transaction;
    }

    /// <summary>Like <see cref="Decode"/>, with the reason as a result.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Transaction transaction, out DecodeError error)
    {
        var reader = new RlpReader(bytes);
        transaction = TransactionDecoder.Read(ref reader);
        bool valid = reader.Finish();
        error = reader.Error;
        return valid;
    }

    /// <summary>The same transaction with its sender known.</summary>
    public Transaction WithSender(in Address sender)
    {
        var copy = (Transaction)MemberwiseClone();
        copy._sender = sender;
        return copy;
    }

    /// <summary>The same transaction with its sender and the authorities of its delegations known.</summary>
    public Transaction WithSigners(in Address sender, IReadOnlyList<Authorization> authorizations)
    {
        var copy = WithSender(sender);
        copy._authorizationList = authorizations;
        return copy;
    }

    /// <summary>The same transaction with a signature that is known, and who made it.</summary>
    public Transaction WithSignature(in Signature signature, in Address sender)
    {
        var copy = WithSender(sender);
        copy._signature = signature;
        copy._hash = null;
        return copy;
    }

    /// <summary>Signs what the fields say, <see cref="ChainId"/> included (EIP-155), and fills in the sender.</summary>
    /// <exception cref="ArgumentException">The private key is not in 1 to n - 1.</exception>
    public Transaction SignedBy(in UInt256 privateKey)
    {
        var signature = Secp256k1.Sign(TransactionEncoder.SigningHash(this), privateKey);
        return WithSignature(signature, Secp256k1.PrivateKeyToAddress(privateKey));
    }

    /// <summary>A reference, for a 32-byte value could be seen half written by another thread.</summary>
    private sealed class CachedHash(in Hash256 value)
    {
        public readonly Hash256 Value = value;
    }
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
