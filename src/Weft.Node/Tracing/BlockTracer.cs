using System.Text.Json;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Execution.Tracing;
using Weft.Primitives;
using Weft.Primitives.Blocks;

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
    private const int ParallelTransactionsMin = 4;

    /// <summary>With fewer threads a tracer that looks at calls only gains less than the first run costs: that takes
    /// about two thirds of what such a tracer does.</summary>
    private const int ThreadsForCalls = 4;

    /// <summary>Who looks at a block looks at it again, with another tracer.</summary>
    private const int RecordedBlocksMax = 8;

    private readonly Lock _turn = new();

    // The one asked for last at the end; while it is one's turn.
    private readonly List<(BlockKey Key, RecordedBlock Block)> _recorded = [];
    private WorkerThreads? _workers;

    /// <summary>The transactions before it are executed, too.</summary>
    /// <exception cref="TraceAbortedException">It took too long, became too large, or was cancelled.</exception>
    /// <exception cref="InvalidDataException">The block is invalid up to there.</exception>
    public TransactionTrace TraceTransaction(
        TraceInput input, int index, TracerOptions options, CancellationToken cancellation)
    {
        var sink = new Sink(input, options, index, cancellation);
        using BlockTraceRunner runner = CreateRunner(input);
        runner.Run(input.Block, index + 1, sink);
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
        if (threads == 1 || count < ParallelTransactionsMin || !_turn.TryEnter())
        {
            runner.Run(input.Block, count, sink);
            return sink.Traces;
        }
        try
        {
            if (FindOrRecord(input, runner, options) is { } recorded)
                runner.RunInParallel(input.Block, recorded, sink, _workers ??= new(threads));
            else runner.Run(input.Block, count, sink);
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

    /// <summary>Null where it is not worth the time.</summary>
    private RecordedBlock? FindOrRecord(TraceInput input, BlockTraceRunner runner, TracerOptions options)
    {
        var key = BlockKey.Of(input.Block.Block);
        int index = _recorded.FindIndex(known => known.Key == key);
        if (index < 0 && !options.IsCostly && threads < ThreadsForCalls) return null;
        RecordedBlock recorded = index < 0 ? runner.Record(input.Block) : _recorded[index].Block;
        if (index >= 0) _recorded.RemoveAt(index);
        else if (_recorded.Count == RecordedBlocksMax) _recorded.RemoveAt(0);
        _recorded.Add((key, recorded));
        return recorded;
    }

    /// <summary>The header says which state is before the block; the body need not be the one that it names, for a
    /// block may come from anybody.</summary>
    private readonly record struct BlockKey(Hash256 Hash, Hash256 TransactionsRoot)
    {
        public static BlockKey Of(Block block) =>
            new(block.Header.Hash, ListRoot.OfTransactions(block.Transactions));
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
