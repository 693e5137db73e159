using System.Security.Cryptography;
using Weft.Primitives;

namespace Weft.Evm.Precompiles;

/// <summary>0x100: verifies an ECDSA signature over the curve secp256r1 (EIP-7951). Input: hash, r, s, x, y. Output: the
/// word 1, or nothing when anything at all is wrong.</summary>
public sealed class P256Verify : Precompile
{
    private const int InputLength = 160;

    // Field and order of the curve, and its coefficient b (NIST SP 800-186); a is -3.
    private static readonly UInt256 P = new(0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001);
    private static readonly UInt256 N = new(0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000);
    private static readonly UInt256 B = new(0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7);

    public override string Name => "P256VERIFY";

    public override long Gas(ReadOnlySpan<byte> input) => 6900;

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => 32;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length != InputLength || !IsValid(input)) return 0;
        output[..31].Clear();
        output[31] = 1;
        return 32;
    }

    private static bool IsValid(ReadOnlySpan<byte> input)
    {
        UInt256 r = UInt256.FromBigEndian(input[32..64]), s = UInt256.FromBigEndian(input[64..96]);
        UInt256 x = UInt256.FromBigEndian(input[96..128]), y = UInt256.FromBigEndian(input[128..160]);
        if (r.IsZero || s.IsZero || r >= N || s >= N || !IsOnCurve(x, y)) return false;

        var key = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = input[96..128].ToArray(), Y = input[128..160].ToArray() },
        };
        using var verifier = ECDsa.Create(key);
        return verifier.VerifyHash(input[..32], input[32..96], DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The checks of EIP-7951 on the key. (0, 0), which stands for infinity, does not satisfy the equation.</summary>
    private static bool IsOnCurve(in UInt256 x, in UInt256 y)
    {
        if (x >= P || y >= P) return false;
        UInt256.MultiplyMod(y, y, P, out UInt256 left);
        UInt256.MultiplyMod(x, x, P, out UInt256 square);
        UInt256.AddMod(square, P - 3, P, out UInt256 squareMinusThree);
        UInt256.MultiplyMod(squareMinusThree, x, P, out UInt256 right);
        UInt256.AddMod(right, B, P, out right);
        return left == right;
    }
}
