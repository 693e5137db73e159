using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Tests.Execution;

/// <summary>Accounts and transactions that the scenarios share.</summary>
internal static class Samples
{
    public static readonly Address Sender = Address.FromNumber(0x5e4de5);
    public static readonly Address Recipient = Address.FromNumber(0x4ec1b1e47);
    public static readonly Address Coinbase = Address.FromNumber(0xc014ba5e);
    public static readonly UInt256 Ether = 1_000_000_000_000_000_000;

    /// <summary>A valid transaction of each type with nonce 0, 10 wei per gas and 200000 gas.</summary>
    public static Transaction Of(
        TransactionType type, Address? to = null, bool create = false, ulong nonce = 0, ulong gas = 200_000,
        UInt256? value = null, byte[]? data = null, ulong price = 10, ulong priority = 10, ulong? chainId = 1,
        UInt256? maxFee = null, AccessListEntry[]? accessList = null, Hash256[]? blobs = null, ulong blobFee = 1,
        Authorization[]? authorizations = null, Address? sender = null, UInt256 s = default)
    {
        bool hasFees = type > TransactionType.AccessList;
        return new()
        {
            Type = type,
            ChainId = chainId,
            Nonce = nonce,
            GasLimit = gas,
            To = create ? null : to ?? Recipient,
            Value = value ?? UInt256.Zero,
            Data = data ?? [],
            GasPrice = hasFees ? UInt256.Zero : maxFee ?? price,
            MaxFeePerGas = hasFees ? maxFee ?? price : UInt256.Zero,
            MaxPriorityFeePerGas = hasFees ? priority : UInt256.Zero,
            AccessList = accessList ?? [],
            BlobVersionedHashes = blobs ?? (type == TransactionType.Blob ? [VersionedHash(1)] : []),
            MaxFeePerBlobGas = type == TransactionType.Blob ? blobFee : UInt256.Zero,
            AuthorizationList = authorizations ?? (type == TransactionType.SetCode ? [Unsigned] : []),
            Signature = new(0, UInt256.One, s),
            Sender = sender ?? Sender,
        };
    }

    public static Hash256 VersionedHash(byte version)
    {
        var bytes = new byte[32];
        bytes[0] = version;
        return new(bytes);
    }

    /// <summary>An authorization that nobody can have signed.</summary>
    private static readonly Authorization Unsigned = new(1, Recipient, 0, 0, UInt256.Zero, UInt256.Zero);
}
