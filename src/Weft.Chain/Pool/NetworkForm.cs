using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Pool;

/// <summary>The form in which transactions travel: as in blocks, but blob transactions bring their sidecar (EIP-4844,
/// "Networking"; with cell proofs EIP-7594).</summary>
public static class NetworkForm
{
    /// <summary>Blobs of a transaction that are decoded at most: more than any schedule has.</summary>
    private const int BlobsMax = 128;

    /// <summary>A blob transaction without sidecar is decoded, too; <paramref name="size"/> is that of the transaction
    /// without it.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> encoded, out Transaction transaction, out BlobSidecar? sidecar, out int size,
        out string? error)
    {
        sidecar = null;
        size = encoded.Length;
        if (IsWithSidecar(encoded)) return TryDecodeBlobs(encoded, out transaction, out sidecar, out size, out error);
        bool isValid = Transaction.TryDecode(encoded, out transaction, out var reason);
        error = isValid ? null : $"rlp: {reason}";
        return isValid;
    }

    /// <summary>The network form with the sidecar.</summary>
    public static byte[] Encode(Transaction transaction, BlobSidecar sidecar)
    {
        using var body = new RlpWriter(1024);
        TransactionEncoder.Write(transaction, body);
        using var writer = new RlpWriter(sidecar.Blobs.Count * (BlobSidecar.BlobSize + 8192) + 2048);
        writer.WriteRaw((byte)TransactionType.Blob);
        int list = writer.BeginList();
        // Its type stands before the whole.
        writer.WriteRaw(body.Written[1..]);
        if (sidecar.Version > 0) writer.Write(sidecar.Version);
        WriteList(writer, sidecar.Blobs);
        WriteList(writer, sidecar.Commitments);
        WriteList(writer, sidecar.Proofs);
        writer.EndList(list);
        return writer.ToArray();
    }

    private static void WriteList(RlpWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        int list = writer.BeginList();
        foreach (var item in items) writer.Write(item.Span);
        writer.EndList(list);
    }

    /// <summary>The list of a plain blob transaction begins with its chain id, a number; this one with a
    /// list.</summary>
    private static bool IsWithSidecar(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty || encoded[0] != (byte)TransactionType.Blob) return false;
        var reader = new RlpReader(encoded[1..]);
        reader.BeginList();
        return reader.NextIsList;
    }

    private static bool TryDecodeBlobs(
        ReadOnlySpan<byte> encoded, out Transaction transaction, out BlobSidecar? sidecar, out int size,
        out string? error)
    {
        var reader = new RlpReader(encoded[1..]);
        int list = reader.BeginList();
        ReadOnlySpan<byte> body = reader.ReadRaw();
        byte version = reader.NextIsList ? (byte)0 : reader.ReadByte();
        var blobs = ReadItems(ref reader, BlobSidecar.BlobSize, BlobsMax);
        var commitments = ReadItems(ref reader, BlobSidecar.CommitmentSize, BlobsMax);
        var proofs = ReadItems(ref reader, BlobSidecar.ProofSize, BlobsMax * BlobSidecar.CellsPerBlob);
        reader.EndList(list);
        bool isValid = reader.Finish();
        size = 1 + body.Length;
        byte[] alone = [(byte)TransactionType.Blob, .. body];
        isValid &= Transaction.TryDecode(alone, out transaction, out var reason);
        sidecar = isValid ? new(version, blobs, commitments, proofs) : null;
        error = isValid ? null : $"rlp: {(reason != DecodeError.None ? reason : reader.Error)}";
        return isValid;
    }

    private static ReadOnlyMemory<byte>[] ReadItems(ref RlpReader reader, int itemSize, int countMax)
    {
        int list = reader.BeginList(), start = reader.Position;
        int count = reader.CountItems(itemSize);
        if (count > countMax) reader.Fail(DecodeError.WrongSize, start);
        var items = reader.Failed || count == 0 ? [] : new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < items.Length && !reader.Failed; i++) items[i] = reader.ReadBytes(itemSize).ToArray();
        reader.EndList(list);
        return items;
    }
}
