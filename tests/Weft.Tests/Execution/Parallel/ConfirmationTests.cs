using Weft.Execution.Parallel;
using Xunit;

namespace Weft.Tests.Execution.Parallel;

public sealed class ConfirmationTests
{
    private const int Window = 64, End = 200;

    [Fact]
    public void What_has_not_begun_for_want_of_a_place_in_the_window_is_not_confirmed()
    {
        var scheduler = CreateAllRun();
        Assert.Equal(Enumerable.Range(1, Window), ConfirmAll(scheduler));
        Assert.Equal(WorkKind.Commit, scheduler.Next().Kind);
    }

    [Fact]
    public void What_was_confirmed_is_committed_as_confirmed()
    {
        var scheduler = CreateAllRun();
        ConfirmAll(scheduler);
        Assert.True(scheduler.TryCommit(out var item));
        Assert.True(item.IsConfirmed);
    }

    [Fact]
    public void What_was_confirmed_upon_a_transaction_that_is_aborted_is_so_no_longer()
    {
        var scheduler = CreateAllRun();
        ConfirmAll(scheduler);
        scheduler.Withdraw(5);
        Assert.True(scheduler.TryCommit(out var item));
        Assert.False(item.IsConfirmed);
    }

    [Fact]
    public void What_is_handed_out_before_an_abort_does_not_count_after_it()
    {
        var scheduler = CreateAllRun();
        var all = scheduler.Next();
        Assert.Equal(WorkKind.Confirm, all.Kind);
        scheduler.Withdraw(1);
        Assert.True(scheduler.TryConfirm(all, 1, out var item));
        scheduler.Finished(item, Outcome.Done);
        Assert.True(scheduler.TryCommit(out var commit));
        Assert.False(commit.IsConfirmed);
    }

    /// <summary>The era ends before the status does: in between, what is being committed looked like something to build
    /// upon, and what was confirmed upon it was committed as if nothing had happened.</summary>
    [Fact]
    public void Nothing_is_confirmed_upon_a_commit_that_does_not_hold()
    {
        var scheduler = CreateAllRun();
        Assert.True(scheduler.TryCommit(out var commit));
        scheduler.Withdraw(commit.Transaction);
        Assert.Equal(WorkKind.Wait, scheduler.Next().Kind);
        scheduler.Finished(commit, Outcome.Again);
        var again = scheduler.Next();
        Assert.Equal((WorkKind.Execute, commit.Transaction), (again.Kind, again.Transaction));
    }

    /// <summary>The first transaction ran last, so that the window is full and nothing is committed.</summary>
    private static Scheduler CreateAllRun()
    {
        var scheduler = new Scheduler(Window) { ConfirmLead = Window };
        scheduler.Reset(1, End);
        var first = scheduler.Next();
        for (var item = scheduler.Next(); item.Kind == WorkKind.Execute; item = scheduler.Next())
            scheduler.Finished(item, Outcome.Done);
        scheduler.Finished(first, Outcome.Done);
        scheduler.ConfirmLead = 0;
        return scheduler;
    }

    private static List<int> ConfirmAll(Scheduler scheduler)
    {
        var confirmed = new List<int>();
        while (confirmed.Count < Window)
        {
            var all = scheduler.Next();
            Assert.Equal(WorkKind.Confirm, all.Kind);
            for (int transaction = all.Transaction; transaction < all.End; transaction++)
            {
                Assert.True(scheduler.TryConfirm(all, transaction, out var item));
                scheduler.Finished(item, Outcome.Done);
                confirmed.Add(transaction);
            }
        }
        return confirmed;
    }
}
