using System.Diagnostics;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.AccessLists;

namespace Weft.Execution.Declared;

/// <summary>One worker: executes lanes one after another, each on a state that begins where the block access list says
/// and goes on as in serial execution.</summary>
internal sealed class LaneWorker : IDisposable
{
    private readonly int _number;
    private readonly ILanes _lanes;
    private readonly BlockProcessor _before, _after;
    private readonly TransactionProcessor _processor;
    private readonly AccessListState _source;
    private readonly WorldState _state;
    private readonly AccessCollector _collector = new();

    /// <summary>Parts that took long, or were expected to, with the nanoseconds that they took.</summary>
    private readonly List<(int Index, float Nanoseconds)> _costly = [];

    /// <summary>What comes before the transactions is there once, and one worker has it; likewise what comes after
    /// them.</summary>
    public LaneWorker(
        int number, ILanes lanes, BlockProcessor before, BlockProcessor after, ForkRules rules, CodeCache codes)
    {
        (_number, _lanes, _before, _after) = (number, lanes, before, after);
        _processor = new(rules, codes);
        _source = new(codeTakesStorage: !rules.SelfDestructOnlyWhenCreated);
        _state = new(_source);
    }

    /// <summary>Executes lanes until nothing is left or something does not fit.</summary>
    public void Work(DeclaredBlock block)
    {
        try
        {
            ulong gasUsed = 0;
            _costly.Clear();
            while (!block.IsInDoubt)
            {
                if (_lanes.TryNext(_number, out int first)) RunLane(block, first, ref gasUsed);
                else if (!_lanes.TrySteal(_number)) return;
            }
        }
#pragma warning disable CA1031 // What execution makes of values that a list made up proves nothing.
        catch (Exception)
#pragma warning restore CA1031
        {
            block.Doubt();
        }
    }

    public void Teach(CallTimes times, IReadOnlyList<Transaction> transactions)
    {
        foreach (var (index, nanoseconds) in _costly) times.Learn(transactions[index - 1], nanoseconds);
    }

    /// <summary>After all lanes have agreed.</summary>
    public StateChanges GetChanges(DeclaredBlock block)
    {
        _source.MoveTo(block.Input.State, block.List, block.LastIndex + 1);
        return _source.GetChanges();
    }

    public void Dispose() => _processor.Dispose();

    private void Begin(DeclaredBlock block, int index)
    {
        _source.MoveTo(block.Input.State, block.List, index);
        _state.Reset(_source);
    }

    /// <summary>Where the list is compared as a whole every part is a lane of its own.</summary>
    private void RunLane(DeclaredBlock block, int first, ref ulong gasUsed)
    {
        int part = first;
        var lane = new LaneResult();
        for (bool ends = false; !ends; )
        {
            int last = part;
            var item = new WorkItem(WorkKind.Execute, last);
            block.Input.Observer?.Begins(_number, item);
            if (last == first) Begin(block, first);
            bool fits = TryExecute(block, last, out var result, ref lane);
            // How much gas the block has left is seen when all are done. Until then no worker does more than a valid
            // block holds, so that costly invalid transactions cost no more than the block's gas limit a worker.
            if (!fits || gasUsed + lane.Sums.GasUsed > block.Environment.GasLimit) block.Doubt();
            block.Input.Observer?.HasRun(_number, item);
            ends = block.Footprints is not null || block.IsInDoubt || !_lanes.TryNext(_number, out part);
            if (ends && !block.IsInDoubt && !TryEnd(block, first, last, result)) block.Doubt();
            block.Input.Observer?.Ends(_number, item, Outcome.Done, -1, default);
            lane.End = last + 1;
        }
        gasUsed += lane.Sums.GasUsed;
        block.HasEnded(first, lane);
    }

    private bool TryEnd(DeclaredBlock block, int first, int last, in TransactionResult result)
    {
        if (block.Footprints is null)
            return _source.Agrees(_state, last, out int found) && block.TryCount(first, last, found);
        block.Footprints[last] = _collector.Collect(_state, last, result.GasUsed, result.Fee);
        return true;
    }

    private bool TryExecute(DeclaredBlock block, int index, out TransactionResult result, ref LaneResult lane)
    {
        result = default;
        if (index == 0)
        {
            _before.BeforeTransactions(block.RunOn(_state, block.Output), block.Input.IsDaoForkBlock);
            return true;
        }
        if (index == block.LastIndex) return _after.AfterDeposits(block.RunOn(_state, block.After)) is null;
        var environment = block.Environment;
        var transaction = block.Input.Block.Transactions[index - 1];
        long start = transaction.GasLimit >= CallTimes.GasMin ? Stopwatch.GetTimestamp() : 0;
        result = _processor.Execute(transaction, _state, environment, block.Input.Hashes, environment.GasLimit);
        if (start != 0) Time(block, index, start);
        block.Output.Results[index - 1] = result with { Output = default };
        if (result.Error != TransactionError.None) return false;
        lane.Sums.Add(transaction, result);
        return true;
    }

    private void Time(DeclaredBlock block, int index, long start)
    {
        float nanoseconds = (float)Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        if (nanoseconds > CallTimes.CostlyNanoseconds || block.Costs[index] > CallTimes.CostlyNanoseconds)
            _costly.Add((index, nanoseconds));
    }
}
