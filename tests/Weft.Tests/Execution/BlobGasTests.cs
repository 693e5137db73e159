using System.Numerics;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Execution;

public class BlobGasTests
{
    private static readonly Fork[] ForksWithBlobs =
        [Fork.Cancun, Fork.Prague, Fork.Osaka, Fork.Bpo1, Fork.Bpo2];

    /// <summary>fake_exponential of EIP-4844.</summary>
    private static BigInteger FakeExponential(BigInteger factor, BigInteger numerator, BigInteger denominator)
    {
        BigInteger i = 1, output = 0, accumulator = factor * denominator;
        while (accumulator > 0)
        {
            output += accumulator;
            accumulator = accumulator * numerator / (denominator * i);
            i += 1;
        }
        return output / denominator;
    }

    /// <summary>calc_excess_blob_gas of EIP-4844, from Osaka on of EIP-7918.</summary>
    private static BigInteger NextExcess(BigInteger excess, BigInteger used, BigInteger baseFee, Fork fork)
    {
        var schedule = ForkRules.Of(fork).Blobs!;
        BigInteger target = 131072 * schedule.Target, sum = excess + used;
        if (sum < target) return 0;
        BigInteger blobBaseFee = FakeExponential(1, excess, schedule.BaseFeeUpdateFraction);
        return fork >= Fork.Osaka && 8192 * baseFee > 131072 * blobBaseFee
            ? excess + used * (schedule.Max - schedule.Target) / schedule.Max
            : sum - target;
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2314057, 1)]
    [InlineData(2314058, 2)]
    [InlineData(10 * 1024 * 1024, 23)]
    public void The_blob_base_fee_of_Cancun_grows_with_the_excess(ulong excess, ulong fee) =>
        Assert.Equal((UInt256)fee, BlobGas.BaseFee(excess, ForkRules.Of(Fork.Cancun).Blobs!));

    [Fact]
    public void The_blob_base_fee_is_that_of_the_formula()
    {
        var random = new Random(4844);
        foreach (var fork in ForksWithBlobs)
            for (int i = 0; i < 40; i++)
            {
                var schedule = ForkRules.Of(fork).Blobs!;
                ulong excess = (ulong)(random.NextDouble() * 177 * schedule.BaseFeeUpdateFraction);
                Assert.Equal(
                    FakeExponential(1, excess, schedule.BaseFeeUpdateFraction),
                    (BigInteger)BlobGas.BaseFee(excess, schedule));
            }
    }

    [Theory]
    [InlineData(178ul * 3338477)]
    [InlineData(ulong.MaxValue)]
    public void A_blob_base_fee_beyond_a_word_is_the_largest_word(ulong excess) =>
        Assert.Equal(UInt256.MaxValue, BlobGas.BaseFee(excess, ForkRules.Of(Fork.Cancun).Blobs!));

    [Fact]
    public void The_next_excess_is_that_of_the_formula()
    {
        var random = new Random(7918);
        foreach (var fork in ForksWithBlobs)
            for (int i = 0; i < 200; i++)
            {
                ulong excess = (ulong)random.Next(60_000_000);
                ulong baseFee = (ulong)random.NextInt64(1L << random.Next(1, 40));
                ulong used = 131072ul * (ulong)random.Next(ForkRules.Of(fork).Blobs!.Max + 1);
                var parent = new BlockHeader { ExcessBlobGas = excess, BlobGasUsed = used, BaseFeePerGas = baseFee };
                Assert.Equal(
                    NextExcess(excess, used, baseFee, fork), BlobGas.NextExcess(parent, ForkRules.Of(fork)));
            }
    }

    [Fact]
    public void Before_Cancun_there_is_no_excess_and_the_first_block_of_Cancun_starts_at_zero()
    {
        Assert.Equal(0ul, BlobGas.NextExcess(new BlockHeader(), ForkRules.Of(Fork.Shanghai)));
        Assert.Equal(0ul, BlobGas.NextExcess(new BlockHeader(), ForkRules.Of(Fork.Cancun)));
    }

    [Theory]
    [InlineData(Fork.Cancun)]
    [InlineData(Fork.Osaka)]
    public void A_header_with_wild_numbers_gives_a_large_excess_and_no_overflow(Fork fork)
    {
        var parent = new BlockHeader
        {
            ExcessBlobGas = ulong.MaxValue, BlobGasUsed = ulong.MaxValue, BaseFeePerGas = UInt256.MaxValue,
        };
        Assert.Equal(ulong.MaxValue, BlobGas.NextExcess(parent, ForkRules.Of(fork)));
    }
}
