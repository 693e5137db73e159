using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Access;

/// <summary>
/// Executes blocks serially and keeps what each transaction read and changed: every one runs on a state that has
/// forgotten the reads of those before it. Slower than plain serial execution, with the same results. One block at a
/// time; one thread.
/// </summary>
public sealed class FootprintRecorder : IDisposable
{
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly BlockProcessor _block;
    private readonly TransactionProcessor _transactions;
    private readonly AccessCollector _collector = new();
    private WorldState? _state;

    public FootprintRecorder(ForkRules rules, ulong chainId, CodeCache codes, Address? depositContract = null)
    {
        (_rules, _chainId) = (rules, chainId);
        _block = new(rules, chainId, codes, depositContract);
        _transactions = new(rules, codes);
    }

    /// <summary>State roots between transactions are not asked for.</summary>
    public BlockFootprints Record(BlockInput input)
    {
        var state = _state ??= new(input.State);
        var recording = new Recording(new(input.State), state, _collector);
        var run = new BlockProcessor.Run(
            input.Block, BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId), state, input.Hashes,
            null, null, new(input.Block.Transactions, _rules));
        recording.Begin();
        _block.BeforeTransactions(run, input.IsDaoForkBlock);
        recording.End(0, UInt256.Zero);
        var failure = RunTransactions(run, recording);
        if (failure is null)
        {
            recording.Begin();
            failure = _block.AfterTransactions(run);
            recording.End(0, UInt256.Zero);
        }
        return new(failure ?? run.Output, recording.State.GetChanges(), recording.Footprints);
    }

    public void Dispose()
    {
        _block.Dispose();
        _transactions.Dispose();
    }

    private ExecutedBlock? RunTransactions(BlockProcessor.Run run, Recording recording)
    {
        ulong blobGasLimit = BlobGas.Limit(_rules);
        foreach (var transaction in run.Block.Transactions)
        {
            recording.Begin();
            var result = _transactions.Execute(
                transaction, run.State, run.Environment, run.Hashes, run.Environment.GasLimit - run.Output.GasUsed,
                null, blobGasLimit - run.Output.BlobGasUsed);
            if (result.Error != TransactionError.None) return run.Output.Fail(result.Error, transaction);
            run.Output.Add(result);
            recording.End(result.GasUsed, result.Fee);
        }
        return null;
    }

    /// <summary>One block on its way.</summary>
    private sealed class Recording(FootprintState before, WorldState state, AccessCollector collector)
    {
        public FootprintState State => before;

        public List<TransactionFootprint> Footprints { get; } = [];

        public void Begin() => state.Reset(before);

        public void End(ulong gasUsed, in UInt256 fee)
        {
            var footprint = collector.Collect(state, Footprints.Count, gasUsed, fee);
            before.Apply(footprint);
            Footprints.Add(footprint);
        }
    }
}
