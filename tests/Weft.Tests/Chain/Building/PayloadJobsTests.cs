using Weft.Chain;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Tests.Chain.Live;
using Xunit;

namespace Weft.Tests.Chain.Building;

public sealed class PayloadJobsTests
{
    private static readonly PayloadOptions Often = new()
    {
        Interval = TimeSpan.FromMilliseconds(1), AgeMax = TimeSpan.FromMinutes(10),
    };

    [Fact]
    public void Payload_that_was_collected_is_not_executed_again_however_often_it_could_not_be_improved()
    {
        using var dev = new DevChain();
        dev.Pool.Add(dev.Sign(0, 0));
        using var jobs = new PayloadJobs(dev.Chain, dev.Builder, Often);
        ulong id = jobs.Start(dev.Chain.Head, dev.Attributes(), 3);
        // Time for many more tries than blocks are remembered.
        Thread.Sleep(500);
        BuiltBlock built = jobs.Collect(id)!;
        Assert.Single(built.Block.Transactions);
        Assert.Equal(ImportStatus.SideChain, dev.Chain.Accept(DevChain.Reread(built.Block)).Status);
        Assert.Same(built.Result, dev.Chain.SetHead(built.Block.Header.Hash).Result);
    }

    [Fact]
    public void Better_payload_takes_the_place_of_the_first_until_it_is_collected()
    {
        // Builds run beside this one, on a machine that may be busy.
        int[] waits = [100, 500, 2500, 10_000];
        Assert.Contains(waits, wait =>
        {
            using var dev = new DevChain();
            using var jobs = new PayloadJobs(dev.Chain, dev.Builder, Often);
            ulong id = jobs.Start(dev.Chain.Head, dev.Attributes(), 3);
            Thread.Sleep(wait);
            dev.Pool.Add(dev.Sign(0, 0));
            Thread.Sleep(wait);
            BuiltBlock built = jobs.Collect(id)!;
            dev.Pool.Add(dev.Sign(1, 0));
            Thread.Sleep(100);
            Assert.Same(built, jobs.Collect(id));
            return built.Block.Transactions.Count == 1;
        });
    }
}
