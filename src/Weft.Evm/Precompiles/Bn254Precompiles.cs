using Weft.Evm.Precompiles.Bn254;
using Weft.Primitives;

namespace Weft.Evm.Precompiles;

/// <summary>0x06: the sum of two points of alt_bn128 (EIP-196).</summary>
public sealed class Bn254Add(long gas) : Precompile
{
    public override string Name => "BN254_ADD";

    public override long Gas(ReadOnlySpan<byte> input) => gas;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => G1Affine.EncodedLength;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> points = stackalloc byte[2 * G1Affine.EncodedLength];
        PaddedInput.CopyTo(input, 0, points);
        if (!G1Affine.TryRead(points, out G1Affine a)
            || !G1Affine.TryRead(points[G1Affine.EncodedLength..], out G1Affine b)) return -1;
        G1Affine.Add(a, b, out G1Affine sum);
        sum.Write(output);
        return G1Affine.EncodedLength;
    }
}

/// <summary>0x07: a multiple of a point of alt_bn128 (EIP-196).</summary>
public sealed class Bn254Mul(long gas) : Precompile
{
    public override string Name => "BN254_MUL";

    public override long Gas(ReadOnlySpan<byte> input) => gas;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => G1Affine.EncodedLength;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> words = stackalloc byte[G1Affine.EncodedLength + 32];
        PaddedInput.CopyTo(input, 0, words);
        if (!G1Affine.TryRead(words, out G1Affine point)) return -1;
        G1Multiplication.Multiply(point, UInt256.FromBigEndian(words[G1Affine.EncodedLength..]), out G1Affine product);
        product.Write(output);
        return G1Affine.EncodedLength;
    }
}

/// <summary>0x08: whether the product of pairings is one (EIP-197).</summary>
public sealed class Bn254Pairing(long baseGas, long pairGas) : Precompile
{
    private const int PairLength = G1Affine.EncodedLength + G2Affine.EncodedLength;

    // Pairs that share the squarings: enough that more would save little, few enough for the stack (5 kB).
    private const int ChunkLength = 8;

    public override string Name => "BN254_PAIRING";

    public override long Gas(ReadOnlySpan<byte> input) => baseGas + pairGas * (input.Length / PairLength);

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => 32;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length % PairLength != 0) return -1;
        Span<MillerPair> pairs = stackalloc MillerPair[ChunkLength];
        Fp12 product = Fp12.One;
        while (!input.IsEmpty)
        {
            if (!TryReadChunk(ref input, pairs, out int count)) return -1;
            if (count > 0 && !MillerLoop.TryRun(pairs[..count], ref product)) return -1;
        }
        FinalExponentiation.Run(product, out product);
        output[..32].Clear();
        output[31] = product.IsOne ? (byte)1 : (byte)0;
        return 32;
    }

    /// <summary>Reads pairs until a chunk is full. A pair with infinity contributes one and is left out, but both of
    /// its points are checked.</summary>
    private static bool TryReadChunk(ref ReadOnlySpan<byte> input, scoped Span<MillerPair> pairs, out int count)
    {
        for (count = 0; !input.IsEmpty && count < pairs.Length; input = input[PairLength..])
        {
            if (!G1Affine.TryRead(input, out G1Affine p)
                || !G2Affine.TryRead(input[G1Affine.EncodedLength..], out G2Affine q)) return false;
            if (q.IsInfinity) continue;
            if (!p.IsInfinity) MillerPair.From(p, q, out pairs[count++]);
            else if (!MillerLoop.IsInSubgroup(q)) return false;
        }
        return true;
    }
}
