using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>
/// Worker 0: executes the front of the block exactly as serial execution does, so that what it has is right whatever
/// the others do. What they have executed behind it is joined where nothing before disturbs it; where something does,
/// the leader goes on by itself.
/// </summary>
internal sealed class SegmentLeader : IDisposable
{
    private readonly ForkRules _rules;
    private readonly BlockProcessor _processor;
    private readonly WorldState _front, _last;

    /// <summary>The segments were joined at once: what comes after the transactions is on top of them.</summary>
    private JoinedState? _joined;

    public SegmentLeader(ForkRules rules, ulong chainId, CodeCache codes, Address? depositContract)
    {
        var nothing = new InMemoryState();
        (_rules, _front, _last) = (rules, new(nothing), new(nothing));
        _processor = new(rules, chainId, codes, depositContract);
    }

    /// <summary>That of the transactions that are final; complete but for segments that were joined at once.</summary>
    public WorldState Front => _front;

    /// <summary>Transactions of the last block that others have executed for good.</summary>
    public int Joined { get; private set; }

    /// <summary>Before any worker begins.</summary>
    public void Begin(IStateReader source)
    {
        (_joined, Joined) = (null, 0);
        _front.Reset(source);
        _front.MarkChanges();
    }

    public ExecutedBlock Work(SegmentedBlock block)
    {
        try
        {
            var run = block.RunOn(_front);
            _processor.BeforeTransactions(run, block.Input.IsDaoForkBlock);
            return ExecuteFront(block, run) ?? ExecuteRest(block, run) ?? block.Output;
        }
        finally
        {
            block.End();
        }
    }

    public StateChanges GetChanges() => _joined is null ? _front.GetChanges() : _joined.GetChanges(_last);

    public void Dispose() => _processor.Dispose();

    private ExecutedBlock? ExecuteFront(SegmentedBlock block, BlockProcessor.Run run)
    {
        for (int next = 0; block.TryTakeNext(out int end); )
            for (; next < end; next++)
            {
                block.Pass();
                if (_processor.ExecuteNext(run) is { } failed) return failed;
                if (block.IsSpeculating) _front.MarkChanges();
            }
        return null;
    }

    private ExecutedBlock? ExecuteRest(SegmentedBlock block, BlockProcessor.Run run)
    {
        int count = run.Block.Transactions.Count, next = run.Output.Count;
        if (next < count && block.TryBeginComparing(next))
        {
            block.Compare();
            if (block.EndComparing() && TryJoinAll(block, run)) run = run with { State = _last };
            next = run.Output.Count;
        }
        while (next < count)
        {
            var segment = block.At(next);
            if (block.Wait(segment) && MayJoin(block, segment, run.Output)) Join(segment, run);
            for (next = run.Output.Count; next < segment.End; next++)
                if (_processor.ExecuteNext(run) is { } failed) return failed;
        }
        return _processor.AfterTransactions(run);
    }

    /// <summary>Every location has one writer at most, but for balances that were added to: the changes can stay where
    /// they are.</summary>
    private bool TryJoinAll(SegmentedBlock block, BlockProcessor.Run run)
    {
        var sums = new ResultSums();
        foreach (var segment in block.Ordered) sums.Add(segment.Sums);
        if (!Fit(block, sums, run.Output) || !MayPay(block)) return false;
        var states = new WorldState[block.Ordered.Count + 1];
        states[0] = _front;
        for (int i = 1; i < states.Length; i++) states[i] = block.Ordered[i - 1].State;
        _joined = new(block.Input.State, states);
        _last.Reset(_joined);
        run = run with { State = _last };
        foreach (var segment in block.Ordered) Take(segment, run);
        return true;
    }

    /// <summary>Whether the segment is what execution here would come to, as far as it was executed.</summary>
    private bool MayJoin(SegmentedBlock block, Segment segment, ExecutedBlock output)
    {
        if (segment.Reached == segment.First || segment.State.HasRead(block.Environment.Coinbase)) return false;
        return block.IsUndisturbed(segment, _front) && MayPay(block)
            && Fit(block, segment.Sums, output);
    }

    private void Join(Segment segment, BlockProcessor.Run run)
    {
        _front.Absorb(segment.State);
        Take(segment, run);
    }

    /// <summary>False where a transaction does not fit into what the block has left for it.</summary>
    private bool Fit(SegmentedBlock block, in ResultSums sums, ExecutedBlock output) => sums.Fits(
        block.Environment.GasLimit - output.GasUsed, BlobGas.Limit(_rules) - output.BlobGasUsed);

    /// <summary>Fees are paid as one sum. Only where the recipient is there and empty a fee of nothing would matter by
    /// itself: it deletes the account (EIP-161).</summary>
    private bool MayPay(SegmentedBlock block) =>
        !_front.Exists(block.Environment.Coinbase) || !_front.IsEmpty(block.Environment.Coinbase);

    private void Take(Segment segment, BlockProcessor.Run run)
    {
        int count = segment.Reached - segment.First;
        run.Output.Take(count, segment.Sums);
        Joined += count;
        run.State.BeginTransaction();
        run.State.AddBalance(run.Environment.Coinbase, segment.Sums.Fees);
        run.State.EndTransaction(_rules.ClearsEmptyAccounts);
    }
}
