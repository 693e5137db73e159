using System.Numerics;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Primitives;

/// <summary>Every operation against BigInteger, also with the result written over an operand.</summary>
public sealed class UInt256Tests
{
    private const int Rounds = 20_000;

    private static readonly BigInteger Modulus = Words.Modulus;

    private delegate void Unary(in UInt256 a, out UInt256 r);

    private delegate void Binary(in UInt256 a, in UInt256 b, out UInt256 r);

    private delegate void Ternary(in UInt256 a, in UInt256 b, in UInt256 c, out UInt256 r);

    private static BigInteger Big(in UInt256 value) =>
        ((((((BigInteger)value.U3 << 64) | value.U2) << 64) | value.U1) << 64) | value.U0;

    private static BigInteger Wrap(BigInteger value) => ((value % Modulus) + Modulus) % Modulus;

    private static BigInteger Signed(BigInteger value) => value >= Modulus / 2 ? value - Modulus : value;

    private static void Check(Binary operation, Func<BigInteger, BigInteger, BigInteger> model, int seed = 1,
        bool smallSecond = false, int rounds = Rounds)
    {
        var words = new Words(seed);
        for (int i = 0; i < rounds; i++)
        {
            UInt256 a = words.Next(), b = smallSecond ? words.NextSmall() : i % 4 == 0 ? words.Near(a) : words.Next();
            var expected = Wrap(model(Big(a), Big(b)));
            operation(a, b, out var result);
            Assert.True(expected == Big(result), $"{a.ToHex()}, {b.ToHex()}: {result.ToHex()} is not {expected:x}");
            UInt256 first = a, second = b;
            operation(first, b, out first);
            operation(a, second, out second);
            Assert.True(result == first && result == second, $"{a.ToHex()}, {b.ToHex()}: differs in place");
        }
    }

    private static void CheckSquare(Binary operation, Func<BigInteger, BigInteger, BigInteger> model)
    {
        var words = new Words(2);
        for (int i = 0; i < 1000; i++)
        {
            var a = words.Next();
            var expected = Wrap(model(Big(a), Big(a)));
            operation(a, a, out a);
            Assert.Equal(expected, Big(a));
        }
    }

    private static void Check(Ternary operation, Func<BigInteger, BigInteger, BigInteger, BigInteger> model)
    {
        var words = new Words(3);
        var m = words.Next();
        for (int i = 0; i < Rounds; i++)
        {
            UInt256 a = words.Next(), b = words.Next();
            if (i % 3 == 0) m = words.Next();
            if (i % 5 == 0) a = words.Near(m);
            if (i % 7 == 0) b = words.Near(m);
            var expected = model(Big(a), Big(b), Big(m));
            operation(a, b, m, out var result);
            Assert.True(expected == Big(result),
                $"{a.ToHex()}, {b.ToHex()}, {m.ToHex()}: {result.ToHex()} is not {expected:x}");
            UInt256 first = a, second = b, third = m;
            operation(first, b, m, out first);
            operation(a, second, m, out second);
            operation(a, b, third, out third);
            Assert.True(result == first && result == second && result == third,
                $"{a.ToHex()}, {b.ToHex()}, {m.ToHex()}: differs in place");
        }
    }

    [Fact]
    public void Add_wraps() => Check(UInt256.Add, (a, b) => a + b);

    [Fact]
    public void Subtract_wraps() => Check(UInt256.Subtract, (a, b) => a - b);

    [Fact]
    public void Multiply_wraps() => Check(UInt256.Multiply, (a, b) => a * b);

    [Fact]
    public void Multiply_of_a_word_by_itself_in_place() => CheckSquare(UInt256.Multiply, (a, b) => a * b);

    [Fact]
    public void Divide_rounds_down_and_gives_zero_for_zero() => Check(UInt256.Divide, (a, b) => b == 0 ? 0 : a / b);

    [Fact]
    public void Divide_of_a_word_by_itself_in_place() => CheckSquare(UInt256.Divide, (a, b) => b == 0 ? 0 : a / b);

    [Fact]
    public void Mod_gives_zero_for_zero() => Check(UInt256.Mod, (a, b) => b == 0 ? 0 : a % b);

    [Fact]
    public void SignedDivide_rounds_towards_zero() =>
        Check(UInt256.SignedDivide, (a, b) => b == 0 ? 0 : BigInteger.Divide(Signed(a), Signed(b)));

    [Fact]
    public void SignedMod_has_the_sign_of_the_dividend() =>
        Check(UInt256.SignedMod, (a, b) => b == 0 ? 0 : BigInteger.Remainder(Signed(a), Signed(b)));

    [Fact]
    public void DivideRemainder_gives_both()
    {
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.DivideRemainder(a, b, out r, out _),
            (a, b) => b == 0 ? 0 : a / b);
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => UInt256.DivideRemainder(a, b, out _, out r),
            (a, b) => b == 0 ? 0 : a % b);
    }

    [Fact]
    public void AddMod_does_not_wrap() => Check(UInt256.AddMod, (a, b, m) => m == 0 ? 0 : (a + b) % m);

    [Fact]
    public void MultiplyMod_does_not_wrap() => Check(UInt256.MultiplyMod, (a, b, m) => m == 0 ? 0 : a * b % m);

    [Theory]
    [InlineData("0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47")]
    [InlineData("0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")]
    [InlineData("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")]
    [InlineData("0x800000000000011000000000000000000000000000000000000000000000001")]
    [InlineData("0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe")]
    [InlineData("0x8000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0x8000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("0x10000000000000000000000000000000000000000000000000000")]
    [InlineData("0x1ffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void MultiplyMod_with_a_modulus_that_returns(string modulus)
    {
        Assert.True(UInt256.TryParse(modulus, out var m));
        var words = new Words(11);
        var product = words.Next();
        for (int i = 0; i < 10_000; i++)
        {
            var a = i % 4 == 0 ? words.Near(m) : i % 4 == 1 ? product : words.Next();
            var b = i % 5 == 0 ? words.Near(m) : words.Next();
            UInt256.MultiplyMod(a, b, m, out product);
            Assert.True(Big(a) * Big(b) % Big(m) == Big(product), $"{a.ToHex()}, {b.ToHex()}: {product.ToHex()}");
        }
    }

    [Fact]
    public void MultiplyMod_with_any_large_modulus_that_returns()
    {
        var words = new Words(12);
        for (int i = 0; i < 4000; i++)
        {
            var m = words.Next() | (UInt256.One << (208 + i % 48));
            for (int use = 0; use < 8; use++)
            {
                UInt256 a = use % 2 == 0 ? words.Near(m) : words.Next(), b = words.Next();
                UInt256.MultiplyMod(a, b, m, out var product);
                Assert.True(Big(a) * Big(b) % Big(m) == Big(product), $"{a.ToHex()}, {b.ToHex()}, {m.ToHex()}");
            }
        }
    }

    [Fact]
    public void Exp_wraps() => Check(UInt256.Exp, (a, e) => BigInteger.ModPow(a, e, Modulus), rounds: 4000);

    [Fact]
    public void Exp_with_small_exponents_wraps() =>
        Check(UInt256.Exp, (a, e) => BigInteger.ModPow(a, e, Modulus), smallSecond: true, rounds: 8000);

    [Fact]
    public void Shifts_by_256_and_more_leave_nothing()
    {
        Check(UInt256.ShiftLeft, (v, n) => n < 256 ? v << (int)n : 0, smallSecond: true);
        Check(UInt256.ShiftRight, (v, n) => n < 256 ? v >> (int)n : 0, smallSecond: true);
    }

    [Fact]
    public void Arithmetic_shift_keeps_the_sign() =>
        Check(UInt256.ShiftRightArithmetic, (v, n) => Signed(v) >> (n < 256 ? (int)n : 256), smallSecond: true);

    [Fact]
    public void Shift_operators_agree_with_the_shifts()
    {
        var words = new Words(4);
        for (int i = 0; i < 5000; i++)
        {
            var v = words.Next();
            int n = i % 300;
            Assert.Equal(n < 256 ? Wrap(Big(v) << n) : 0, Big(v << n));
            Assert.Equal(Big(v) >> n, Big(v >> n));
        }
    }

    [Fact]
    public void Byte_counts_from_the_most_significant() =>
        Check((in UInt256 v, in UInt256 i, out UInt256 r) => UInt256.Byte(i, v, out r),
            (v, i) => i < 32 ? (v >> (8 * (31 - (int)i))) & 0xff : 0, smallSecond: true);

    [Fact]
    public void SignExtend_copies_the_top_bit_of_the_byte() =>
        Check((in UInt256 v, in UInt256 i, out UInt256 r) => UInt256.SignExtend(i, v, out r),
            (v, i) => i < 31 ? SignExtended(v, 8 * ((int)i + 1)) : v, smallSecond: true);

    private static BigInteger SignExtended(BigInteger v, int bits)
    {
        var low = v & ((BigInteger.One << bits) - 1);
        return low >> (bits - 1) == 0 ? low : low - (BigInteger.One << bits);
    }

    [Fact]
    public void Bitwise_operators()
    {
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = a & b, (a, b) => a & b);
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = a | b, (a, b) => a | b);
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = a ^ b, (a, b) => a ^ b);
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = ~a, (a, b) => -a - 1);
    }

    [Fact]
    public void Arithmetic_operators_agree_with_the_methods()
    {
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = a + b, (a, b) => a + b);
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = a - b, (a, b) => a - b);
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = a * b, (a, b) => a * b);
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = a / b, (a, b) => b == 0 ? 0 : a / b);
        Check((in UInt256 a, in UInt256 b, out UInt256 r) => r = a % b, (a, b) => b == 0 ? 0 : a % b);
    }

    [Fact]
    public void Comparisons_agree_with_the_model()
    {
        var words = new Words(5);
        for (int i = 0; i < Rounds; i++)
        {
            UInt256 a = words.Next(), b = i % 3 == 0 ? words.Near(a) : words.Next();
            BigInteger x = Big(a), y = Big(b);
            Assert.Equal(x < y, UInt256.LessThan(a, b));
            Assert.Equal(Signed(x) < Signed(y), UInt256.SignedLessThan(a, b));
            Assert.Equal((x < y, y < x), (a < b, a > b));
            Assert.Equal((x <= y, y <= x), (a <= b, a >= b));
            Assert.Equal((x == y, x != y, x == y), (a == b, a != b, a.Equals(b)));
            Assert.Equal(x.CompareTo(y), a.CompareTo(b));
        }
    }

    [Fact]
    public void Overflow_is_reported_and_the_result_still_wraps()
    {
        var words = new Words(6);
        for (int i = 0; i < Rounds; i++)
        {
            UInt256 a = words.Next(), b = i % 3 == 0 ? words.Near(a) : words.Next();
            BigInteger x = Big(a), y = Big(b);
            Assert.Equal(x + y >= Modulus, UInt256.AddOverflows(a, b, out var sum));
            Assert.Equal(x < y, UInt256.SubtractUnderflows(a, b, out var difference));
            Assert.Equal(x * y >= Modulus, UInt256.MultiplyOverflows(a, b, out var product));
            Assert.Equal((Wrap(x + y), Wrap(x - y), Wrap(x * y)), (Big(sum), Big(difference), Big(product)));
        }
    }

    [Fact]
    public void Lengths_count_significant_bits_and_bytes()
    {
        var words = new Words(7);
        for (int i = 0; i < 5000; i++)
        {
            var v = words.Next();
            int bits = (int)Big(v).GetBitLength();
            Assert.Equal((bits, (bits + 7) / 8), (v.BitLength, v.ByteLength));
            Assert.Equal((bits == 0, bits <= 64), (v.IsZero, v.IsUInt64));
        }
    }

    [Fact]
    public void Portable_wide_division_equals_the_model()
    {
        var words = new Words(8);
        for (int i = 0; i < Rounds; i++)
        {
            var v = words.Next();
            ulong divisor = Math.Max(v.U0, 1), high = v.U1 % divisor, low = v.U2;
            var expected = BigInteger.DivRem(((BigInteger)high << 64) | low, divisor, out var remainder);
            Assert.Equal((expected, remainder), UInt256.DivideWidePortable(high, low, divisor));
        }
    }

    [Fact]
    public void Equal_words_have_equal_hash_codes()
    {
        var words = new Words(9);
        var v = words.Next();
        Assert.Equal(v.GetHashCode(), (v + 1 - 1).GetHashCode());
        Assert.False(v.Equals("0"));
        Assert.True(v.Equals((object)v));
    }

    [Fact]
    public void Conversions_to_and_from_BigInteger_wrap()
    {
        var words = new Words(10);
        for (int i = 0; i < 5000; i++)
        {
            var v = words.Next();
            Assert.Equal(Big(v), (BigInteger)v);
            Assert.Equal(v, (UInt256)Big(v));
            Assert.Equal(v, (UInt256)(Big(v) - Modulus));
            Assert.Equal(v, (UInt256)(Big(v) + 3 * Modulus));
        }
    }
}
