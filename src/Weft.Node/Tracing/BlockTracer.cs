using System.Text.Json;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Execution.Tracing;
using Weft.Primitives;

namespace Weft.Node.Tracing;

/// <summary>A block to be traced: the block with the state of its parent, which must be safe for concurrent readers,
/// and the chain's part of it.</summary>
public sealed record TraceInput(BlockInput Block, ForkRules Rules, ulong ChainId, Address? DepositContract = null);

/// <summary>What a tracer says about a transaction, as JSON.</summary>
public readonly record struct TransactionTrace(Hash256 TransactionHash, ReadOnlyMemory<byte> Json);

/// <summary>
/// Traces transactions that are in blocks, for debug_trace*. A whole block is traced on all workers; when these trace
/// another block already, it is traced on the thread that asks. Any number of threads.
/// </summary>
public sealed class BlockTracer(CodeCache codes, int threads) : IDisposable
{
    /// <summary>With fewer the run that finds out what each finds costs more than it gains.</summary>
    private const int ParallelTransactionsMin = 4;

    private readonly Lock _turn = new();
    private WorkerThreads? _workers;

    /// <summary>The transactions before it are executed, too.</summary>
    /// <exception cref="TraceAbortedException">It took too long, became too large, or was cancelled.</exception>
    /// <exception cref="InvalidDataException">The block is invalid up to there.</exception>
    public TransactionTrace TraceTransaction(
        TraceInput input, int index, TracerOptions options, CancellationToken cancellation)
    {
        var sink = new Sink(input, options, index, cancellation);
        using BlockTraceRunner runner = CreateRunner(input);
        RequireValid(runner.Run(input.Block, index + 1, sink));
        return sink.Traces[index];
    }

    /// <summary>All transactions of a block, in their order.</summary>
    /// <exception cref="TraceAbortedException">One took too long, all became too large, or it was cancelled.
    /// </exception>
    /// <exception cref="InvalidDataException">The block is invalid.</exception>
    public IReadOnlyList<TransactionTrace> TraceBlock(
        TraceInput input, TracerOptions options, CancellationToken cancellation)
    {
        int count = input.Block.Block.Transactions.Count;
        var sink = new Sink(input, options, null, cancellation);
        using BlockTraceRunner runner = CreateRunner(input);
        bool isParallel = threads > 1 && count >= ParallelTransactionsMin && _turn.TryEnter();
        if (!isParallel)
        {
            RequireValid(runner.Run(input.Block, count, sink));
            return sink.Traces;
        }
        try
        {
            RequireValid(runner.RunInParallel(input.Block, sink, _workers ??= new(threads)));
            return sink.Traces;
        }
        finally
        {
            _turn.Exit();
        }
    }

    /// <summary>The result of debug_traceBlock*: an array of hashes and results.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<TransactionTrace> traces)
    {
        writer.WriteStartArray();
        foreach (var (hash, json) in traces)
        {
            writer.WriteStartObject();
            writer.WriteData("txHash", hash.Bytes);
            writer.WritePropertyName("result");
            writer.WriteRawValue(json.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public void Dispose() => _workers?.Dispose();

    private BlockTraceRunner CreateRunner(TraceInput input) =>
        new(input.Rules, input.ChainId, codes, input.DepositContract);

    private static void RequireValid(BlockResult? failure)
    {
        if (failure is not null) throw new InvalidDataException($"the block is invalid: {failure.Detail}");
    }

    /// <summary>Makes JSON of what tracers saw as soon as they are done, so that only this is kept. Traces belong to
    /// the worker that has the transaction.</summary>
    private sealed class Sink(TraceInput input, TracerOptions options, int? only, CancellationToken cancellation)
        : ITraceSink
    {
        private long _bytes;

        public TransactionTrace[] Traces { get; } = new TransactionTrace[input.Block.Block.Transactions.Count];

        public ITransactionTracer? Begin(int index)
        {
            if (cancellation.IsCancellationRequested) throw TraceAbortedException.Cancelled();
            return only is null || only == index ? options.Create(cancellation) : null;
        }

        public void End(int index, ITransactionTracer tracer)
        {
            var block = input.Block.Block;
            Hash256 hash = block.Transactions[index].Hash;
            var context = new TraceContext(block.Header.Hash, block.Header.Number, hash, index);
            ReadOnlyMemory<byte> json = TraceWriter.ToJson(tracer, context, options.BytesMax);
            if (Interlocked.Add(ref _bytes, json.Length) > options.BytesMax)
                throw TraceAbortedException.TooLarge(options.BytesMax);
            Traces[index] = new(hash, json);
        }
    }
}
