namespace Weft.Evm.Precompiles;

/// <summary>0x04: the input itself.</summary>
public sealed class Identity : Precompile
{
    public override string Name => "ID";

    public override long Gas(ReadOnlySpan<byte> input) => PaddedInput.LinearGas(input.Length, 15, 3);

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => input.Length;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        input.CopyTo(output);
        return input.Length;
    }
}
