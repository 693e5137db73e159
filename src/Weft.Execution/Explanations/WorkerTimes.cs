using Weft.Execution.Parallel;

namespace Weft.Execution.Explanations;

/// <summary>What the time of all workers together went into, while any of them worked; parts of 1.</summary>
public sealed class WorkerTimes
{
    public WorkerTimes(Explained block)
    {
        long first = block.Events.Min(done => done.Start), last = block.Events.Max(done => done.End);
        double all = Math.Max(1, (double)(last - first) * block.Summary.Workers);
        var final = FinalExecutions.Of(block.Events);
        long waited = block.Events.Where(done => done.Kind == WorkKind.Wait).Sum(done => done.Ticks);
        long useful = 0, inVain = 0, commits = 0;
        foreach (var done in block.Events)
        {
            if (done.Kind is not (WorkKind.Execute or WorkKind.Wait)) commits += done.Ticks;
            else if (done.Kind == WorkKind.Execute && final.Contains(done)) useful += done.Ticks;
            else if (done.Kind == WorkKind.Execute) inVain += done.Ticks;
        }
        // Waiting lies within executions; it is taken from the useful ones, where nearly all of it is.
        (Waiting, Useful, InVain, Commits) = (
            waited / all, Math.Max(0, useful - waited) / all, inVain / all, commits / all);
        Idle = Math.Max(0, 1 - Waiting - Useful - InVain - Commits);
    }

    /// <summary>Executions that were committed.</summary>
    public double Useful { get; }

    /// <summary>Executions that had to be repeated.</summary>
    public double InVain { get; }

    public double Commits { get; }

    /// <summary>In the middle of a transaction.</summary>
    public double Waiting { get; }

    public double Idle { get; }
}
