using Weft.Cli.Programs;
using Weft.Cli.Workloads;
using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
using Weft.Execution.Records;
using Weft.Execution.Strategies;
using Xunit;

namespace Weft.Tests.Execution.Records;

public sealed class ExecutionRecordTests
{
    [Theory]
    [InlineData(Strategy.Optimistic, "erc20-one-recipient", 1)]
    [InlineData(Strategy.Optimistic, "erc20-one-recipient", 4)]
    [InlineData(Strategy.Dag, "mixed", 3)]
    public void Every_transaction_is_executed_and_committed_once_in_order(
        Strategy strategy, string workload, int threads)
    {
        var made = Workload.Create(workload, 150);
        var record = new ExecutionRecord(threads);
        using var driver = new WorkerThreads(threads);
        using var executor = BlockExecutors.Create(strategy, made.Rules, made.ChainId, new CodeCache(), driver);
        for (int run = 0; run < 3; run++)
        {
            record.Reset();
            executor.Transition(new(made.Block, made.State, NoBlockHashes.Instance) { Observer = record });

            var commits = record.ToList().Where(IsCommit).OrderBy(done => done.End).Select(done => done.Transaction);
            Assert.Equal(Enumerable.Range(1, 150), commits);
            Assert.Equal(
                executor.Summary.Executions, record.ToList().Count(done => done.Kind == WorkKind.Execute));
            Assert.Equal(executor.Summary.Aborts, record.ToList().Count(done => done.IsInVain));
            Assert.True(record.Elapsed > 0);
        }
    }

    [Fact]
    public void An_abort_names_the_slot_that_had_changed()
    {
        var made = Workload.Create("swaps-1", 60);
        var record = new ExecutionRecord(3);
        using var driver = new Interleaver(3) { Seed = 5 };
        using var executor = new OptimisticExecutor(made.Rules, made.ChainId, new CodeCache(), driver);

        executor.Transition(new(made.Block, made.State, NoBlockHashes.Instance) { Observer = record });

        var aborts = record.ToList().Where(done => done.Outcome == Outcome.Again).ToArray();
        Assert.NotEmpty(aborts);
        Assert.All(aborts, done => Assert.Equal(AbortReason.StaleRead, done.Cause.Reason));
        var written = made.Changes.Storage.SelectMany(account => account.Value.Keys.Select(key => (account.Key, key)))
            .ToHashSet();
        Assert.Contains(aborts, done => done.Cause.Location is { } location
            && written.Contains((location.Address, location.Slot)));
    }

    [Fact]
    public void Nothing_is_allocated_for_an_event_once_the_logs_have_grown()
    {
        var record = new ExecutionRecord(1);
        Fill(record);
        record.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Fill(record);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(2000, record[0].Length);
    }

    private static void Fill(ExecutionRecord record)
    {
        for (int i = 1; i <= 1000; i++)
        {
            var item = new WorkItem(WorkKind.Execute, i);
            record.Begins(0, item);
            record.Waits(0, i - 1);
            record.Resumes(0);
            record.HasRun(0, item);
            record.Ends(0, item, Outcome.Done, -1, default);
        }
    }

    private static bool IsCommit(WorkEvent done) => done.Outcome == Outcome.Committed
        || (done.Kind == WorkKind.Commit && done.Outcome == Outcome.Done);
}
