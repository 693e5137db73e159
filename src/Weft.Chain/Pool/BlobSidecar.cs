using Weft.Primitives;

namespace Weft.Chain.Pool;

/// <summary>What travels with a blob transaction but is no part of it: blobs with their KZG commitments and proofs. One
/// proof a blob (version 0, EIP-4844), or one for each of its 128 cells (version 1, EIP-7594).</summary>
public sealed record BlobSidecar(
    byte Version, IReadOnlyList<ReadOnlyMemory<byte>> Blobs, IReadOnlyList<ReadOnlyMemory<byte>> Commitments,
    IReadOnlyList<ReadOnlyMemory<byte>> Proofs)
{
    public const int BlobSize = 131072, CommitmentSize = 48, ProofSize = 48, CellsPerBlob = 128;

    /// <summary>Proofs of one blob.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ProofsOf(int blob) =>
        Version == 0 ? [Proofs[blob]] : Proofs.Skip(blob * CellsPerBlob).Take(CellsPerBlob);
}

/// <summary>A blob of the pool with what proves it.</summary>
public sealed record PooledBlob(BlobSidecar Sidecar, int Index)
{
    public ReadOnlyMemory<byte> Blob => Sidecar.Blobs[Index];
    public ReadOnlyMemory<byte> Commitment => Sidecar.Commitments[Index];

    public IReadOnlyList<ReadOnlyMemory<byte>> Proofs => [.. Sidecar.ProofsOf(Index)];
}
