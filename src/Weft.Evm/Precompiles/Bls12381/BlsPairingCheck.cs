using System.Runtime.InteropServices;
using Weft.Evm.Precompiles.Native;

namespace Weft.Evm.Precompiles.Bls12381;

/// <summary>0x0f: whether the product of pairings is one (EIP-2537).</summary>
internal sealed class BlsPairingCheck : Precompile
{
    private const int PairLength = 128 + 256;

    // As many as blst takes at a time; the pairs of a chunk share the squarings of the Miller loop.
    private const int ChunkLength = 16;

    public override string Name => "BLS12_PAIRING_CHECK";

    public override long Gas(ReadOnlySpan<byte> input) => 37700 + 32600L * (input.Length / PairLength);

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => 32;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.IsEmpty || input.Length % PairLength != 0) return -1;
        Span<BlsP1Affine> ps = stackalloc BlsP1Affine[ChunkLength];
        Span<BlsP2Affine> qs = stackalloc BlsP2Affine[ChunkLength];
        BlsFp12 product = default;
        bool isEmpty = true;
        while (!input.IsEmpty)
        {
            if (!TryReadChunk(ref input, ps, qs, out int count)) return -1;
            if (count == 0) continue;
            MillerLoop(ps[..count], qs, ref product, isEmpty);
            isEmpty = false;
        }
        output[..32].Clear();
        output[31] = isEmpty || IsOne(product) ? (byte)1 : (byte)0;
        return 32;
    }

    /// <summary>Reads pairs until a chunk is full. A pair with infinity contributes one and is left out, but both of
    /// its points are checked.</summary>
    private static bool TryReadChunk(
        ref ReadOnlySpan<byte> input, scoped Span<BlsP1Affine> ps, scoped Span<BlsP2Affine> qs, out int count)
    {
        for (count = 0; !input.IsEmpty && count < ChunkLength; input = input[PairLength..])
        {
            if (!BlsG1.TryRead(input, out BlsP1Affine p) || !BlsG1.IsInSubgroup(p)
                || !BlsG2.TryRead(input[BlsG1.PointLength..], out BlsP2Affine q)
                || !BlsG2.IsInSubgroup(q)) return false;
            if (IsZero(p) || IsZero(q)) continue;
            ps[count] = p;
            qs[count++] = q;
        }
        return true;
    }

    private static unsafe void MillerLoop(
        ReadOnlySpan<BlsP1Affine> ps, ReadOnlySpan<BlsP2Affine> qs, ref BlsFp12 product, bool isFirst)
    {
        // Safe: the spans stay pinned during the call, and both hold ps.Length elements.
        fixed (BlsP1Affine* firstP = ps)
        fixed (BlsP2Affine* firstQ = qs[..ps.Length])
        {
            BlsP1Affine** pList = stackalloc BlsP1Affine*[2] { firstP, null };
            BlsP2Affine** qList = stackalloc BlsP2Affine*[2] { firstQ, null };
            Blst.MillerLoop(out BlsFp12 f, qList, pList, (nuint)ps.Length);
            BlsFp12 before = product;
            if (isFirst) product = f;
            else Blst.Fp12Multiply(out product, before, f);
        }
    }

    private static bool IsOne(in BlsFp12 f)
    {
        Blst.FinalExponentiation(out BlsFp12 result, f);
        return Blst.Fp12IsOne(result);
    }

    private static bool IsZero<T>(in T value) where T : unmanaged =>
        !MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ContainsAnyExcept((byte)0);
}
