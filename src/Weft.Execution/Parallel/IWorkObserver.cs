using Weft.Execution.Access;

namespace Weft.Execution.Parallel;

/// <summary>
/// Is told what workers do, by each worker itself and while it does it: a record writes it down, a virtual clock lets
/// its time go by. Where nobody observes, a worker pays for a comparison with null.
/// </summary>
public interface IWorkObserver
{
    /// <summary>The block is prepared: workers begin with its transactions as soon as they have got ready.</summary>
    void Prepared()
    {
    }

    /// <summary>The worker begins an item; never <see cref="WorkKind.Wait"/> or <see cref="WorkKind.Done"/>.</summary>
    void Begins(int worker, in WorkItem item);

    /// <summary>In the middle of a transaction: it has to see what another one writes, which runs at this moment.
    /// </summary>
    void Waits(int worker, int transaction);

    /// <summary>That other one has ended; the transaction goes on.</summary>
    void Resumes(int worker);

    /// <summary>The transaction has run; nobody sees yet what it wrote.</summary>
    void HasRun(int worker, in WorkItem item);

    /// <summary>The item is done, and the scheduler will hear of it right after this call.</summary>
    /// <param name="blocker">With <see cref="Outcome.Blocked"/> the transaction that has to come first.</param>
    void Ends(int worker, in WorkItem item, Outcome outcome, int blocker, in AbortCause cause);
}

/// <summary>Why an incarnation did not hold.</summary>
public enum AbortReason : byte
{
    /// <summary>It was not aborted.</summary>
    None,

    /// <summary>What it read is not what it would read now.</summary>
    StaleRead,

    /// <summary>It seemed invalid or failed; only a run upon the final state tells.</summary>
    InDoubt,

    /// <summary>It deletes the fee recipient, which has to be paid in the right order.</summary>
    DeletesFeeRecipient,
}

/// <summary>Why an incarnation did not hold, and with <see cref="AbortReason.StaleRead"/> what it had read.</summary>
public readonly record struct AbortCause(AbortReason Reason, AccessLocation? Location = null);
