using Weft.Evm.Precompiles.P256;
using Weft.Primitives;

namespace Weft.Evm.Precompiles;

/// <summary>0x100: verifies an ECDSA signature over the curve secp256r1 (EIP-7951). Input: hash, r, s, x, y. Output:
/// the word 1, or nothing when anything at all is wrong.</summary>
public sealed class P256Verify : Precompile
{
    private const int InputLength = 160;

    public override string Name => "P256VERIFY";

    public override long Gas(ReadOnlySpan<byte> input) => 6900;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => 32;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length != InputLength) return 0;
        bool isValid =
            P256Verifier.Verify(Word(input, 0), Word(input, 1), Word(input, 2), Word(input, 3), Word(input, 4));
        if (!isValid) return 0;
        output[..31].Clear();
        output[31] = 1;
        return 32;
    }

    private static UInt256 Word(ReadOnlySpan<byte> input, int index) =>
        UInt256.FromBigEndian(input.Slice(32 * index, 32));
}
