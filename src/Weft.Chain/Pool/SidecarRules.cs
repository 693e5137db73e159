using System.Security.Cryptography;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Pool;

/// <summary>Whether the sidecar of a blob transaction is the one that its hashes name, and proven (EIP-4844,
/// "Networking"; EIP-7594).</summary>
internal static class SidecarRules
{
    private const byte KzgVersion = 0x01;

    /// <summary>Null where it may come in, or there is no need for one.</summary>
    public static (PoolError Error, string Message)? Check(
        Transaction transaction, BlobSidecar? sidecar, ForkRules rules)
    {
        if (transaction.Type != TransactionType.Blob)
            return sidecar is null ? null : (PoolError.SidecarMismatch, "a sidecar without a blob transaction");
        if (sidecar is null) return (PoolError.SidecarMissing, "missing sidecar in blob transaction");
        // From EIP-7594 on each cell has its proof.
        byte version = (byte)(rules.Fork >= Fork.Osaka ? 1 : 0);
        if (sidecar.Version != version)
            return (PoolError.SidecarVersion,
                $"unexpected sidecar version, want: {version}, got: {sidecar.Version}");
        return CheckCounts(transaction, sidecar) ?? CheckHashes(transaction, sidecar) ?? CheckProofs(sidecar);
    }

    private static (PoolError, string)? CheckCounts(Transaction transaction, BlobSidecar sidecar)
    {
        int count = transaction.BlobVersionedHashes.Count;
        int proofs = sidecar.Version == 0 ? count : count * BlobSidecar.CellsPerBlob;
        if (sidecar.Blobs.Count != count)
            return (PoolError.SidecarMismatch,
                $"invalid number of {sidecar.Blobs.Count} blobs compared to {count} blob hashes");
        if (sidecar.Commitments.Count != count)
            return (PoolError.SidecarMismatch,
                $"invalid number of {sidecar.Commitments.Count} blob commitments compared to {count} blob hashes");
        return sidecar.Proofs.Count == proofs ? null : (PoolError.SidecarMismatch,
            $"invalid number of {sidecar.Proofs.Count} blob proofs expected {proofs}");
    }

    private static (PoolError, string)? CheckHashes(Transaction transaction, BlobSidecar sidecar)
    {
        var digest = new byte[32];
        for (int i = 0; i < sidecar.Commitments.Count; i++)
        {
            SHA256.HashData(sidecar.Commitments[i].Span, digest);
            digest[0] = KzgVersion;
            Hash256 expected = transaction.BlobVersionedHashes[i], found = new(digest);
            if (found != expected)
                return (PoolError.SidecarMismatch,
                    $"blob {i}: computed hash {found} mismatches transaction one {expected}");
        }
        return null;
    }

    private static (PoolError, string)? CheckProofs(BlobSidecar sidecar)
    {
        for (int i = 0; i < sidecar.Blobs.Count; i++)
        {
            bool isProven = sidecar.Version == 0
                ? BlobProofs.Verify(sidecar.Blobs[i].Span, sidecar.Commitments[i].Span, sidecar.Proofs[i].Span)
                : BlobProofs.VerifyCells(
                    sidecar.Blobs[i].Span, sidecar.Commitments[i].Span, [.. sidecar.ProofsOf(i)]);
            if (!isProven) return (PoolError.InvalidBlobProof, $"invalid blob {i}: can't verify opening proof");
        }
        return null;
    }
}
