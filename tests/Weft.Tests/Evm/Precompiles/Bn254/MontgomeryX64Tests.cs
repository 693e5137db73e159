using Weft.Evm.Precompiles.Bn254;
using Xunit;

namespace Weft.Tests.Evm.Precompiles.Bn254;

/// <summary>The product in machine code against the portable one, which other tests compare with BigInteger.</summary>
public sealed class MontgomeryX64Tests
{
    private const int Pairs = 20_000;

    [Fact]
    public void Machine_code_and_portable_product_agree()
    {
        var random = new Random(254);
        for (int i = 0; i < Pairs; i++)
        {
            Fp a = Element(random, i & 3), b = Element(random, i >> 2 & 3);
            Fp.Multiply(a, b, out Fp product);
            Fp.MultiplyPortable(a, b, out Fp expected);
            Assert.True(product.Equals(expected), $"pair {i}: {a} · {b}");
            Fp.Multiply(a, a, out a);
            Fp.MultiplyPortable(b, b, out b);
        }
    }

    [Fact]
    public void The_result_may_lie_where_an_operand_lies()
    {
        var random = new Random(7);
        Fp a = Element(random, 0), b = Element(random, 0);
        Fp.Multiply(a, b, out Fp expected);
        Fp left = a, right = b;
        Fp.Multiply(left, b, out left);
        Fp.Multiply(a, right, out right);
        Assert.True(left.Equals(expected) && right.Equals(expected));
    }

    /// <summary>A random element, zero, one, or p - 1.</summary>
    private static Fp Element(Random random, int kind)
    {
        Fp one = Fp.From(1);
        if (kind == 1) return default;
        if (kind == 2) return one;
        if (kind == 3)
        {
            Fp.Subtract(default, one, out Fp last);
            return last;
        }
        Fp.Multiply(Fp.From((ulong)random.NextInt64()), Fp.From((ulong)random.NextInt64()), out Fp x);
        Fp.Multiply(x, Fp.From((ulong)random.NextInt64()), out x);
        return x;
    }
}
