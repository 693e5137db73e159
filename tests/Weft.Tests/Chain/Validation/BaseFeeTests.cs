using System.Numerics;
using Weft.Chain.Validation;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Chain.Validation;

public sealed class BaseFeeTests
{
    private static UInt256 After(ulong gasLimit, ulong gasUsed, UInt256 fee) =>
        BaseFee.After(new BlockHeader { GasLimit = gasLimit, GasUsed = gasUsed, BaseFeePerGas = fee });

    [Theory]
    [InlineData(15_000_000, 1_000_000_000)]
    [InlineData(30_000_000, 1_125_000_000)]
    [InlineData(0, 875_000_000)]
    [InlineData(22_500_000, 1_062_500_000)]
    [InlineData(15_000_001, 1_000_000_008)]
    public void It_follows_the_gas_that_the_parent_used(ulong used, ulong expected) =>
        Assert.Equal((UInt256)expected, After(30_000_000, used, 1_000_000_000));

    [Fact]
    public void It_rises_by_one_wei_at_least_and_stays_at_zero_when_it_falls()
    {
        Assert.Equal(UInt256.One, After(30_000_000, 30_000_000, UInt256.Zero));
        Assert.Equal((UInt256)7ul, After(30_000_000, 0, 7));
    }

    [Fact]
    public void It_agrees_with_a_model_for_any_parent()
    {
        var random = new Random(1559);
        Span<byte> bytes = stackalloc byte[16];
        for (int i = 0; i < 5000; i++)
        {
            random.NextBytes(bytes);
            BigInteger fee = new(bytes[..random.Next(1, 16)], isUnsigned: true);
            ulong limit = (ulong)random.NextInt64(5000, i % 2 == 0 ? 100_000_000 : long.MaxValue);
            ulong used = (ulong)random.NextInt64(0, (long)limit);
            BigInteger target = limit / 2, delta = fee * BigInteger.Abs(used - target) / target / 8;
            BigInteger expected = used == target ? fee : used < target ? fee - delta : fee + BigInteger.Max(1, delta);
            Assert.Equal((UInt256)expected, After(limit, used, (UInt256)fee));
        }
    }

    [Fact]
    public void The_largest_fee_does_not_overflow() =>
        Assert.Equal(UInt256.MaxValue, After(30_000_000, 30_000_000, UInt256.MaxValue));
}
