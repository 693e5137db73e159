using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Weft.Primitives;
using Weft.State;
using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>One worker: a machine, a state and a view of its own. Does what the scheduler says until the block is done.
/// </summary>
internal sealed class Worker : IDependencyWaiter, IDisposable
{
    /// <summary>Commits in a row, before what they wrote is applied: others may commit meanwhile.</summary>
    private const int RunMax = 8;

    private readonly MultiVersionMemory _memory;
    private readonly Scheduler _scheduler;
    private readonly IDriver _driver;
    private readonly TransactionProcessor _processor;
    private readonly TransactionView _view;
    private readonly WorldState _state;
    private readonly int _number;
    private readonly bool _validates;
    private readonly int[] _run = new int[RunMax];
    private BlockInFlight _block = null!;
    private IWorkObserver? _observer;

    /// <summary>In the block at hand: transactions that were run, to their end or not.</summary>
    public int Executions { get; private set; }

    /// <summary>Of these, the ones whose result was of no use.</summary>
    public int Aborts { get; private set; }

    public Worker(
        int number, MultiVersionMemory memory, Scheduler scheduler, IDriver driver, TransactionProcessor processor,
        bool validates = true)
    {
        _validates = validates;
        (_number, _memory, _scheduler, _driver, _processor) = (number, memory, scheduler, driver, processor);
        _view = memory.CreateView(this);
        _state = new(_view);
    }

    public void Begin(BlockInFlight block, IWorkObserver? observer)
    {
        (_block, _observer, Executions, Aborts) = (block, observer, 0, 0);
        _state.Reset(_view);
    }

    /// <summary>No two wait for each other, for each waits for an earlier transaction only.</summary>
    public bool WaitFor(int transaction)
    {
        if (!_scheduler.IsExecuting(transaction)) return false;
        _observer?.Waits(_number, transaction);
        var spinner = new SpinWait();
        do _driver.Idle(ref spinner);
        while (_scheduler.IsExecuting(transaction));
        _observer?.Resumes(_number);
        return true;
    }

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
            if (item.Kind != WorkKind.Confirm) _observer?.Begins(_number, item);
            try
            {
                Do(item);
            }
#pragma warning disable CA1031 // It comes out of Transition, when the others have stopped.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                GiveUp(exception);
                return;
            }
        }
    }

    /// <summary>The source failed where nothing was speculative: the others must not wait for what never comes.
    /// </summary>
    private void GiveUp(Exception exception)
    {
        _block.Error = ExceptionDispatchInfo.Capture(exception);
        _scheduler.Stop();
    }

    private void Do(in WorkItem item)
    {
        switch (item.Kind)
        {
            case WorkKind.Execute: Execute(item); break;
            case WorkKind.Validate: Validate(item); break;
            case WorkKind.Confirm: Confirm(item); break;
            default: CommitRun(item); break;
        }
    }

    /// <summary>Tells whoever observes, then the scheduler.</summary>
    private void Finish(in WorkItem item, Outcome outcome, ReadOnlySpan<ulong> suspects = default, int blocker = -1)
    {
        if (outcome is Outcome.Again or Outcome.Blocked) Aborts++;
        _observer?.Ends(_number, item, outcome, blocker, outcome == Outcome.Again ? FindCause(item) : default);
        _scheduler.Finished(item, outcome, suspects, blocker);
    }

    /// <summary>Looks again at what did not hold. It may hold by now: what others write goes on.</summary>
    private AbortCause FindCause(in WorkItem item)
    {
        ref Attempt attempt = ref _block.AttemptAt(item.Transaction);
        if (attempt.MustPayFee) return new(AbortReason.DeletesFeeRecipient);
        if (_memory.FindStaleRead(item.Transaction) is { } read)
            return new(AbortReason.StaleRead, new(read.Address, read.Field, read.Slot));
        return new(AbortReason.InDoubt);
    }

    // ---- Execution ----

    private void Execute(in WorkItem item)
    {
        Executions++;
        try
        {
            Span<ulong> suspects = stackalloc ulong[_memory.BitWords];
            suspects.Clear();
            Run(item);
            _observer?.HasRun(_number, item);
            var outcome = Outcome.Done;
            if (item.IsFirst || _scheduler.Cursor == item.Transaction) outcome = CommitAtOnce(item, suspects);
            else _memory.Publish(item.Transaction, suspects);
            if (outcome is Outcome.Done or Outcome.Committed) _state.KeepWrites();
            Finish(item, outcome, suspects);
        }
        catch (DependencyException dependency)
        {
            Finish(item, Outcome.Blocked, default, dependency.Transaction);
        }
        catch (Exception exception)
        {
            // What a speculative transaction makes of values that never were together proves nothing.
            if (item.IsFirst) _block.Error = ExceptionDispatchInfo.Capture(exception);
            Finish(item, item.IsFirst ? Outcome.Stop : Outcome.Again);
        }
    }

    private void Run(in WorkItem item)
    {
        var run = _block.Run;
        ref Attempt attempt = ref _block.AttemptAt(item.Transaction);
        bool paysFee = item.IsFirst && item.Incarnation > 0 && attempt.MustPayFee;
        _memory.Begin(item.Transaction, _view, item.IsFirst);
        _state.BeginSpeculation();
        _processor.LeavesFee = !paysFee;
        // What the block has left is known for certain only to the first; the others are looked at when they commit.
        ulong gasLeft = item.IsFirst ? run.Environment.GasLimit - run.Output.GasUsed : ulong.MaxValue;
        ulong blobGasLeft = item.IsFirst ? _block.BlobGasLimit - run.Output.BlobGasUsed : ulong.MaxValue;
        var transaction = run.Block.Transactions[item.Transaction - 1];
        bool isMeasured = _block.Long is not null && LongTransactions.IsWorthMeasuring(transaction);
        long start = isMeasured ? Stopwatch.GetTimestamp() : 0;
        var result = _processor.Execute(
            transaction, _state, run.Environment, run.Hashes, gasLeft, null,
            blobGasLeft);
        _state.Capture();
        run.Output.Results[item.Transaction - 1] = result with { Output = default };
        attempt = new()
        {
            Fee = result.Fee, GasUsed = result.GasUsed, Error = result.Error, MayHaveDeposit = result.MayHaveDeposit,
            GasLimit = transaction.GasLimit, BlobGas = BlobGas.Of(transaction), IsFinal = item.IsFirst,
            PaidFee = paysFee,
            Ticks = !isMeasured ? 0 : Stopwatch.GetTimestamp() - start,
        };
    }

    // ---- Validation and commit ----

    private void Validate(in WorkItem item)
    {
        bool holds = Holds(item.Transaction, isFirst: false);
        if (!holds) Abort(item.Transaction);
        Finish(item, holds ? Outcome.Done : Outcome.Again);
    }

    /// <summary>Validates ahead, so that the commits need not.</summary>
    private void Confirm(in WorkItem all)
    {
        for (int transaction = all.Transaction; transaction < all.End; transaction++)
        {
            if (!_scheduler.TryConfirm(all, transaction, out var item)) continue;
            _observer?.Begins(_number, item);
            var verdict = Judge(transaction);
            if (verdict == Verdict.Fails) Abort(transaction);
            Finish(item, verdict switch
            {
                Verdict.Holds => Outcome.Done,
                Verdict.Fails => Outcome.Again,
                _ => Outcome.Undecided,
            });
            // What comes after it saw what it had written.
            if (verdict == Verdict.Fails) break;
        }
    }

    private Verdict Judge(int transaction)
    {
        if (!_validates) return Verdict.Holds;
        // Invalid upon this state, or not: the commit looks whether it is upon the final one.
        if (_block.AttemptAt(transaction).Error != TransactionError.None) return Verdict.Undecided;
        return _memory.Confirm(transaction);
    }

    /// <summary>The scheduler is to know before the others can.</summary>
    private void Abort(int transaction)
    {
        _scheduler.Withdraw(transaction);
        _memory.Abort(transaction);
    }

    private bool Holds(int transaction, bool isFirst) =>
        !_validates || _memory.Validate(transaction, isFirst);

    /// <summary>Commits have an order, so they come first; applying them has none.</summary>
    private void CommitRun(WorkItem item)
    {
        int count = 0;
        while (Commit(item))
        {
            _run[count++] = item.Transaction;
            if (count == RunMax || !_scheduler.TryCommit(out item)) break;
            _observer?.Begins(_number, item);
        }
        for (int i = 0; i < count; i++)
        {
            item = new(WorkKind.Apply, _run[i]);
            _observer?.Begins(_number, item);
            _memory.Apply(item.Transaction, _view);
            Finish(item, Outcome.Done);
        }
    }

    private bool Commit(in WorkItem item)
    {
        if (!MayCommit(item.Transaction, isPublished: true, item.IsConfirmed))
        {
            Abort(item.Transaction);
            Finish(item, Outcome.Again);
            return false;
        }
        if (HasFailed(item.Transaction))
        {
            Finish(item, Outcome.Stop);
            return false;
        }
        _memory.Commit(item.Transaction);
        Record(item);
        Finish(item, Outcome.Done);
        return true;
    }

    /// <summary>Everything before is committed, so nobody needs to see the writes as a version first.</summary>
    private Outcome CommitAtOnce(in WorkItem item, Span<ulong> suspects)
    {
        if (!MayCommit(item.Transaction, isPublished: false, isConfirmed: false)) return Outcome.Again;
        if (HasFailed(item.Transaction)) return Outcome.Stop;
        _memory.CommitAtOnce(item.Transaction, _view, suspects);
        Record(item);
        return Outcome.Committed;
    }

    /// <summary>The boundary between speculation and fact.</summary>
    private bool MayCommit(int index, bool isPublished, bool isConfirmed)
    {
        ref Attempt attempt = ref _block.AttemptAt(index);
        if (!attempt.IsFinal)
        {
            var output = _block.Run.Output;
            // Invalid, or too large for what is left of the block: the exact reason needs the exact state.
            if (attempt.Error != TransactionError.None
                || attempt.GasLimit > _block.Run.Environment.GasLimit - output.GasUsed
                || attempt.BlobGas > _block.BlobGasLimit - output.BlobGasUsed
                || (!isConfirmed && !Holds(index, isFirst: true))) return false;
        }
        // Deleting the fee recipient and paying it do not commute.
        bool order = !attempt.PaidFee && _memory.DeletesFeeRecipient(index, isPublished);
        attempt.MustPayFee = order;
        return !order;
    }

    /// <summary>The transaction is invalid, and with it the block.</summary>
    private bool HasFailed(int index)
    {
        var run = _block.Run;
        var error = _block.AttemptAt(index).Error;
        if (error == TransactionError.None || run.LeavesOutInvalid) return false;
        _block.Failure = run.Output.Fail(error, run.Block.Transactions[index - 1]);
        return true;
    }

    /// <summary>What the block as a whole has of a transaction that is committed: its gas and its fee.</summary>
    private void Record(in WorkItem item)
    {
        ref Attempt attempt = ref _block.AttemptAt(item.Transaction);
        if (attempt.Error != TransactionError.None)
        {
            _block.Run.Output.LeaveOutNext();
            return;
        }
        if (!attempt.PaidFee)
            _memory.CommitFee(item.Transaction, attempt.Fee, _block.Rules.ClearsEmptyAccounts);
        _block.Run.Output.TakeNext(attempt.GasUsed, attempt.BlobGas, attempt.MayHaveDeposit);
        if (_block.Long is null && !_block.Hints.Learns) return;
        var transaction = _block.Run.Block.Transactions[item.Transaction - 1];
        _block.Hints.Learn(transaction, item.Incarnation > 0);
        _block.Long?.Learn(transaction, attempt.Ticks);
    }
}
