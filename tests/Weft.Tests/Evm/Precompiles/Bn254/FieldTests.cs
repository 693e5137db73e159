using System.Numerics;
using Weft.Evm.Precompiles.Bn254;
using Xunit;
using static Weft.Tests.Evm.Precompiles.Bn254.Bn254Model;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles.Bn254;

public sealed class FieldTests
{
    private const int Rounds = 4000;

    [Fact]
    public void Reading_accepts_exactly_the_numbers_below_p()
    {
        foreach (BigInteger value in (BigInteger[])[0, 1, P - 1, P >> 64, P - (BigInteger.One << 192)])
        {
            Assert.True(Fp.TryRead(Word(value), out Fp element));
            Assert.Equal(value, FromFp(element));
        }
        foreach (BigInteger value in (BigInteger[])[P, P + 1, P + (BigInteger.One << 64), BigInteger.Pow(2, 256) - 1])
            Assert.False(Fp.TryRead(Word(value), out _));
    }

    [Fact]
    public void Sums_equal_big_integer()
    {
        var random = new Random(1);
        for (int i = 0; i < Rounds; i++)
        {
            BigInteger a = random.NextElement(), b = random.NextElement();
            Fp x = ToFp(a), y = ToFp(b);
            Fp.Add(x, y, out Fp result);
            Assert.Equal(Mod(a + b), FromFp(result));
            Fp.Subtract(x, y, out result);
            Assert.Equal(Mod(a - b), FromFp(result));
            Fp.Double(x, out result);
            Assert.Equal(Mod(2 * a), FromFp(result));
            Fp.Negate(x, out result);
            Assert.Equal(Mod(-a), FromFp(result));
            Fp.NegateLoosely(y, out Fp negated);
            Fp.NineTimesPlus(x, negated, out result);
            Assert.Equal(Mod(9 * a - b), FromFp(result));
            Fp.NineTimesPlus(x, y, out x);
            Assert.Equal(Mod(9 * a + b), FromFp(x));
        }
    }

    [Fact]
    public void Products_and_sums_of_products_equal_big_integer()
    {
        var random = new Random(2);
        for (int i = 0; i < Rounds; i++)
        {
            BigInteger[] a = [.. Enumerable.Range(0, 12).Select(_ => random.NextElement())];
            Fp[] x = [.. a.Select(value => ToFp(value))];
            Fp.Multiply(x[0], x[1], out Fp result);
            Assert.Equal(Mod(a[0] * a[1]), FromFp(result));
            Fp.Square(x[0], out result);
            Assert.Equal(Mod(a[0] * a[0]), FromFp(result));
            Fp.Dot2(x[0], x[1], x[2], x[3], out result);
            Assert.Equal(Mod(a[0] * a[1] + a[2] * a[3]), FromFp(result));
            Fp.NegateLoosely(x[11], out x[11]);
            Fp.Dot6(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11], out result);
            Assert.Equal(
                Mod(a[0] * a[1] + a[2] * a[3] + a[4] * a[5] + a[6] * a[7] + a[8] * a[9] - a[10] * a[11]),
                FromFp(result));
        }
    }

    /// <summary>The largest operands there are drive every carry of the six-fold sum.</summary>
    [Fact]
    public void Sums_of_products_hold_their_bounds_at_p_and_p_minus_one()
    {
        var p = new Fp(Fp.P0, Fp.P1, Fp.P2, Fp.P3);
        var largest = new Fp(Fp.P0 - 1, Fp.P1, Fp.P2, Fp.P3);
        Fp.Dot6(p, p, p, p, p, p, p, p, p, p, p, p, out Fp result);
        Assert.True(result.IsZero);
        Fp.Dot2(p, p, p, largest, out result);
        Assert.True(result.IsZero);
        BigInteger x = FromFp(largest);
        Fp.Dot6(largest, largest, largest, largest, largest, largest, largest, largest, largest, largest, largest,
            largest, out result);
        Assert.Equal(Mod(6 * x * x), FromFp(result));

        // Limbs of all ones make every row overflow its fifth limb.
        var ones = new Fp(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, Fp.P3 - 1);
        BigInteger y = FromFp(ones);
        Fp.Dot6(largest, ones, largest, ones, largest, ones, largest, ones, largest, ones, largest, ones, out result);
        Assert.Equal(Mod(6 * x * y), FromFp(result));
        Fp.Dot6(ones, largest, p, ones, ones, ones, largest, ones, ones, ones, ones, ones, out result);
        Assert.Equal(Mod(2 * x * y + 3 * y * y), FromFp(result));
        Fp.Dot2(largest, ones, p, ones, out result);
        Assert.Equal(Mod(x * y), FromFp(result));
        Fp.Multiply(largest, ones, out result);
        Assert.Equal(Mod(x * y), FromFp(result));
    }

    [Fact]
    public void Inverses_equal_big_integer()
    {
        var random = new Random(3);
        for (int i = 0; i < 1200; i++)
        {
            BigInteger a = i < 260 ? BigInteger.One << (i % 253) : random.NextElement();
            Fp.Invert(ToFp(a), out Fp inverse);
            Assert.Equal(Inverse(a), FromFp(inverse));
        }
    }

    [Fact]
    public void Fp2_equals_pairs_of_big_integers()
    {
        var random = new Random(4);
        for (int i = 0; i < 1000; i++)
        {
            (BigInteger Re, BigInteger Im) a = (random.NextElement(), random.NextElement());
            (BigInteger Re, BigInteger Im) b = (random.NextElement(), random.NextElement());
            Fp2 x = ToFp2(a), y = ToFp2(b);
            Fp2.Multiply(x, y, out Fp2 result);
            Assert.Equal(Multiply2(a, b), FromFp2(result));
            Fp2.Square(x, out result);
            Assert.Equal(Multiply2(a, a), FromFp2(result));
            Fp2.MultiplyByNonResidue(x, out result);
            Assert.Equal(Multiply2(a, (9, 1)), FromFp2(result));
            Fp2.Multiply(x, y.C0, out result);
            Assert.Equal(Multiply2(a, (b.Re, 0)), FromFp2(result));
            Fp2.Invert(x, out result);
            Assert.Equal(Inverse2(a), FromFp2(result));
            Fp2.Conjugate(x, out result);
            Assert.Equal((a.Re, Mod(-a.Im)), FromFp2(result));
            // In place.
            Fp2.Multiply(x, y, out x);
            Assert.Equal(Multiply2(a, b), FromFp2(x));
        }
    }

    [Fact]
    public void Fp12_equals_polynomials_of_big_integers()
    {
        var random = new Random(5);
        for (int i = 0; i < 150; i++)
        {
            Fp12 a = random.NextFp12(), b = random.NextFp12();
            BigInteger[] x = FromFp12(a), y = FromFp12(b);
            Fp12.Multiply(a, b, out Fp12 result);
            Assert.Equal(Multiply12(x, y), FromFp12(result));
            Fp12.Square(a, out result);
            Assert.Equal(Multiply12(x, x), FromFp12(result));
            Fp12.Invert(a, out result);
            Fp12.Multiply(result, a, out result);
            Assert.True(result.IsOne);
            var line = new Line { L0 = b.C0.C0, L1 = b.C0.C1, L3 = b.C1.C2 };
            Fp12 full = default;
            (full.C0.C0, full.C1.C0, full.C1.C1) = (line.L0, line.L1, line.L3);
            Fp12.MultiplyByLine(a, line, out result);
            Assert.Equal(Multiply12(x, FromFp12(full)), FromFp12(result));
            // In place.
            Fp12.Multiply(a, b, out a);
            Assert.Equal(Multiply12(x, y), FromFp12(a));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Frobenius_raises_to_powers_of_p(int power)
    {
        Fp12 a = new Random(6).NextFp12();
        Fp12.Frobenius(a, power, out Fp12 result);
        Assert.Equal(Power12(FromFp12(a), BigInteger.Pow(P, power)), FromFp12(result));
    }

    [Fact]
    public void The_final_exponentiation_lands_in_the_group_of_order_r_and_agrees_with_plain_powers()
    {
        Fp12 f = new Random(7).NextFp12();
        FinalExponentiation.Run(f, out Fp12 result);
        BigInteger[] g = FromFp12(result);
        Assert.True(Power12(g, R) is [var one, .. var rest] && one.IsOne && rest.All(c => c.IsZero));
        BigInteger x = MillerLoop.X;
        BigInteger exponent = (BigInteger.Pow(P, 12) - 1) / R * (2 * x * (6 * x * x + 3 * x + 1));
        Assert.Equal(Power12(FromFp12(f), exponent), g);

        // Elements of that group are cyclotomic: the fast square applies to them.
        Fp12.SquareCyclotomic(result, out Fp12 square);
        Assert.Equal(Multiply12(g, g), FromFp12(square));
        Fp12.Conjugate(result, out Fp12 inverse);
        Fp12.Multiply(result, inverse, out inverse);
        Assert.True(inverse.IsOne);
    }
}
