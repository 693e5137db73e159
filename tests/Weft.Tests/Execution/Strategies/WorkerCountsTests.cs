using Weft.Execution.Strategies.Auto;
using Xunit;

namespace Weft.Tests.Execution.Strategies;

public sealed class WorkerCountsTests
{
    private const double Millisecond = 1e6;

    [Fact]
    public void Two_workers_have_no_choice()
    {
        var (workers, time) = new WorkerCounts(2).Best(10 * Millisecond, 0.6);
        Assert.Equal(2, workers);
        Assert.Equal(6 * Millisecond + WorkerCounts.Waking(2), time, 1.0);
    }

    [Fact]
    public void Long_blocks_without_conflicts_take_all_workers()
    {
        foreach (int all in new[] { 3, 4, 16, 24, 64 })
            Assert.Equal(all, new WorkerCounts(all).Best(500 * Millisecond, 1.0 / all).Workers);
    }

    [Fact]
    public void Short_blocks_do_not_wake_everybody()
    {
        var counts = new WorkerCounts(64);
        Assert.InRange(counts.Best(0.3 * Millisecond, 1.0 / 64).Workers, 2, 8);
        Assert.InRange(counts.Best(2 * Millisecond, 1.0 / 64).Workers, 4, 32);
    }

    [Fact]
    public void What_cannot_be_shared_is_not_given_to_many()
    {
        var counts = new WorkerCounts(16);
        int before = 16;
        foreach (double conflicts in new[] { 0, 0.3, 0.6, 0.9 })
        {
            int workers = counts.Best(5 * Millisecond, conflicts + (1 - conflicts) / 16).Workers;
            Assert.InRange(workers, 2, before);
            before = workers;
        }
        Assert.Equal(2, before);
    }

    [Fact]
    public void A_ratio_that_some_workers_had_predicts_their_own_time()
    {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            int all = random.Next(2, 65);
            double serial = random.Next(1, 50) * Millisecond, ratio = 1.0 / all + random.NextDouble();
            var (workers, time) = new WorkerCounts(all).Best(serial, ratio);
            double measured = (time - WorkerCounts.Waking(workers)) / serial;
            Assert.Equal(ratio, new WorkerCounts(all).RatioOfAll(measured, workers), 1e-9);
        }
    }
}
