using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>Lets workers run: on threads of their own, or one after the other as a seed decides. The scheduler, the
/// memory and the workers are the same.</summary>
public interface IDriver : IDisposable
{
    int Workers { get; }

    /// <summary>Asked before every shared access; null for threads, whose accesses the hardware interleaves.</summary>
    ISwitchPoint? SwitchPoint { get; }

    /// <summary>The nearest so many transactions are not validated ahead: who commits them is there first. Fewer let
    /// small blocks show what happens beyond.</summary>
    int ConfirmLead => Scheduler.ConfirmedInRow;

    /// <summary>Runs the work once for every worker, by its number, and returns when all are done.</summary>
    void Run(Action<int> work);

    /// <summary>Runs the work once for each of the first workers, by its number, and returns when all are done.
    /// </summary>
    void Run(Action<int> work, int workers) =>
        Run(worker =>
        {
            if (worker < workers) work(worker);
        });

    /// <summary>The worker that calls has nothing to do for the moment.</summary>
    void Idle(ref SpinWait spinner);
}
