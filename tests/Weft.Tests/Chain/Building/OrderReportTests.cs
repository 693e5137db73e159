using Weft.Chain.Building;
using Weft.Evm.Analysis;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Tests.Chain.Live;
using Xunit;

namespace Weft.Tests.Chain.Building;

public sealed class OrderReportTests
{
    private static readonly Address Counter = Address.FromNumber(0xc0);

    [Fact]
    public void Spread_conflicts_cost_no_fees_and_what_they_win_is_forecast()
    {
        using var dev = new DevChain(
            genesis: state => DevChain.AddContract(
                state, Counter, Convert.FromHexString("600054" + "80" + "600101" + "600055" + "33905500")),
            accounts: 30);
        for (int sender = 0; sender < 10; sender++)
            for (ulong n = 0; n < 2; n++)
                dev.Pool.Add(dev.Sign(sender, n, Counter, value: 0, gas: 100_000, tip: 2_000_000_000));
        for (int sender = 10; sender < 30; sender++)
            dev.Pool.Add(dev.Sign(sender, 0, Address.FromNumber((ulong)sender)));
        using var built = dev.Builder.Build(dev.Attributes());
        using var before = dev.Chain.OpenSnapshot();
        var rules = dev.Chain.RulesAfter(dev.Chain.Head, built.Block.Header.Timestamp);

        var report = OrderReport.Of(
            new(new(built.Block, before, before), rules, DevChain.ChainId), [2, 8], new CodeCache(), default);

        Assert.True(report.Moved > 10);
        Assert.Equal(built.Report.Moved, report.Moved);
        Assert.Equal(built.Value, report.Fees);
        Assert.Equal(report.Fees, report.FeesByPrice);
        Assert.Equal([2, 8], report.Cores.Select(one => one.Cores));
        Assert.All(report.Cores, one => Assert.True(one.Speedup > 0 && one.SpeedupByPrice > 0));
        var byPrice = OrderReport.SortByPrice(built.Block.Transactions, built.Block.Header.BaseFeePerGas!.Value);
        Assert.All(byPrice.Take(20), transaction => Assert.Equal(Counter, transaction.To));
        foreach (var sender in byPrice.GroupBy(transaction => transaction.Sender))
            Assert.Equal(sender.Select(t => t.Nonce).Order(), sender.Select(t => t.Nonce));
    }
}
