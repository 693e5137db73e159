using Weft.Primitives.Rlp;

namespace Weft.Primitives.Transactions;

/// <summary>Writes transactions, whole or as they are signed. The field order is that of the type's EIP.</summary>
public static class TransactionEncoder
{
    /// <summary>The network form: a list, after its type unless legacy (EIP-2718).</summary>
    public static void Write(Transaction transaction, RlpWriter writer) =>
        Write(transaction, writer, Part.Whole);

    /// <summary>As an item of a list, in blocks and messages: a typed transaction is wrapped as a string.</summary>
    public static void WriteItem(Transaction transaction, RlpWriter writer)
    {
        if (transaction.Type == TransactionType.Legacy)
        {
            Write(transaction, writer);
            return;
        }
        int start = writer.BeginString();
        Write(transaction, writer);
        writer.EndString(start);
    }

    /// <summary>What the sender signs.</summary>
    public static Hash256 SigningHash(Transaction transaction) => Hash(transaction, Part.ToBeSigned);

    /// <summary>What identifies the transaction; <see cref="Transaction.Hash"/> keeps it.</summary>
    public static Hash256 ComputeHash(Transaction transaction) => Hash(transaction, Part.Whole);

    private enum Part : byte { Whole, ToBeSigned }

    private static Hash256 Hash(Transaction transaction, Part part)
    {
        using var writer = new RlpWriter(256 + transaction.Data.Length);
        Write(transaction, writer, part);
        return writer.Hash();
    }

    private static void Write(Transaction transaction, RlpWriter writer, Part part)
    {
        if (transaction.Type != TransactionType.Legacy) writer.WriteRaw((byte)transaction.Type);
        int list = writer.BeginList();
        switch (transaction.Type)
        {
            case TransactionType.Legacy: WriteLegacy(transaction, writer, part); break;
            case TransactionType.AccessList: WriteAccessListType(transaction, writer); break;
            case TransactionType.DynamicFee: WriteDynamicFee(transaction, writer); break;
            case TransactionType.Blob: WriteBlob(transaction, writer); break;
            case TransactionType.SetCode: WriteSetCode(transaction, writer); break;
            default: throw new ArgumentException($"no transaction type {transaction.Type}", nameof(transaction));
        }
        if (part == Part.Whole && transaction.Type != TransactionType.Legacy)
            WriteSignature(transaction.Signature.YParity, transaction.Signature, writer);
        writer.EndList(list);
    }

    private static void WriteLegacy(Transaction transaction, RlpWriter writer, Part part)
    {
        writer.Write(transaction.Nonce);
        writer.Write(transaction.GasPrice);
        WriteCall(transaction, writer);
        if (part == Part.Whole)
        {
            // What nobody signed, e.g. in a simulation, has no v either.
            bool isSigned = transaction.Signature != default;
            var v = isSigned ? LegacyV.Of(transaction.ChainId, transaction.Signature.YParity) : UInt256.Zero;
            WriteSignature(v, transaction.Signature, writer);
        }
        else if (transaction.ChainId is { } chainId)
        {
            // EIP-155: the chain id and two zeros stand where v, r and s will.
            writer.Write(chainId);
            writer.Write(0);
            writer.Write(0);
        }
    }

    /// <summary>EIP-2930.</summary>
    private static void WriteAccessListType(Transaction transaction, RlpWriter writer)
    {
        writer.Write(transaction.ChainId.GetValueOrDefault());
        writer.Write(transaction.Nonce);
        writer.Write(transaction.GasPrice);
        WriteCall(transaction, writer);
        WriteAccessList(transaction.AccessList, writer);
    }

    /// <summary>EIP-1559; types 3 and 4 go on from it.</summary>
    private static void WriteDynamicFee(Transaction transaction, RlpWriter writer)
    {
        writer.Write(transaction.ChainId.GetValueOrDefault());
        writer.Write(transaction.Nonce);
        writer.Write(transaction.MaxPriorityFeePerGas);
        writer.Write(transaction.MaxFeePerGas);
        WriteCall(transaction, writer);
        WriteAccessList(transaction.AccessList, writer);
    }

    /// <summary>EIP-4844, without the sidecar.</summary>
    private static void WriteBlob(Transaction transaction, RlpWriter writer)
    {
        WriteDynamicFee(transaction, writer);
        writer.Write(transaction.MaxFeePerBlobGas);
        int list = writer.BeginList();
        for (int i = 0; i < transaction.BlobVersionedHashes.Count; i++)
            writer.Write(transaction.BlobVersionedHashes[i]);
        writer.EndList(list);
    }

    /// <summary>EIP-7702.</summary>
    private static void WriteSetCode(Transaction transaction, RlpWriter writer)
    {
        WriteDynamicFee(transaction, writer);
        int list = writer.BeginList();
        for (int i = 0; i < transaction.AuthorizationList.Count; i++)
            WriteAuthorization(transaction.AuthorizationList[i], writer);
        writer.EndList(list);
    }

    private static void WriteAuthorization(Authorization authorization, RlpWriter writer)
    {
        int item = writer.BeginList();
        writer.Write(authorization.ChainId);
        writer.Write(authorization.Address);
        writer.Write(authorization.Nonce);
        writer.Write(authorization.YParity);
        writer.Write(authorization.R);
        writer.Write(authorization.S);
        writer.EndList(item);
    }

    /// <summary>The four fields that follow the fees in every type.</summary>
    private static void WriteCall(Transaction transaction, RlpWriter writer)
    {
        writer.Write(transaction.GasLimit);
        writer.Write(transaction.To);
        writer.Write(transaction.Value);
        writer.Write(transaction.Data.Span);
    }

    private static void WriteAccessList(IReadOnlyList<AccessListEntry> entries, RlpWriter writer)
    {
        Span<byte> key = stackalloc byte[32];
        int list = writer.BeginList();
        for (int i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            int item = writer.BeginList();
            writer.Write(entry.Address);
            int keys = writer.BeginList();
            for (int k = 0; k < entry.StorageKeys.Count; k++)
            {
                entry.StorageKeys[k].WriteBigEndian(key);
                writer.Write(key);
            }
            writer.EndList(keys);
            writer.EndList(item);
        }
        writer.EndList(list);
    }

    private static void WriteSignature(in UInt256 v, in Signature signature, RlpWriter writer)
    {
        writer.Write(v);
        writer.Write(signature.R);
        writer.Write(signature.S);
    }
}
