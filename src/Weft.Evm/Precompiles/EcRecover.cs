using Weft.Primitives;
using Weft.Primitives.Crypto;

namespace Weft.Evm.Precompiles;

/// <summary>0x01: the address that signed a hash. Input: hash, v (27 or 28), r, s. Output: the address as a word, or
/// nothing when no key gives this signature.</summary>
public sealed class EcRecover : Precompile
{
    public override string Name => "ECREC";

    public override long Gas(ReadOnlySpan<byte> input) => 3000;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => 32;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> words = stackalloc byte[128];
        PaddedInput.CopyTo(input, 0, words);
        UInt256 v = UInt256.FromBigEndian(words[32..64]);
        if (!v.IsUInt64 || v.U0 is not (27 or 28)) return 0;

        UInt256 r = UInt256.FromBigEndian(words[64..96]), s = UInt256.FromBigEndian(words[96..]);
        Span<byte> publicKey = stackalloc byte[64];
        if (!Secp256k1.TryRecover(new Hash256(words[..32]), r, s, (int)v.U0 - 27, publicKey)) return 0;

        Keccak.Hash(publicKey).CopyTo(output);
        output[..12].Clear();
        return 32;
    }
}
