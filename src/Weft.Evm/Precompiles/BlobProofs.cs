using System.Runtime.InteropServices;
using Weft.Evm.Precompiles.Native;

namespace Weft.Evm.Precompiles;

/// <summary>
/// KZG proofs of whole blobs (EIP-4844) and of their cells (EIP-7594), by c-kzg with the trusted setup of the ceremony,
/// which is read from the file beside the library when first asked for: that takes a second. Any thread.
/// </summary>
public static unsafe class BlobProofs
{
    public const int BlobSize = 131072, PointSize = 48, CellsPerBlob = 128;

    private const int CellSize = 2048;
    private const string SetupFileName = "trusted_setup.txt";

    /// <summary>Never freed: it lives as long as the process.</summary>
    private static readonly Lazy<nint> Settings = new(Load);

    /// <summary>Reads the trusted setup now, so that whoever asks first need not wait for it. Where it is missing
    /// nothing happens: those who ask are told.</summary>
    public static void Prepare()
    {
        try
        {
            _ = Settings.Value;
        }
        catch (DllNotFoundException)
        {
            // A chain may never see a blob; the first one is refused with the remedy.
        }
    }

    /// <summary>Whether the proof belongs to blob and commitment; false also for what is no encoding.</summary>
    /// <exception cref="DllNotFoundException">The library, or the trusted setup, is not there.</exception>
    public static bool Verify(
        ReadOnlySpan<byte> blob, ReadOnlySpan<byte> commitment, ReadOnlySpan<byte> proof)
    {
        CheckSizes(blob, commitment);
        ArgumentOutOfRangeException.ThrowIfNotEqual(proof.Length, PointSize);
        // Safe: all are pinned for the call, have the sizes that were checked, and are not kept.
        fixed (byte* b = blob, c = commitment, p = proof)
            return CKzg.VerifyBlobProof(out byte isValid, b, c, p, (void*)Settings.Value) == 0 && isValid != 0;
    }

    /// <summary>Whether the proofs belong to the 128 cells of the blob.</summary>
    /// <exception cref="DllNotFoundException">The library, or the trusted setup, is not there.</exception>
    public static bool VerifyCells(
        ReadOnlySpan<byte> blob, ReadOnlySpan<byte> commitment, IReadOnlyList<ReadOnlyMemory<byte>> proofs)
    {
        CheckSizes(blob, commitment);
        if (proofs.Count != CellsPerBlob || proofs.Any(proof => proof.Length != PointSize)) return false;
        var cells = new byte[CellsPerBlob * CellSize];
        var points = new byte[2 * CellsPerBlob * PointSize];
        var indices = new ulong[CellsPerBlob];
        for (int i = 0; i < CellsPerBlob; i++)
        {
            indices[i] = (ulong)i;
            commitment.CopyTo(points.AsSpan(i * PointSize));
            proofs[i].Span.CopyTo(points.AsSpan((CellsPerBlob + i) * PointSize));
        }
        // Safe: all are pinned for the calls, have the sizes of 128 cells and points, and are not kept.
        fixed (byte* b = blob, c = cells, p = points)
        fixed (ulong* n = indices)
        {
            void* settings = (void*)Settings.Value;
            return CKzg.ComputeCells(c, null, b, settings) == 0
                && CKzg.VerifyCellProofs(
                    out byte isValid, p, n, c, p + CellsPerBlob * PointSize, CellsPerBlob, settings) == 0
                && isValid != 0;
        }
    }

    /// <summary>Commitment and proofs of a blob: one for it, or one for each of its cells.</summary>
    /// <exception cref="ArgumentException">It is no blob: a number of it is not below the order of the field.
    /// </exception>
    /// <exception cref="DllNotFoundException">The library, or the trusted setup, is not there.</exception>
    public static (byte[] Commitment, byte[][] Proofs) Prove(ReadOnlySpan<byte> blob, bool byCells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(blob.Length, BlobSize);
        var commitment = new byte[PointSize];
        var proofs = new byte[(byCells ? CellsPerBlob : 1) * PointSize];
        int code;
        // Safe: all are pinned for the calls, have the sizes that these write, and are not kept.
        fixed (byte* b = blob, c = commitment, p = proofs)
        fixed (byte* cells = new byte[byCells ? CellsPerBlob * CellSize : 1])
        {
            void* settings = (void*)Settings.Value;
            code = CKzg.BlobToCommitment(c, b, settings);
            if (code == 0)
                code = byCells ? CKzg.ComputeCells(cells, p, b, settings) : CKzg.ComputeBlobProof(p, b, c, settings);
        }
        if (code != 0) throw new ArgumentException("no blob", nameof(blob));
        return (commitment, [.. proofs.Chunk(PointSize)]);
    }

    private static void CheckSizes(ReadOnlySpan<byte> blob, ReadOnlySpan<byte> commitment)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(blob.Length, BlobSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(commitment.Length, PointSize);
    }

    // ---- The trusted setup ----

    /// <summary>Text: the numbers of points in G1 and G2, then the points in hexadecimal: G1 in Lagrange form, G2, G1
    /// in monomial form.</summary>
    private static nint Load()
    {
        string path = NativeLibraries.FindBesideKzg(SetupFileName) ?? throw new DllNotFoundException(
            $"{SetupFileName} was not found; run ./weft once: it fetches the trusted setup "
            + "(or native/build-kzg.sh does)");
        string[] words = File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int g1 = int.Parse(words[0]), g2 = int.Parse(words[1]);
        byte[] lagrange = ReadPoints(words.AsSpan(2, g1)), monomial2 = ReadPoints(words.AsSpan(2 + g1, g2)),
            monomial1 = ReadPoints(words.AsSpan(2 + g1 + g2, g1));
        void* settings = NativeMemory.AllocZeroed(CKzg.SettingsSize);
        int code;
        // Safe: pinned for the call, which copies; the lengths are those of the arrays.
        fixed (byte* l = lagrange, m1 = monomial1, m2 = monomial2)
            code = CKzg.LoadTrustedSetup(
                settings, m1, (ulong)monomial1.Length, l, (ulong)lagrange.Length, m2, (ulong)monomial2.Length, 0);
        return code == 0
            ? (nint)settings
            : throw new DllNotFoundException($"{path} is no trusted setup (c-kzg: {code}); delete it and run ./weft");
    }

    private static byte[] ReadPoints(ReadOnlySpan<string> words)
    {
        var bytes = new List<byte>(words.Length * 96);
        foreach (string word in words) bytes.AddRange(Convert.FromHexString(word));
        return [.. bytes];
    }
}
