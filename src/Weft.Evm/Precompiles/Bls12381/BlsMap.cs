using Weft.Evm.Precompiles.Native;

namespace Weft.Evm.Precompiles.Bls12381;

/// <summary>0x10: maps a field element to a point of G1 (EIP-2537, RFC 9380).</summary>
internal sealed class BlsMapFpToG1 : Precompile
{
    public override string Name => "BLS12_MAP_FP_TO_G1";

    public override long Gas(ReadOnlySpan<byte> input) => 5500;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => BlsG1.PointLength;

    public override unsafe int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length != BlsEncoding.FpLength || !BlsEncoding.TryReadFp(input, out BlsFp u)) return -1;
        // Safe: a null second element is how blst is told that there is only one.
        Blst.MapToG1(out BlsP1 point, u, null);
        BlsG1.Write(point, output);
        return BlsG1.PointLength;
    }
}

/// <summary>0x11: maps an element of Fp2 to a point of G2 (EIP-2537, RFC 9380).</summary>
internal sealed class BlsMapFp2ToG2 : Precompile
{
    public override string Name => "BLS12_MAP_FP2_TO_G2";

    public override long Gas(ReadOnlySpan<byte> input) => 23800;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => BlsG2.PointLength;

    public override unsafe int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length != BlsEncoding.Fp2Length || !BlsEncoding.TryReadFp2(input, out BlsFp2 u)) return -1;
        // Safe: a null second element is how blst is told that there is only one.
        Blst.MapToG2(out BlsP2 point, u, null);
        BlsG2.Write(point, output);
        return BlsG2.PointLength;
    }
}
