using System.Numerics;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Xunit;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles;

public sealed class ModExpTests
{
    private static readonly Precompile ModExp = At(5, Fork.Berlin);

    [Fact]
    public void Equals_big_integer_for_all_sizes()
    {
        var random = new Random(11);
        for (int i = 0; i < 420; i++)
        {
            int scale = i < 400 ? 40 : 300;
            int baseLength = random.Next(scale), exponentLength = random.Next(scale);
            int modulusLength = random.Next(scale);
            BigInteger b = random.NextNumber(8 * baseLength), e = random.NextNumber(8 * exponentLength);
            BigInteger m = random.NextNumber(8 * modulusLength);
            BigInteger expected = m.IsZero ? 0 : BigInteger.ModPow(b, e, m);
            byte[] input = Join(Word(baseLength), Word(exponentLength), Word(modulusLength), Bytes(b, baseLength),
                Bytes(e, exponentLength), Bytes(m, modulusLength));
            Assert.Equal(Bytes(expected, modulusLength), ModExp.Call(input));
        }
    }

    [Fact]
    public void Input_that_ends_early_continues_with_zeros()
    {
        var random = new Random(12);
        byte[] full = Join(Word(20), Word(3), Word(25), Bytes(random.NextNumber(160), 20), Bytes(65537, 3),
            Bytes(random.NextNumber(200), 25));
        for (int length = 0; length <= full.Length; length++)
        {
            byte[] padded = new byte[full.Length];
            full.AsSpan(0, length).CopyTo(padded);
            Assert.Equal(ModExp.Gas(padded), ModExp.Gas(full.AsSpan(0, length)));
            Assert.Equal(ModExp.Call(padded), ModExp.Call(full[..length]));
        }
    }

    [Fact]
    public void Zero_to_the_zero_is_one_but_modulo_one_it_is_zero()
    {
        Assert.Equal([1], ModExp.Call(Join(Word(0), Word(0), Word(1), [2])));
        Assert.Equal([0], ModExp.Call(Join(Word(0), Word(0), Word(1), [1])));
        Assert.Equal([0], ModExp.Call(Join(Word(1), Word(1), Word(1), [7, 7, 0])));
        Assert.Equal(Nothing, ModExp.Call(Join(Word(1), Word(1), Word(0), [7, 7])));
    }

    [Theory]
    [InlineData(Fork.Byzantium, 13056)]
    [InlineData(Fork.Berlin, 1360)]
    [InlineData(Fork.Osaka, 4080)]
    public void The_first_example_of_eip_198_costs_by_fork(Fork fork, long gas)
    {
        BigInteger p = BigInteger.Pow(2, 256) - BigInteger.Pow(2, 32) - 978;
        byte[] input = Join(Word(1), Word(32), Word(32), [3], Word(p), Word(p + 1));
        Assert.Equal(gas, At(5, fork).Gas(input));
        Assert.Equal(Word(1), At(5, fork).Call(input));
    }

    [Theory]
    [InlineData(Fork.Byzantium, 0)]
    [InlineData(Fork.Berlin, 200)]
    [InlineData(Fork.Osaka, 500)]
    public void Nothing_costs_the_minimum(Fork fork, long gas) => Assert.Equal(gas, At(5, fork).Gas([]));

    [Fact]
    public void Lengths_beyond_reason_cost_more_than_there_is()
    {
        BigInteger[] lengths =
            [BigInteger.Pow(2, 256) - 1, BigInteger.Pow(2, 64), long.MaxValue, int.MaxValue, 1 << 28];
        foreach (Fork fork in (Fork[])[Fork.Byzantium, Fork.Berlin, Fork.Osaka])
        {
            foreach (BigInteger length in lengths)
            {
                Assert.Equal(long.MaxValue, At(5, fork).Gas(Join(Word(length), Word(1), Word(1))));
                Assert.Equal(long.MaxValue, At(5, fork).Gas(Join(Word(1), Word(length), Word(1))));
                Assert.Equal(long.MaxValue, At(5, fork).Gas(Join(Word(1), Word(1), Word(length))));
            }
        }
    }

    [Fact]
    public void Without_base_and_modulus_the_exponent_may_have_any_length_before_osaka()
    {
        byte[] input = Join(Word(0), Word(BigInteger.Pow(2, 255)), Word(0));
        Assert.Equal(0, At(5, Fork.Byzantium).Gas(input));
        Assert.Equal(200, At(5, Fork.Berlin).Gas(input));
        Assert.Equal(Nothing, At(5, Fork.Berlin).Call(input));
        Assert.Equal(long.MaxValue, At(5, Fork.Osaka).Gas(input));
    }

    [Fact]
    public void Osaka_takes_1024_bytes_and_no_more()
    {
        Assert.NotEqual(long.MaxValue, At(5, Fork.Osaka).Gas(Join(Word(1024), Word(1024), Word(1024))));
        foreach (int position in (int[])[0, 1, 2])
        {
            byte[] input = new byte[96];
            input[32 * position + 30] = 4;
            input[32 * position + 31] = 1;
            Assert.Equal(long.MaxValue, At(5, Fork.Osaka).Gas(input));
            Assert.Null(At(5, Fork.Osaka).Call(input));
        }
    }
}
