using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>One worker: executes segments of the block, one after another, on a state of its own, as fast as serial
/// execution does; then looks whether any other worker changed what it has read.</summary>
internal sealed class SegmentWorker : IDisposable
{
    private readonly TransactionProcessor _processor;
    private readonly IDriver _driver;

    public SegmentWorker(ForkRules rules, CodeCache codes, IDriver driver, IStateReader nothing)
    {
        _processor = new(rules, codes) { LeavesFee = true };
        (_driver, State) = (driver, new(nothing));
    }

    public WorldState State { get; }

    /// <summary><paramref name="before"/>: what comes before the transactions, for one of the workers.</summary>
    public void Work(SegmentedBlock block, WorldState[] states, BlockProcessor? before)
    {
        try
        {
            State.Reset(block.Input.State);
            before?.BeforeTransactions(block.RunOn(State), block.Input.IsDaoForkBlock);
            while (!block.IsInDoubt && block.TryTake(out int first, out int end)) Execute(block, first, end);
            State.MarkChanges();
        }
#pragma warning disable CA1031 // It comes again when the block is executed serially.
        catch (Exception)
#pragma warning restore CA1031
        {
            block.Doubt();
        }
        block.Arrive();
        var spinner = new SpinWait();
        while (!block.HaveAllArrived) _driver.Idle(ref spinner);
        if (!block.IsInDoubt) Compare(block, states);
    }

    public void Dispose() => _processor.Dispose();

    private void Execute(SegmentedBlock block, int first, int end)
    {
        var transactions = block.Input.Block.Transactions;
        for (int i = first; i < end; i++)
        {
            var result = _processor.Execute(
                transactions[i], State, block.Environment, block.Input.Hashes, ulong.MaxValue);
            if (result.Error != TransactionError.None)
            {
                block.Doubt();
                return;
            }
            block.Results[i] = result with { Output = default };
        }
    }

    private void Compare(SegmentedBlock block, WorldState[] states)
    {
        // Everybody pays the fee recipient; who looks at it, sees what it has after each transaction.
        bool holds = !State.HasRead(block.Environment.Coinbase);
        foreach (var other in states)
            holds = holds && (other == State || State.IsUndisturbedBy(other));
        if (!holds) block.Doubt();
    }
}
