using Weft.Primitives.Crypto;
using Weft.Primitives.Rlp;

namespace Weft.Primitives.Transactions;

/// <summary>
/// Reads transactions strictly. A result means something only when the reader has not failed. Every list is counted
/// before it is given memory, at the least size that its items have.
/// </summary>
public static class TransactionDecoder
{
    /// <summary>Least encodings, in bytes: an access list entry has an address and a list, a storage key is a whole
    /// word, an authorization has an address and five more fields.</summary>
    private const int MinAccessListEntrySize = 23, StorageKeySize = 33, HashSize = 33, MinAuthorizationSize = 27;

    /// <summary>The least of a legacy transaction: nine fields and their header.</summary>
    internal const int MinTransactionSize = 10;

    /// <summary>The network form, which is not one RLP item when the transaction has a type (EIP-2718): it takes all
    /// that the input holds.</summary>
    public static Transaction Read(ref RlpReader reader) =>
        reader.NextIsList ? ReadLegacy(ref reader) : ReadTyped(ref reader);

    /// <summary>An item of a list, in blocks and messages: a typed transaction is wrapped as a string.</summary>
    public static Transaction ReadItem(ref RlpReader reader)
    {
        if (reader.NextIsList) return ReadLegacy(ref reader);
        int outer = reader.BeginString();
        var transaction = ReadTyped(ref reader);
        reader.EndString(outer);
        return transaction;
    }

    private static Transaction ReadLegacy(ref RlpReader reader)
    {
        int list = reader.BeginList();
        ulong nonce = reader.ReadUInt64();
        var gasPrice = reader.ReadUInt256();
        var call = ReadCall(ref reader);
        int offsetOfV = reader.Position;
        if (!LegacyV.TryParse(reader.ReadUInt256(), out ulong? chainId, out byte yParity))
            reader.Fail(DecodeError.InvalidV, offsetOfV);
        var signature = ReadScalars(ref reader, yParity);
        reader.EndList(list);
        return new()
        {
            Type = TransactionType.Legacy, ChainId = chainId, Nonce = nonce, GasPrice = gasPrice,
            GasLimit = call.GasLimit, To = call.To, Value = call.Value, Data = call.Data, Signature = signature,
        };
    }

    private static Transaction ReadTyped(ref RlpReader reader)
    {
        int start = reader.Position;
        byte type = reader.ReadRawByte();
        if (type is < (byte)TransactionType.AccessList or > (byte)TransactionType.SetCode)
            reader.Fail(DecodeError.UnknownTransactionType, start);
        int list = reader.BeginList();
        var transaction = (TransactionType)type == TransactionType.AccessList
            ? ReadAccessListType(ref reader)
            : ReadFeeMarketType(ref reader, (TransactionType)type);
        reader.EndList(list);
        return transaction;
    }

    /// <summary>EIP-2930.</summary>
    private static Transaction ReadAccessListType(ref RlpReader reader)
    {
        ulong chainId = reader.ReadUInt64(), nonce = reader.ReadUInt64();
        var gasPrice = reader.ReadUInt256();
        var call = ReadCall(ref reader);
        var accessList = ReadAccessList(ref reader);
        return new()
        {
            Type = TransactionType.AccessList, ChainId = chainId, Nonce = nonce, GasPrice = gasPrice,
            GasLimit = call.GasLimit, To = call.To, Value = call.Value, Data = call.Data, AccessList = accessList,
            Signature = ReadSignature(ref reader),
        };
    }

    /// <summary>EIP-1559, with what EIP-4844 and EIP-7702 add before the signature.</summary>
    private static Transaction ReadFeeMarketType(ref RlpReader reader, TransactionType type)
    {
        ulong chainId = reader.ReadUInt64(), nonce = reader.ReadUInt64();
        UInt256 maxPriorityFee = reader.ReadUInt256(), maxFee = reader.ReadUInt256();
        var call = ReadCall(ref reader);
        var accessList = ReadAccessList(ref reader);
        var maxBlobFee = type == TransactionType.Blob ? reader.ReadUInt256() : default;
        Hash256[] blobHashes = type == TransactionType.Blob ? ReadBlobHashes(ref reader) : [];
        Authorization[] authorizations = type == TransactionType.SetCode ? ReadAuthorizations(ref reader) : [];
        return new()
        {
            Type = type, ChainId = chainId, Nonce = nonce, MaxPriorityFeePerGas = maxPriorityFee,
            MaxFeePerGas = maxFee, GasLimit = call.GasLimit, To = call.To, Value = call.Value, Data = call.Data,
            AccessList = accessList, MaxFeePerBlobGas = maxBlobFee, BlobVersionedHashes = blobHashes,
            AuthorizationList = authorizations, Signature = ReadSignature(ref reader),
        };
    }

    /// <summary>The four fields that follow the fees in every type.</summary>
    private readonly record struct Call(ulong GasLimit, Address? To, UInt256 Value, byte[] Data);

    private static Call ReadCall(ref RlpReader reader) => new(
        reader.ReadUInt64(), reader.ReadOptionalAddress(), reader.ReadUInt256(), reader.ReadBytes().ToArray());

    private static AccessListEntry[] ReadAccessList(ref RlpReader reader)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(MinAccessListEntrySize);
        var entries = count == 0 ? [] : new AccessListEntry[count];
        for (int i = 0; i < entries.Length && !reader.Failed; i++)
        {
            int item = reader.BeginList();
            entries[i] = new(reader.ReadAddress(), ReadStorageKeys(ref reader));
            reader.EndList(item);
        }
        reader.EndList(list);
        return entries;
    }

    private static UInt256[] ReadStorageKeys(ref RlpReader reader)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(StorageKeySize);
        var keys = count == 0 ? [] : new UInt256[count];
        for (int i = 0; i < keys.Length && !reader.Failed; i++)
            keys[i] = UInt256.FromBigEndian(reader.ReadBytes(32));
        reader.EndList(list);
        return keys;
    }

    private static Hash256[] ReadBlobHashes(ref RlpReader reader)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(HashSize);
        var hashes = count == 0 ? [] : new Hash256[count];
        for (int i = 0; i < hashes.Length && !reader.Failed; i++) hashes[i] = reader.ReadHash();
        reader.EndList(list);
        return hashes;
    }

    private static Authorization[] ReadAuthorizations(ref RlpReader reader)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(MinAuthorizationSize);
        var authorizations = count == 0 ? [] : new Authorization[count];
        for (int i = 0; i < authorizations.Length && !reader.Failed; i++)
        {
            int item = reader.BeginList();
            authorizations[i] = new(reader.ReadUInt256(), reader.ReadAddress(), reader.ReadUInt64(),
                reader.ReadByte(), reader.ReadUInt256(), reader.ReadUInt256());
            reader.EndList(item);
        }
        reader.EndList(list);
        return authorizations;
    }

    private static Signature ReadSignature(ref RlpReader reader)
    {
        int start = reader.Position;
        ulong yParity = reader.ReadUInt64();
        if (yParity > 1) reader.Fail(DecodeError.InvalidYParity, start);
        return ReadScalars(ref reader, (byte)(yParity & 1));
    }

    private static Signature ReadScalars(ref RlpReader reader, byte yParity)
    {
        int start = reader.Position;
        UInt256 r = reader.ReadUInt256(), s = reader.ReadUInt256();
        if (!Secp256k1.IsInRange(r) || !Secp256k1.IsInRange(s)) reader.Fail(DecodeError.SignatureOutOfRange, start);
        return new(yParity, r, s);
    }
}
