using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>
/// A way to execute blocks under the rules of one fork. All of them come to the results of serial execution, receipts,
/// gas, logs, changes and the reason of an invalid block; they differ in time only. One block at a time, and one thread
/// that asks.
/// </summary>
public interface IBlockExecutor : IDisposable
{
    /// <summary>The state transition; receipts and roots are left to <see cref="ExecutedBlock.Seal"/>.</summary>
    ExecutedBlock Transition(BlockInput input);

    /// <summary>What the last block changed: made anew for the caller, who may keep it. Asked for before the state
    /// below moves.</summary>
    StateChanges GetChanges();

    /// <summary>How the last block was executed.</summary>
    ExecutionSummary Summary { get; }
}
