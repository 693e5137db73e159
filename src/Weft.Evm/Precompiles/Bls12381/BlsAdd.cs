namespace Weft.Evm.Precompiles.Bls12381;

/// <summary>0x0b and 0x0d: the sum of two points of the curve, which need not be in the subgroup (EIP-2537).</summary>
internal sealed class BlsAdd<TGroup, TAffine>(string name, long gas) : Precompile
    where TGroup : IBlsGroup<TAffine> where TAffine : unmanaged
{
    public override string Name => name;

    public override long Gas(ReadOnlySpan<byte> input) => gas;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => TGroup.PointLength;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length != 2 * TGroup.PointLength
            || !TGroup.TryRead(input, out TAffine a)
            || !TGroup.TryRead(input[TGroup.PointLength..], out TAffine b)) return -1;
        TGroup.Add(a, b, output);
        return TGroup.PointLength;
    }
}
