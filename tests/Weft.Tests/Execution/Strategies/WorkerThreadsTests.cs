using Weft.Execution.Parallel;
using Xunit;

namespace Weft.Tests.Execution.Strategies;

public sealed class WorkerThreadsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_worker_works_once_however_many_are_asked_for(int all)
    {
        using var threads = new WorkerThreads(all);
        var random = new Random(all);
        int[] runs = new int[all];
        for (int i = 0; i < 300; i++)
        {
            int workers = random.Next(1, all + 1);
            Array.Clear(runs);
            threads.Run(worker => Interlocked.Increment(ref runs[worker]), workers);
            Assert.Equal(Enumerable.Range(0, all).Select(worker => worker < workers ? 1 : 0), runs);
            // Some find the others awake, some asleep.
            if (i % 50 == 0) Thread.Sleep(1);
        }
    }

    [Fact]
    public void Drivers_that_know_no_number_run_the_first_workers()
    {
        using var interleaver = new Interleaver(4);
        IDriver driver = interleaver;
        var ran = new List<int>();
        driver.Run(ran.Add, 3);
        Assert.Equal([0, 1, 2], ran.Order());
    }

    [Fact]
    public void A_thread_that_was_placed_may_go_anywhere_afterwards()
    {
        // Nothing to choose from.
        if (Processors.TryFind() is not { } processors) return;
        Exception? error = null;
        // Not the thread of the test, which belongs to others.
        var thread = new Thread(() => error = Record.Exception(() => PlaceAndRelease(processors)));
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }

    private static void PlaceAndRelease(Processors processors)
    {
        int self = Processors.ThreadId;
        for (int distance = 0; distance < 2; distance++)
        {
            processors.Place(self, 0, distance);
            // There is one processor left for it.
            Assert.Null(Processors.TryFind());
            Assert.Equal(distance, processors.Current);
        }
        processors.Release();
        Assert.NotNull(Processors.TryFind());
    }
}
