using System.Numerics;
using System.Security.Cryptography;
using Weft.Evm.Precompiles;
using Weft.Evm.Precompiles.P256;
using Weft.Primitives;
using Xunit;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles;

public sealed class SignaturePrecompileTests
{
    private static readonly Precompile EcRecover = At(1), P256Verify = At(0x100);

    private static readonly BigInteger P256Order =
        BigInteger.Parse("115792089210356248762697446949407573529996955224135760342422259061068512044369");
    private static readonly BigInteger P256Field =
        BigInteger.Parse("115792089210356248762697446949407573530086143415290314195533631308867097853951");

    // From go-ethereum's tests.
    private const string Hash = "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c";
    private const string R = "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f";
    private const string S = "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549";
    private const string Signer = "000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b";

    [Fact]
    public void EcRecover_gives_the_signer()
    {
        byte[] input = Join(FromHex(Hash), Word(28), FromHex(R), FromHex(S));
        Assert.Equal(Signer, Convert.ToHexStringLower(EcRecover.Call(input)!));
        Assert.Equal(Signer, Convert.ToHexStringLower(EcRecover.Call([.. input, 1, 2, 3])!));
        Assert.Equal(3000, EcRecover.Gas(input));
    }

    [Fact]
    public void EcRecover_gives_nothing_for_another_v_or_for_r_or_s_out_of_range()
    {
        BigInteger order = Number(FromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));
        BigInteger r = Number(FromHex(R)), s = Number(FromHex(S));
        (BigInteger V, BigInteger R, BigInteger S)[] bad =
        [
            (0, r, s), (1, r, s), (26, r, s), (29, r, s), (28 + 256, r, s), (28 + BigInteger.Pow(2, 64), r, s),
            (28 + BigInteger.Pow(2, 255), r, s), (28, 0, s), (28, r, 0), (28, order, s), (28, r, order),
            (28, order + 1, s),
        ];
        foreach (var (v, badR, badS) in bad)
            Assert.Equal(Nothing, EcRecover.Call(Join(FromHex(Hash), Word(v), Word(badR), Word(badS))));
        Assert.Equal(Nothing, EcRecover.Call([]));
    }

    [Fact]
    public void P256Verify_accepts_what_the_framework_signs_and_nothing_changed()
    {
        var random = new Random(4);
        for (int i = 0; i < 12; i++)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            byte[] hash = Word(random.NextNumber(256));
            byte[] signature = key.SignHash(hash);
            ECPoint q = key.ExportParameters(false).Q;
            byte[] input = Join(hash, signature, q.X!, q.Y!);
            Assert.Equal(Word(1), P256Verify.Call(input));

            // (r, n - s) is the other signature by the same key.
            byte[] mirrored = (byte[])input.Clone();
            Word(P256Order - Number(signature.AsSpan(32))).CopyTo(mirrored, 64);
            Assert.Equal(Word(1), P256Verify.Call(mirrored));
            for (int change = 0; change < 8; change++)
            {
                byte[] changed = (byte[])input.Clone();
                changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                Assert.Equal(Nothing, P256Verify.Call(changed));
            }
        }
    }

    /// <summary>With keys like G and -G the sum u1·G + u2·Q meets equal and opposite points on the way.</summary>
    [Fact]
    public void P256Verify_agrees_with_the_framework_for_tiny_keys_and_extreme_hashes()
    {
        BigInteger[] secrets = [1, 2, 3, 5, 127, 128, P256Order - 1, P256Order - 2, P256Order - 3];
        BigInteger[] hashes = [0, 1, P256Order - 1, P256Order, BigInteger.Pow(2, 256) - 1, BigInteger.Pow(2, 255)];
        foreach (BigInteger secret in secrets)
        {
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Word(secret) });
            ECPoint q = key.ExportParameters(false).Q;
            foreach (BigInteger hash in hashes)
            {
                byte[] signature = key.SignHash(Word(hash));
                Assert.Equal(Word(1), P256Verify.Call(Join(Word(hash), signature, q.X!, q.Y!)));
                Assert.Equal(Nothing, P256Verify.Call(Join(Word(hash ^ 2), signature, q.X!, q.Y!)));
            }
        }
    }

    /// <summary>Any numbers in range, mostly no signatures: both must say the same.</summary>
    [Fact]
    public void P256Verify_agrees_with_the_framework_on_small_numbers()
    {
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Word(1) });
        ECPoint q = key.ExportParameters(false).Q;
        for (int i = 0; i < 150; i++)
        {
            // For Q = G: R = (e + r)/s · G, so e + r = 0 (mod n) gives infinity and e + r = s gives G.
            BigInteger r = i % 3 == 0 ? Number(q.X) : i + 1, s = (i % 5) + 1, hash = i % 4 == 0 ? P256Order - r : s - r;
            byte[] digest = Word((hash % P256Order + P256Order) % P256Order), signature = Join(Word(r), Word(s));
            bool expected = key.VerifyHash(digest, signature);
            Assert.Equal(expected ? Word(1) : Nothing, P256Verify.Call(Join(digest, signature, q.X!, q.Y!)));
        }
        BigInteger x = Number(q.X);
        byte[] valid = Join(Word((7 - x + P256Order) % P256Order), Word(x), Word(7), q.X!, q.Y!);
        Assert.Equal(Word(1), P256Verify.Call(valid));
    }

    /// <summary>Where the point of a signature has an x from n to p - 1, r is x - n. Chance never finds one, so the key
    /// is made to fit: Q = (s·R - e·G)/r.</summary>
    [Fact]
    public void P256Verify_accepts_a_point_whose_x_is_not_less_than_the_order()
    {
        BigInteger b = Number(FromHex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"));
        BigInteger x = P256Order + 1, square;
        for (; ; x++)
        {
            square = (x * x * x - 3 * x + b) % P256Field;
            if (BigInteger.ModPow(square, (P256Field - 1) / 2, P256Field).IsOne) break;
        }
        BigInteger y = BigInteger.ModPow(square, (P256Field + 1) / 4, P256Field);
        BigInteger r = x - P256Order, e = 4711, s = 1234567;
        using var generator = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Word(1) });
        ECPoint g = generator.ExportParameters(false).Q;
        BigInteger inverse = BigInteger.ModPow(r, P256Order - 2, P256Order);
        var q = AddOnP256(MultiplyOnP256(s * inverse % P256Order, (x, y)),
            MultiplyOnP256((P256Order - e) * inverse % P256Order, (Number(g.X), Number(g.Y))))!.Value;

        Assert.Equal(Word(1), P256Verify.Call(Join(Word(e), Word(r), Word(s), Word(q.X), Word(q.Y))));
        Assert.Equal(Nothing, P256Verify.Call(Join(Word(e), Word(r + 1), Word(s), Word(q.X), Word(q.Y))));
    }

    /// <summary>For Q = d·G and small u1, u2 the sum u1·G + u2·Q adds equal and opposite points. Its x gives r, and
    /// that s = r/u2 and the hash u1·s.</summary>
    [Fact]
    public void P256Verify_adds_equal_and_opposite_points()
    {
        using var generator = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Word(1) });
        ECPoint q = generator.ExportParameters(false).Q;
        (BigInteger X, BigInteger Y) g = (Number(q.X), Number(q.Y)), minusG = (g.X, P256Field - g.Y);
        foreach (var key in ((BigInteger X, BigInteger Y)[])[g, minusG, AddOnP256(g, g)!.Value])
        {
            for (int i = 0; i < 40; i++)
            {
                int u1 = i % 8, u2 = i / 8 + 1;
                var sum = AddOnP256(MultiplyOnP256(u1, g), MultiplyOnP256(u2, key));
                BigInteger r = (sum?.X ?? 5) % P256Order;
                BigInteger s = r * BigInteger.ModPow(u2, P256Order - 2, P256Order) % P256Order;
                byte[] input = Join(Word(u1 * s % P256Order), Word(r), Word(s), Word(key.X), Word(key.Y));
                Assert.Equal(sum is null ? Nothing : Word(1), P256Verify.Call(input));
            }
        }
    }

    private static (BigInteger X, BigInteger Y)? MultiplyOnP256(BigInteger k, (BigInteger X, BigInteger Y)? point)
    {
        (BigInteger X, BigInteger Y)? sum = null;
        for (; !k.IsZero; k >>= 1)
        {
            if (!k.IsEven) sum = AddOnP256(sum, point);
            point = AddOnP256(point, point);
        }
        return sum;
    }

    private static (BigInteger X, BigInteger Y)? AddOnP256(
        (BigInteger X, BigInteger Y)? first, (BigInteger X, BigInteger Y)? second)
    {
        if (first is not { } a || second is not { } c) return first ?? second;
        if (a.X == c.X && a.Y != c.Y) return null;
        BigInteger numerator = a.X == c.X ? 3 * a.X * a.X - 3 : c.Y - a.Y;
        BigInteger denominator = a.X == c.X ? 2 * a.Y : c.X - a.X;
        BigInteger slope = Mod(numerator * BigInteger.ModPow(Mod(denominator), P256Field - 2, P256Field));
        BigInteger x = Mod(slope * slope - a.X - c.X);
        return (x, Mod(slope * (a.X - x) - a.Y));

        static BigInteger Mod(BigInteger value) => ((value % P256Field) + P256Field) % P256Field;
    }

    [Fact]
    public void P256_windows_add_up_to_the_number()
    {
        var random = new Random(6);
        Span<sbyte> digits = stackalloc sbyte[257];
        for (int i = 0; i < 600; i++)
        {
            BigInteger k = random.NextNumber(256);
            P256Verifier.ToSignedWindows((UInt256)k, i % 2 == 0 ? 5 : 8, digits);
            BigInteger sum = 0;
            for (int bit = digits.Length - 1; bit >= 0; bit--) sum = 2 * sum + digits[bit];
            Assert.Equal(k, sum);
        }
    }

    [Fact]
    public void P256_field_equals_big_integer()
    {
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            BigInteger a = random.NextNumber(256) % P256Field;
            BigInteger b = i % 9 == 0 ? P256Field - 1 : random.NextNumber(256) % P256Field;
            P256Element.From((UInt256)a, out P256Element x);
            P256Element.From((UInt256)b, out P256Element y);
            P256Element.Multiply(x, y, out P256Element result);
            Assert.Equal(a * b % P256Field, (BigInteger)result.ToPlain());
            P256Element.Add(x, y, out result);
            Assert.Equal((a + b) % P256Field, (BigInteger)result.ToPlain());
            P256Element.Subtract(x, y, out result);
            Assert.Equal((a - b + P256Field) % P256Field, (BigInteger)result.ToPlain());
        }
    }

    [Fact]
    public void P256_scalars_divide_like_big_integer()
    {
        var random = new Random(8);
        for (int i = 0; i < 100; i++)
        {
            BigInteger a = random.NextNumber(256) % P256Order, b = random.NextNumber(256) % P256Order;
            BigInteger s = i % 9 == 0 ? P256Order - 1 : random.NextNumber(256) % (P256Order - 1) + 1;
            P256Scalar.Divide((UInt256)a, (UInt256)b, (UInt256)s, out UInt256 aOverS, out UInt256 bOverS);
            Assert.Equal(a, (BigInteger)aOverS * s % P256Order);
            Assert.Equal(b, (BigInteger)bOverS * s % P256Order);
        }
    }

    [Fact]
    public void P256Verify_checks_lengths_ranges_and_the_key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] hash = Word(99), signature = key.SignHash(hash);
        ECPoint q = key.ExportParameters(false).Q;
        BigInteger r = Number(signature.AsSpan(0, 32)), s = Number(signature.AsSpan(32));
        BigInteger x = Number(q.X), y = Number(q.Y);
        Assert.Equal(Word(1), Verify(r, s, x, y));
        foreach (BigInteger bad in (BigInteger[])[0, P256Order, BigInteger.Pow(2, 256) - 1])
        {
            Assert.Equal(Nothing, Verify(bad, s, x, y));
            Assert.Equal(Nothing, Verify(r, bad, x, y));
        }
        Assert.Equal(Nothing, Verify(r, s, 0, 0));
        Assert.Equal(Nothing, Verify(r, s, x, y ^ 1));
        Assert.Equal(Nothing, Verify(r, s, P256Field, y));
        Assert.Equal(Nothing, Verify(r, s, x, P256Field));
        byte[] input = Join(hash, signature, q.X!, q.Y!);
        Assert.Equal(Nothing, P256Verify.Call(input[..^1]));
        Assert.Equal(Nothing, P256Verify.Call([.. input, 0]));
        Assert.Equal(Nothing, P256Verify.Call([]));
        Assert.Equal(6900, P256Verify.Gas([]));

        byte[]? Verify(BigInteger r, BigInteger s, BigInteger x, BigInteger y) =>
            P256Verify.Call(Join(hash, Word(r), Word(s), Word(x), Word(y)));
    }
}
