using System.Numerics;
using Weft.Evm;
using Weft.Evm.Analysis;

namespace Weft.Execution.Segments;

/// <summary>A worker that is not the leader: executes segments of the block, each on a state of its own, as fast as
/// serial execution does, and looks whether anything that they have read was changed before them.</summary>
internal sealed class SegmentWorker(int number, ForkRules rules, CodeCache codes) : IDisposable
{
    /// <summary>Transactions from one look at what the leader changes to the next.</summary>
    private const int LookInterval = 16;

    private readonly TransactionProcessor _processor = new(rules, codes) { LeavesFee = true };

    /// <summary>Those of the last block are the first <see cref="_used"/>; each comes before the one that was taken
    /// before it.</summary>
    private readonly List<Segment> _segments = [];

    private int _used;

    /// <summary>Transactions that were run for the last block, to their end or not.</summary>
    public int Executions { get; private set; }

    public void Work(SegmentedBlock block)
    {
        (_used, Executions) = (0, 0);
        for (bool isOfUse = true; isOfUse; )
        {
            if (_used == _segments.Count) _segments.Add(new(number));
            var segment = _segments[_used];
            if (!block.TryTake(segment)) break;
            _used++;
            isOfUse = Execute(block, segment);
            Executions += segment.Executions;
        }
        if (_used != 0 && !_segments[_used - 1].IsInVain) Compare(block);
    }

    /// <summary>After a block.</summary>
    public void Forget(Segment?[] segments)
    {
        for (int i = 0; i < _used; i++) segments[_segments[i].First] = null;
        _used = 0;
    }

    public void Dispose() => _processor.Dispose();

    /// <summary>False where it was in vain: what others change is what this block needs.</summary>
    private bool Execute(SegmentedBlock block, Segment segment)
    {
        try
        {
            Run(block, segment);
            // Nothing comes after the last one that could be disturbed by it.
            if (segment.End != block.Input.Block.Transactions.Count) segment.State.MarkChanges();
            // Those of one worker are compared while others still execute.
            for (int i = 0; i < _used - 1; i++)
                if (!block.IsUndisturbed(_segments[i], segment.State)) block.Doubt();
        }
#pragma warning disable CA1031 // It comes again when the leader executes the transaction.
        catch (Exception)
#pragma warning restore CA1031
        {
            segment.IsInVain = true;
        }
        bool isOfUse = !segment.IsInVain;
        block.End(segment);
        return isOfUse;
    }

    private void Run(SegmentedBlock block, Segment segment)
    {
        var transactions = block.Input.Block.Transactions;
        for (int i = segment.First; i < segment.End; i++)
        {
            block.Pass();
            segment.Executions++;
            var result = _processor.Execute(
                transactions[i], segment.State, block.Environment, block.Input.Hashes, block.Environment.GasLimit);
            if (result.Error != TransactionError.None) return;
            segment.IsInVain = !segment.TryPut(transactions[i], result);
            if (segment.IsInVain) return;
            // After 1, 2, 4, 8 … transactions, so that all looks together cost little.
            if (BitOperations.IsPow2(segment.Executions)) segment.Reads.Look();
            else if (segment.Executions % LookInterval == 0) segment.Reads.LookAtNew();
            segment.IsInVain = segment.Reads.IsDisturbed || block.IsOver;
            if (segment.IsInVain) return;
        }
    }

    private static void Compare(SegmentedBlock block)
    {
        var spinner = new SpinWait();
        while (!block.IsComparing && !block.IsInDoubt && !block.IsOver) block.Idle(ref spinner);
        if (block.IsComparing) block.Compare();
    }
}
