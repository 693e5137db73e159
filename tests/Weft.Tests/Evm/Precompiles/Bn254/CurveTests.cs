using System.Numerics;
using Weft.Evm.Precompiles;
using Weft.Evm.Precompiles.Bn254;
using Weft.Primitives;
using Xunit;
using static Weft.Tests.Evm.Precompiles.Bn254.Bn254Model;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles.Bn254;

public sealed class CurveTests
{
    private static readonly Precompile AddCall = At(6), MultiplyCall = At(7);

    [Fact]
    public void Sums_equal_affine_big_integers()
    {
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            var a = Multiply(random.NextNumber(60), G1);
            var b = (i % 5) switch { 0 => a, 1 => Negated(a), 2 => null, _ => Multiply(random.NextNumber(60), G1) };
            Assert.Equal(Encode(Add(a, b)), AddCall.Call(Join(Encode(a), Encode(b))));
            Assert.Equal(Encode(Add(a, b)), AddCall.Call(Join(Encode(b), Encode(a))));
        }
        Assert.Equal(new byte[64], AddCall.Call([]));
    }

    [Fact]
    public void Addition_is_associative()
    {
        var random = new Random(2);
        for (int i = 0; i < 20; i++)
        {
            byte[][] p = [.. Enumerable.Range(0, 3).Select(_ => Encode(Multiply(random.NextNumber(60), G1)))];
            byte[] left = AddCall.Call(Join(AddCall.Call(Join(p[0], p[1]))!, p[2]))!;
            byte[] right = AddCall.Call(Join(p[0], AddCall.Call(Join(p[1], p[2]))!))!;
            Assert.Equal(left, right);
        }
    }

    [Fact]
    public void Multiples_equal_double_and_add()
    {
        var random = new Random(3);
        BigInteger[] edges =
        [
            0, 1, 2, 3, 15, 16, 17, R - 1, R, R + 1, 2 * R, 5 * R, BigInteger.Pow(2, 256) - 1, BigInteger.Pow(2, 128),
            BigInteger.Pow(2, 127) - 1, (R - 1) / 2,
        ];
        for (int i = 0; i < 60; i++)
        {
            BigInteger k = i < edges.Length ? edges[i] : random.NextNumber(256);
            var point = i % 7 == 6 ? null : Multiply(random.NextNumber(60), G1);
            Assert.Equal(Encode(Multiply(k, point)), MultiplyCall.Call(Join(Encode(point), Word(k))));
        }
    }

    [Fact]
    public void Jacobian_sums_have_all_cases()
    {
        var random = new Random(6);
        for (int i = 0; i < 40; i++)
        {
            var p = i % 6 == 5 ? null : Multiply(random.NextNumber(40) + 1, G1);
            var q = (i % 4) switch { 0 => p, 1 => Negated(p), _ => Multiply(random.NextNumber(40) + 1, G1) };
            if (q is null) continue;
            Assert.True(G1Affine.TryRead(Encode(p), out G1Affine left));
            Assert.True(G1Affine.TryRead(Encode(q), out G1Affine right));
            // 2p - p + q: so that Z is not one.
            G1Jacobian.From(left, out G1Jacobian sum);
            G1Jacobian.Double(sum, out sum);
            Assert.True(G1Affine.TryRead(Encode(Negated(p)), out G1Affine negated));
            if (p is not null) G1Jacobian.Add(sum, negated, out sum);
            G1Jacobian.Add(sum, right, out sum);
            sum.ToAffine(out G1Affine result);
            byte[] bytes = new byte[64];
            result.Write(bytes);
            Assert.Equal(Encode(Add(p, q)), bytes);
        }
    }

    [Fact]
    public void A_scalar_splits_into_two_halves_of_127_bits()
    {
        var random = new Random(4);
        // The cube root of one modulo r that belongs to the endomorphism.
        var lambda = BigInteger.Parse("4407920970296243842393367215006156084916469457145843978461");
        Assert.Equal(BigInteger.One, BigInteger.ModPow(lambda, 3, R));
        for (int i = 0; i < 3000; i++)
        {
            BigInteger k = i == 0 ? R - 1 : random.NextNumber(256) % R;
            G1Multiplication.Split((UInt256)k, out UInt128 k1, out bool neg1, out UInt128 k2, out bool neg2);
            Assert.True(k1 >> 127 == 0 && k2 >> 127 == 0);
            BigInteger sum = (neg1 ? -(BigInteger)k1 : k1) + (neg2 ? -(BigInteger)k2 : k2) * lambda;
            Assert.True(((sum - k) % R).IsZero);
        }
    }

    [Fact]
    public void Signed_windows_add_up_to_the_number()
    {
        var random = new Random(5);
        Span<sbyte> digits = stackalloc sbyte[129];
        for (int i = 0; i < 500; i++)
        {
            BigInteger k = random.NextNumber(127);
            G1Multiplication.ToSignedWindows((UInt128)k, i % 2 == 1, digits);
            BigInteger sum = 0;
            for (int bit = digits.Length - 1; bit >= 0; bit--) sum = 2 * sum + digits[bit];
            Assert.Equal(i % 2 == 1 ? -k : k, sum);
        }
    }

    [Fact]
    public void Coordinates_from_p_on_and_points_off_the_curve_fail()
    {
        (BigInteger, BigInteger)[] bad = [(1, 3), (P, 0), (0, P), (P + 1, 2), (1, P + 2), (0, 1), (1, 0)];
        foreach (var (x, y) in bad)
        {
            byte[] point = Join(Word(x), Word(y));
            Assert.Null(AddCall.Call(point));
            Assert.Null(AddCall.Call(Join(new byte[64], point)));
            Assert.Null(MultiplyCall.Call(Join(point, Word(0))));
        }
    }

    private static (BigInteger X, BigInteger Y)? Negated((BigInteger X, BigInteger Y)? point) =>
        point is { } p ? (p.X, Mod(-p.Y)) : null;
}
