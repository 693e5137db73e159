using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.AccessLists;

namespace Weft.Execution.Tracing;

/// <summary>Gives the tracers for the transactions of a block, and takes them back. Called by any worker, for one
/// transaction by one thread.</summary>
public interface ITraceSink
{
    /// <summary>The tracer for a transaction, counted from 0; null where it is of no interest.</summary>
    ITransactionTracer? Begin(int index);

    /// <summary>The tracer has seen all of the transaction.</summary>
    void End(int index, ITransactionTracer tracer);
}

/// <summary>
/// Executes blocks once more, for tracers to watch. In parallel it takes a run without tracers first, which finds out
/// what every transaction finds in the state: then all of them run from there, in any order. One block at a time.
/// </summary>
public sealed class BlockTraceRunner : IDisposable
{
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly CodeCache _codes;
    private readonly Address? _depositContract;
    private readonly BlockProcessor _phases;
    private readonly TransactionProcessor _transactions;

    public BlockTraceRunner(ForkRules rules, ulong chainId, CodeCache codes, Address? depositContract = null)
    {
        (_rules, _chainId, _codes, _depositContract) = (rules, chainId, codes, depositContract);
        _phases = new(rules, chainId, codes, depositContract);
        _transactions = new(rules, codes);
    }

    public void Dispose()
    {
        _phases.Dispose();
        _transactions.Dispose();
    }

    /// <summary>Executes the first transactions of the block one after another; what comes after them is not looked at.
    /// </summary>
    /// <exception cref="TraceAbortedException">A tracer has had enough.</exception>
    /// <exception cref="InvalidDataException">One of them is invalid.</exception>
    public void Run(BlockInput input, int count, ITraceSink sink)
    {
        var environment = BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId);
        var state = new WorldState(input.State);
        var run = new BlockProcessor.Run(
            input.Block, environment, state, input.Hashes, null, null, new(input.Block.Transactions, _rules));
        _phases.BeforeTransactions(run, input.IsDaoForkBlock);
        int logs = 0;
        for (int i = 0; i < count; i++)
        {
            Transaction transaction = input.Block.Transactions[i];
            ITransactionTracer? tracer = sink.Begin(i);
            tracer?.Begin(new(transaction, state, environment, _rules, logs));
            TransactionResult result = _transactions.Execute(
                transaction, state, environment, input.Hashes, environment.GasLimit - run.Output.GasUsed, tracer,
                BlobGas.Limit(_rules) - run.Output.BlobGasUsed);
            if (result.Error != TransactionError.None) throw Invalid(run.Output.Fail(result.Error, transaction).Seal());
            run.Output.Add(result);
            logs += result.Logs.Count;
            if (tracer is null) continue;
            tracer.End(result);
            sink.End(i, tracer);
        }
    }

    /// <summary>Executes the block without tracers and finds out what every transaction finds.</summary>
    /// <exception cref="InvalidDataException">The block is invalid.</exception>
    public RecordedBlock Record(BlockInput input)
    {
        using var recorder = new FootprintRecorder(_rules, _chainId, _codes, _depositContract);
        BlockFootprints footprints = recorder.Record(input);
        if (footprints.Output.HasFailed) throw Invalid(footprints.Output.Seal());
        var list = AccessListBuilder.Build(footprints.Footprints);
        return new(list, footprints.Output.Transactions);
    }

    /// <summary>All transactions of a recorded block, on all workers. The state before it must be safe for concurrent
    /// readers.</summary>
    /// <exception cref="TraceAbortedException">A tracer has had enough.</exception>
    public void RunInParallel(BlockInput input, RecordedBlock recorded, ITraceSink sink, IDriver driver)
    {
        var work = new Work(this, input, recorded, sink);
        driver.Run(_ => work.Take());
        work.Finish();
    }

    private static InvalidDataException Invalid(BlockResult result) => new($"the block is invalid: {result.Detail}");

    /// <summary>A block whose transactions are taken by workers one by one.</summary>
    private sealed class Work
    {
        private readonly BlockTraceRunner _runner;
        private readonly BlockInput _input;
        private readonly RecordedBlock _recorded;
        private readonly ITraceSink _sink;
        private readonly BlockEnvironment _environment;
        private Exception? _failure;
        private int _next = -1;

        public Work(BlockTraceRunner runner, BlockInput input, RecordedBlock recorded, ITraceSink sink)
        {
            (_runner, _input, _recorded, _sink) = (runner, input, recorded, sink);
            _environment = BlockProcessor.CreateEnvironment(input.Block.Header, runner._rules, runner._chainId);
        }

        /// <summary>What goes wrong ends the work of all.</summary>
        public void Take()
        {
            try
            {
                using var processor = new TransactionProcessor(_runner._rules, _runner._codes);
                var source = new AccessListState(codeTakesStorage: !_runner._rules.SelfDestructOnlyWhenCreated);
                var state = new WorldState(source);
                int count = _input.Block.Transactions.Count;
                for (int i; (i = Interlocked.Increment(ref _next)) < count && Volatile.Read(ref _failure) is null;)
                {
                    source.MoveTo(_input.State, _recorded.List, i + 1);
                    state.Reset(source);
                    Trace(i, processor, state);
                }
            }
#pragma warning disable CA1031 // A worker has nobody to throw to: who waits for the work throws it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _failure, e, null);
            }
        }

        public void Finish()
        {
            if (_failure is TraceAbortedException aborted) throw aborted;
            if (_failure is not null) throw new InvalidOperationException("tracing failed", _failure);
        }

        private void Trace(int i, TransactionProcessor processor, WorldState state)
        {
            if (_sink.Begin(i) is not { } tracer) return;
            Transaction transaction = _input.Block.Transactions[i];
            var (logs, gas) = _recorded.Before(i);
            tracer.Begin(new(transaction, state, _environment, _runner._rules, logs));
            TransactionResult result = processor.Execute(
                transaction, state, _environment, _input.Hashes, _environment.GasLimit - gas, tracer);
            if (result.Error != TransactionError.None || result.GasUsed != _recorded.Before(i + 1).Gas - gas)
                throw new InvalidOperationException($"transaction {i} runs differently the second time");
            tracer.End(result);
            _sink.End(i, tracer);
        }
    }
}
