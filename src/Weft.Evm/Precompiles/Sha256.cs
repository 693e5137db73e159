using System.Security.Cryptography;

namespace Weft.Evm.Precompiles;

/// <summary>0x02: the SHA2-256 digest of the input.</summary>
public sealed class Sha256 : Precompile
{
    public override string Name => "SHA256";

    public override long Gas(ReadOnlySpan<byte> input) => PaddedInput.LinearGas(input.Length, 60, 12);

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => SHA256.HashSizeInBytes;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output) => SHA256.HashData(input, output);
}
