using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Evm.Precompiles.Bls12381;
using Weft.Evm.Precompiles.Native;
using Weft.Primitives;

namespace Weft.Evm.Precompiles;

/// <summary>
/// 0x0a: checks that the polynomial behind a KZG commitment has the value y at z (EIP-4844). Of the whole trusted setup
/// this takes one point, s·G2, which is written down here: so the first call does not wait seconds for the rest.
/// </summary>
public sealed class PointEvaluation : Precompile
{
    private const int InputLength = 192;
    private const int OutputLength = 64;
    private const byte VersionedHashVersion = 1;
    private const int FieldElementsPerBlob = 4096;
    private const int LinesPerPoint = 68;

    /// <summary>The order of the groups, BLS_MODULUS.</summary>
    private static readonly UInt256 Order =
        new(0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48);

    /// <summary>s·G2, compressed: the second of `g2_monomial` in the trusted setup of the KZG ceremony.</summary>
    internal static ReadOnlySpan<byte> SetupG2 =>
    [
        0xb5, 0xbf, 0xd7, 0xdd, 0x8c, 0xde, 0xb1, 0x28, 0x84, 0x3b, 0xc2, 0x87, 0x23, 0x0a, 0xf3, 0x89,
        0x26, 0x18, 0x70, 0x75, 0xcb, 0xfb, 0xef, 0xa8, 0x10, 0x09, 0xa2, 0xce, 0x61, 0x5a, 0xc5, 0x3d,
        0x29, 0x14, 0xe5, 0x87, 0x0c, 0xb4, 0x52, 0xd2, 0xaf, 0xaa, 0xab, 0x24, 0xf3, 0x49, 0x9f, 0x72,
        0x18, 0x5c, 0xbf, 0xee, 0x53, 0x49, 0x27, 0x14, 0x73, 0x44, 0x29, 0xb7, 0xb3, 0x86, 0x08, 0xe2,
        0x39, 0x26, 0xc9, 0x11, 0xcc, 0xec, 0xea, 0xc9, 0xa3, 0x68, 0x51, 0x47, 0x7b, 0xa4, 0xc6, 0x0b,
        0x08, 0x70, 0x41, 0xde, 0x62, 0x10, 0x00, 0xed, 0xc9, 0x8e, 0xda, 0xda, 0x20, 0xc1, 0xde, 0xf2,
    ];

    // The lines of the Miller loops of G2 and of s·G2, 20 kB each; made by the first call that needs them.
    private static readonly Lazy<(BlsFp6[] Generator, BlsFp6[] Setup)> Lines = new(PrepareLines);

    public override string Name => "KZG_POINT_EVALUATION";

    public override long Gas(ReadOnlySpan<byte> input) => 50000;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => OutputLength;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length != InputLength) return -1;
        ReadOnlySpan<byte> commitment = input[96..144], proof = input[144..];
        Span<byte> versionedHash = stackalloc byte[32];
        SHA256.HashData(commitment, versionedHash);
        versionedHash[0] = VersionedHashVersion;
        if (!versionedHash.SequenceEqual(input[..32])) return -1;
        if (!IsFieldElement(input[32..64]) || !IsFieldElement(input[64..96])) return -1;
        if (!TryReadPoint(commitment, out BlsP1Affine c) || !TryReadPoint(proof, out BlsP1Affine p)) return -1;
        if (!Verify(c, input[32..64], input[64..96], p)) return -1;

        output[..32].Clear();
        BinaryPrimitives.WriteInt32BigEndian(output[28..], FieldElementsPerBlob);
        Order.WriteBigEndian(output[32..]);
        return OutputLength;
    }

    private static bool IsFieldElement(ReadOnlySpan<byte> bytes) => UInt256.FromBigEndian(bytes) < Order;

    private static bool TryReadPoint(ReadOnlySpan<byte> bytes, out BlsP1Affine point) =>
        Blst.P1Uncompress(out point, in bytes[..48][0]) == 0 && Blst.P1InG1(point);

    /// <summary>
    /// The specification asks for e(C - y·G1, G2) = e(π, s·G2 - z·G2). With the factor of z moved to the left both
    /// points of G2 are constants: e(C - y·G1 + z·π, G2) = e(π, s·G2).
    /// </summary>
    private static unsafe bool Verify(
        in BlsP1Affine commitment, ReadOnlySpan<byte> z, ReadOnlySpan<byte> y, in BlsP1Affine proof)
    {
        BlsScalar zScalar = BlsEncoding.ReadScalar(z), yScalar = BlsEncoding.ReadScalar(y);
        // Safe: blst gives the address of a constant of its own.
        Blst.P1Multiply(out BlsP1 value, *Blst.P1Generator(), yScalar, 255);
        Blst.P1Negate(ref value, true);
        Blst.P1AddAffine(out BlsP1 difference, value, commitment);
        Blst.P1FromAffine(out BlsP1 proofPoint, proof);
        Blst.P1Multiply(out BlsP1 shift, proofPoint, zScalar, 255);
        Blst.P1Add(out BlsP1 left, difference, shift);
        Blst.P1ToAffine(out BlsP1Affine leftAffine, left);

        // A pairing with infinity is one, and the order of the groups is prime: it is one only then.
        bool leftIsOne = IsInfinity(leftAffine), rightIsOne = IsInfinity(proof);
        if (leftIsOne || rightIsOne) return leftIsOne && rightIsOne;
        Blst.MillerLoopLines(out BlsFp12 leftLoop, in Lines.Value.Generator[0], leftAffine);
        Blst.MillerLoopLines(out BlsFp12 rightLoop, in Lines.Value.Setup[0], proof);
        return Blst.FinalVerify(leftLoop, rightLoop);
    }

    private static bool IsInfinity(in BlsP1Affine point) =>
        !System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<BlsP1Affine>(in point))
            .ContainsAnyExcept((byte)0);

    private static unsafe (BlsFp6[] Generator, BlsFp6[] Setup) PrepareLines()
    {
        BlsFp6[] generator = new BlsFp6[LinesPerPoint], setup = new BlsFp6[LinesPerPoint];
        // Safe: blst gives the address of a constant of its own.
        Blst.PrecomputeLines(ref generator[0], *Blst.P2Generator());
        if (Blst.P2Uncompress(out BlsP2Affine point, in SetupG2[0]) != 0)
            throw new InvalidOperationException("s·G2 of the trusted setup is not a point of the twist");
        Blst.PrecomputeLines(ref setup[0], point);
        return (generator, setup);
    }
}
