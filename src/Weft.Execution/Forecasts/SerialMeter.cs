using System.Diagnostics;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Forecasts;

/// <summary>Executes blocks serially, exactly as <see cref="BlockProcessor"/> does, and times each part. One block at a
/// time; one thread.</summary>
public sealed class SerialMeter : IDisposable
{
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly BlockProcessor _block;
    private readonly TransactionProcessor _transactions;
    private WorldState? _state;

    public SerialMeter(ForkRules rules, ulong chainId, CodeCache codes, Address? depositContract = null)
    {
        (_rules, _chainId) = (rules, chainId);
        _block = new(rules, chainId, codes, depositContract);
        _transactions = new(rules, codes);
    }

    /// <summary>One run. <paramref name="times"/> receives the ticks of <see cref="Stopwatch"/> that each part took, by
    /// block access index: 0 before the transactions, 1 to n these, n + 1 after them. An invalid block ends it.
    /// </summary>
    public ExecutedBlock Measure(BlockInput input, Span<long> times)
    {
        var transactions = input.Block.Transactions;
        ArgumentOutOfRangeException.ThrowIfNotEqual(times.Length, transactions.Count + 2);
        long last = Stopwatch.GetTimestamp();
        if (_state is null) _state = new(input.State);
        else _state.Reset(input.State);
        var run = new BlockProcessor.Run(
            input.Block, BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId), _state, input.Hashes,
            null, null, new(transactions, _rules));
        _block.BeforeTransactions(run, input.IsDaoForkBlock);
        times[0] = Lap(ref last);
        ulong blobGasLimit = BlobGas.Limit(_rules);
        for (int i = 0; i < transactions.Count; i++)
        {
            var result = _transactions.Execute(
                transactions[i], _state, run.Environment, run.Hashes, run.Environment.GasLimit - run.Output.GasUsed,
                null, blobGasLimit - run.Output.BlobGasUsed);
            if (result.Error != TransactionError.None) return run.Output.Fail(result.Error, transactions[i]);
            run.Output.Add(result);
            times[i + 1] = Lap(ref last);
        }
        var failure = _block.AfterTransactions(run);
        times[^1] = Lap(ref last);
        return failure ?? run.Output;
    }

    /// <summary>Several runs, and before them some to warm up. The median of each part.</summary>
    public long[] Measure(BlockInput input, int rounds, TimeSpan warmUp, CancellationToken cancellation)
    {
        long[] times = new long[input.Block.Transactions.Count + 2];
        var samples = new Samples(times.Length);
        var watch = Stopwatch.StartNew();
        do Measure(input, times);
        while (watch.Elapsed < warmUp);
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            Measure(input, times);
            samples.Add(times);
        }
        return samples.Medians(times);
    }

    public void Dispose()
    {
        _block.Dispose();
        _transactions.Dispose();
    }

    private static long Lap(ref long last)
    {
        long now = Stopwatch.GetTimestamp();
        long time = now - last;
        last = now;
        return time;
    }
}
