using Weft.Evm.Precompiles.Native;

namespace Weft.Evm.Precompiles.Bls12381;

/// <summary>What ADD and MSM need of a group, so that each is written once for G1 and G2.</summary>
internal interface IBlsGroup<TAffine> where TAffine : unmanaged
{
    static abstract int PointLength { get; }

    /// <summary>Decodes a point of the curve, not necessarily of the subgroup; infinity is all zero.</summary>
    static abstract bool TryRead(ReadOnlySpan<byte> bytes, out TAffine point);

    static abstract bool IsInSubgroup(in TAffine point);

    static abstract void Add(in TAffine a, in TAffine b, Span<byte> output);

    /// <summary>64-bit words of scratch space that <see cref="Multiply"/> needs.</summary>
    static abstract int ScratchWords(int count);

    /// <summary>Σ scalar·point over at least one point, none of them infinity.</summary>
    static abstract void Multiply(
        ReadOnlySpan<TAffine> points, ReadOnlySpan<BlsScalar> scalars, Span<ulong> scratch, Span<byte> output);
}

internal readonly struct BlsG1 : IBlsGroup<BlsP1Affine>
{
    public static int PointLength => 2 * BlsEncoding.FpLength;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out BlsP1Affine point)
    {
        point = default;
        return BlsEncoding.TryReadFp(bytes, out point.X)
            && BlsEncoding.TryReadFp(bytes[BlsEncoding.FpLength..], out point.Y)
            && Blst.P1OnCurve(point);
    }

    public static bool IsInSubgroup(in BlsP1Affine point) => Blst.P1InG1(point);

    public static void Add(in BlsP1Affine a, in BlsP1Affine b, Span<byte> output)
    {
        Blst.P1FromAffine(out BlsP1 left, a);
        Blst.P1AddAffine(out BlsP1 sum, left, b);
        Write(sum, output);
    }

    public static int ScratchWords(int count) => (int)(Blst.P1PippengerScratch((nuint)count) / sizeof(ulong));

    public static unsafe void Multiply(
        ReadOnlySpan<BlsP1Affine> points, ReadOnlySpan<BlsScalar> scalars, Span<ulong> scratch, Span<byte> output)
    {
        // Safe: the spans stay pinned during the call, and both hold points.Length elements.
        fixed (BlsP1Affine* firstPoint = points)
        fixed (BlsScalar* firstScalar = scalars[..points.Length])
        {
            BlsP1Affine** pointList = stackalloc BlsP1Affine*[2] { firstPoint, null };
            BlsScalar** scalarList = stackalloc BlsScalar*[2] { firstScalar, null };
            Blst.P1Pippenger(out BlsP1 sum, pointList, (nuint)points.Length, scalarList, 255, ref scratch[0]);
            Write(sum, output);
        }
    }

    public static void Write(in BlsP1 point, Span<byte> output)
    {
        Blst.P1ToAffine(out BlsP1Affine affine, point);
        BlsEncoding.WriteFp(affine.X, output);
        BlsEncoding.WriteFp(affine.Y, output[BlsEncoding.FpLength..]);
    }
}

internal readonly struct BlsG2 : IBlsGroup<BlsP2Affine>
{
    public static int PointLength => 2 * BlsEncoding.Fp2Length;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out BlsP2Affine point)
    {
        point = default;
        return BlsEncoding.TryReadFp2(bytes, out point.X)
            && BlsEncoding.TryReadFp2(bytes[BlsEncoding.Fp2Length..], out point.Y)
            && Blst.P2OnCurve(point);
    }

    public static bool IsInSubgroup(in BlsP2Affine point) => Blst.P2InG2(point);

    public static void Add(in BlsP2Affine a, in BlsP2Affine b, Span<byte> output)
    {
        Blst.P2FromAffine(out BlsP2 left, a);
        Blst.P2AddAffine(out BlsP2 sum, left, b);
        Write(sum, output);
    }

    public static int ScratchWords(int count) => (int)(Blst.P2PippengerScratch((nuint)count) / sizeof(ulong));

    public static unsafe void Multiply(
        ReadOnlySpan<BlsP2Affine> points, ReadOnlySpan<BlsScalar> scalars, Span<ulong> scratch, Span<byte> output)
    {
        // Safe: the spans stay pinned during the call, and both hold points.Length elements.
        fixed (BlsP2Affine* firstPoint = points)
        fixed (BlsScalar* firstScalar = scalars[..points.Length])
        {
            BlsP2Affine** pointList = stackalloc BlsP2Affine*[2] { firstPoint, null };
            BlsScalar** scalarList = stackalloc BlsScalar*[2] { firstScalar, null };
            Blst.P2Pippenger(out BlsP2 sum, pointList, (nuint)points.Length, scalarList, 255, ref scratch[0]);
            Write(sum, output);
        }
    }

    public static void Write(in BlsP2 point, Span<byte> output)
    {
        Blst.P2ToAffine(out BlsP2Affine affine, point);
        BlsEncoding.WriteFp2(affine.X, output);
        BlsEncoding.WriteFp2(affine.Y, output[BlsEncoding.Fp2Length..]);
    }
}
