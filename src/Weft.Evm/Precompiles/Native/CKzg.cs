using System.Runtime.InteropServices;

namespace Weft.Evm.Precompiles.Native;

/// <summary>The functions of c-kzg-4844 that need the whole trusted setup. All return 0 for success, 1 for input that
/// is no encoding. They only read the setup, so any threads may call them.</summary>
internal static unsafe partial class CKzg
{
    static CKzg() => NativeLibraries.Register();

    private const string Library = NativeLibraries.Kzg;

    /// <summary>More than any version's KZGSettings, which is pointers and sizes.</summary>
    public const int SettingsSize = 512;

    /// <summary>Points, compressed: G1 in monomial and Lagrange form, G2 in monomial form.</summary>
    [LibraryImport(Library, EntryPoint = "load_trusted_setup")]
    internal static partial int LoadTrustedSetup(
        void* settings, byte* g1Monomial, ulong g1MonomialBytes, byte* g1Lagrange, ulong g1LagrangeBytes,
        byte* g2Monomial, ulong g2MonomialBytes, ulong precompute);

    [LibraryImport(Library, EntryPoint = "verify_blob_kzg_proof")]
    internal static partial int VerifyBlobProof(
        out byte isValid, byte* blob, byte* commitment, byte* proof, void* settings);

    /// <summary><paramref name="proofs"/> may be null.</summary>
    [LibraryImport(Library, EntryPoint = "compute_cells_and_kzg_proofs")]
    internal static partial int ComputeCells(byte* cells, byte* proofs, byte* blob, void* settings);

    [LibraryImport(Library, EntryPoint = "verify_cell_kzg_proof_batch")]
    internal static partial int VerifyCellProofs(
        out byte isValid, byte* commitments, ulong* cellIndices, byte* cells, byte* proofs, ulong count,
        void* settings);

    [LibraryImport(Library, EntryPoint = "blob_to_kzg_commitment")]
    internal static partial int BlobToCommitment(byte* commitment, byte* blob, void* settings);

    [LibraryImport(Library, EntryPoint = "compute_blob_kzg_proof")]
    internal static partial int ComputeBlobProof(byte* proof, byte* blob, byte* commitment, void* settings);
}
