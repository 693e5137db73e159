using System.Runtime.ExceptionServices;
using Weft.Primitives;
using Weft.State;
using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>One worker: a machine, a state and a view of its own. Does what the scheduler says until the block is done.
/// </summary>
internal sealed class Worker : IDisposable
{
    private readonly MultiVersionMemory _memory;
    private readonly Scheduler _scheduler;
    private readonly IDriver _driver;
    private readonly TransactionProcessor _processor;
    private readonly TransactionView _view;
    private readonly WorldState _state;
    private BlockInFlight _block = null!;

    public Worker(MultiVersionMemory memory, Scheduler scheduler, IDriver driver, TransactionProcessor processor)
    {
        (_memory, _scheduler, _driver, _processor) = (memory, scheduler, driver, processor);
        _view = memory.CreateView();
        _state = new(_view);
    }

    public void Begin(BlockInFlight block) => _block = block;

    public void Dispose() => _processor.Dispose();

    public void Work()
    {
        var spinner = new SpinWait();
        while (true)
        {
            var item = _scheduler.Next();
            if (item.Kind == WorkKind.Done) return;
            if (item.Kind == WorkKind.Wait)
            {
                _driver.Idle(ref spinner);
                continue;
            }
            spinner.Reset();
            Do(item);
        }
    }

    private void Do(in WorkItem item)
    {
        switch (item.Kind)
        {
            case WorkKind.Execute: Execute(item); break;
            case WorkKind.Validate: Validate(item); break;
            default: Commit(item); break;
        }
    }

    // ---- Execution ----

    private void Execute(in WorkItem item)
    {
        try
        {
            Span<ulong> suspects = stackalloc ulong[ReaderSet.Words];
            suspects.Clear();
            Run(item, suspects);
            _scheduler.Finished(item, Outcome.Done, suspects);
        }
        catch (DependencyException dependency)
        {
            _scheduler.Finished(item, Outcome.Blocked, default, dependency.Transaction);
        }
        catch (Exception exception)
        {
            // What a speculative transaction makes of values that never were together proves nothing.
            if (item.IsFirst) _block.Error = ExceptionDispatchInfo.Capture(exception);
            _scheduler.Finished(item, item.IsFirst ? Outcome.Stop : Outcome.Again);
        }
    }

    private void Run(in WorkItem item, Span<ulong> suspects)
    {
        var run = _block.Run;
        ref Attempt attempt = ref _block.AttemptAt(item.Transaction);
        bool paysFee = item.IsFirst && item.Incarnation > 0 && attempt.MustPayFee;
        _memory.Begin(item.Transaction, _view);
        _state.Reset(_view);
        _processor.LeavesFee = !paysFee;
        // What the block has left is known for certain only to the first; the others are looked at when they commit.
        ulong gasLeft = item.IsFirst ? run.Environment.GasLimit - run.Output.GasUsed : ulong.MaxValue;
        ulong blobGasLeft = item.IsFirst ? BlobGas.Limit(_block.Rules) - run.Output.BlobGasUsed : ulong.MaxValue;
        var result = _processor.Execute(
            run.Block.Transactions[item.Transaction - 1], _state, run.Environment, run.Hashes, gasLeft, null,
            blobGasLeft);
        _state.Capture();
        _memory.Publish(item.Transaction, suspects);
        attempt = new() { Result = result with { Output = default }, IsFinal = item.IsFirst, PaidFee = paysFee };
    }

    // ---- Validation and commit ----

    private void Validate(in WorkItem item)
    {
        bool holds = _memory.Validate(item.Transaction);
        if (!holds) _memory.Abort(item.Transaction);
        _scheduler.Finished(item, holds ? Outcome.Done : Outcome.Again);
    }

    private void Commit(in WorkItem item)
    {
        ref Attempt attempt = ref _block.AttemptAt(item.Transaction);
        if (!MayCommit(item.Transaction, ref attempt))
        {
            _memory.Abort(item.Transaction);
            _scheduler.Finished(item, Outcome.Again);
            return;
        }
        var run = _block.Run;
        var transaction = run.Block.Transactions[item.Transaction - 1];
        if (attempt.Result.Error != TransactionError.None)
        {
            _block.Failure = run.Output.Fail(attempt.Result.Error, transaction);
            _scheduler.Finished(item, Outcome.Stop);
            return;
        }
        _memory.Commit(item.Transaction);
        if (!attempt.PaidFee)
            _memory.CommitFee(run.Environment.Coinbase, attempt.Result.Fee, _block.Rules.ClearsEmptyAccounts);
        run.Output.Add(attempt.Result);
        _scheduler.Finished(item, Outcome.Done);
    }

    /// <summary>The boundary between speculation and fact.</summary>
    private bool MayCommit(int index, ref Attempt attempt)
    {
        var run = _block.Run;
        if (!attempt.IsFinal)
        {
            var transaction = run.Block.Transactions[index - 1];
            // Invalid, or too large for what is left of the block: the exact reason needs the exact state.
            if (attempt.Result.Error != TransactionError.None
                || transaction.GasLimit > run.Environment.GasLimit - run.Output.GasUsed
                || BlobGas.Of(transaction) > BlobGas.Limit(_block.Rules) - run.Output.BlobGasUsed
                || !_memory.Validate(index)) return false;
        }
        // Deleting the fee recipient and paying it do not commute.
        bool order = !attempt.PaidFee && _memory.Deletes(index, run.Environment.Coinbase);
        attempt.MustPayFee = order;
        return !order;
    }
}
