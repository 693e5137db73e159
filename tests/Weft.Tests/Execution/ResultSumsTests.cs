using Weft.Evm;
using Weft.Execution;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Execution;

public sealed class ResultSumsTests
{
    [Fact]
    public void Each_has_to_fit_with_its_limit_into_what_those_before_it_leave()
    {
        var (first, second) = (new ResultSums(), new ResultSums());
        first.Add(WithLimit(100), Used(40));
        second.Add(WithLimit(70), Used(30));

        Assert.True(first.Fits(100, 0));
        Assert.False(first.Fits(99, 0));
        first.Add(second);
        Assert.Equal(70ul, first.GasUsed);
        Assert.True(first.Fits(110, 0));
        Assert.False(first.Fits(109, 0));
    }

    /// <summary>Three that use all of half the range would come to less than one of them.</summary>
    [Fact]
    public void Sums_beyond_64_bits_fit_into_no_block()
    {
        const ulong half = 1ul << 63;
        var (one, parts) = (new ResultSums(), new ResultSums());
        for (int i = 0; i < 3; i++)
        {
            var part = new ResultSums();
            part.Add(WithLimit(half), Used(half));
            one.Add(WithLimit(half), Used(half));
            parts.Add(part);
        }

        Assert.False(one.Fits(ulong.MaxValue - 1, 0));
        Assert.False(parts.Fits(ulong.MaxValue - 1, 0));
    }

    private static Transaction WithLimit(ulong gas) => new() { Type = TransactionType.Legacy, GasLimit = gas };

    private static TransactionResult Used(ulong gas) =>
        new(TransactionError.None, Halt.Success, gas, [], null, default);
}
