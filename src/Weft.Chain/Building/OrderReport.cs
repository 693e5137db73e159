using Weft.Chain.Pool;
using Weft.Evm.Analysis;
using Weft.Execution.Forecasts;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Building;

/// <summary>What the order of a block's transactions costs in fees and wins in time, beside the order in which what
/// pays most comes first.</summary>
/// <param name="Moved">Transactions that stand elsewhere than their fees say.</param>
/// <param name="Fees">Wei for the fee recipient.</param>
/// <param name="FeesByPrice">The same in the order of the fees.</param>
/// <param name="Cores">Forecasts, optimistic execution; serial execution takes the same in both orders.</param>
public sealed record OrderReport(
    int Moved, UInt256 Fees, UInt256 FeesByPrice, IReadOnlyList<OrderForecast> Cores)
{
    /// <exception cref="InvalidDataException">The block is invalid, in its order or in that of its fees.</exception>
    /// <exception cref="OperationCanceledException">Looked at between runs of the block.</exception>
    public static OrderReport Of(RuledBlock block, int[] cores, CodeCache codes, CancellationToken cancellation)
    {
        Block body = block.Input.Block;
        Transaction[] byPrice = SortByPrice(body.Transactions, body.Header.BaseFeePerGas ?? UInt256.Zero);
        int moved = byPrice.Zip(body.Transactions).Count(pair => !ReferenceEquals(pair.First, pair.Second));
        using var forecaster = new BlockForecaster(
            Strategy.Optimistic, cores, Rounds, measures: false, codes, cancellation);
        var own = forecaster.Run(block);
        var other = moved == 0 ? own : forecaster.Run(block with
        {
            Input = block.Input with { Block = body with { Transactions = byPrice } },
        });
        if ((own.Difference ?? other.Difference) is { } difference) throw new InvalidDataException(difference);
        return new(
            moved, SumFees(own), SumFees(other),
            [.. own.Cores.Zip(other.Cores, (mine, theirs) => new OrderForecast(
                mine.Cores, mine.Speedup, theirs.Speedup, own.SerialMilliseconds))]);
    }

    /// <summary>Measurements of each part; the fastest counts.</summary>
    private const int Rounds = 3;

    /// <summary>As the pool would offer them: of every sender the next nonce, what pays most first.</summary>
    internal static Transaction[] SortByPrice(IReadOnlyList<Transaction> transactions, UInt256 baseFee)
    {
        var senders = transactions.Select((transaction, index) => (transaction, index))
            .GroupBy(one => one.transaction.Sender!.Value)
            .Select(one => new Queue<(Transaction Transaction, int Index)>(one.OrderBy(t => t.transaction.Nonce)));
        var heads = new PriorityQueue<Queue<(Transaction Transaction, int Index)>, (UInt256 Tip, int Index)>(
            Comparer<(UInt256 Tip, int Index)>.Create((a, b) =>
                a.Tip != b.Tip ? b.Tip.CompareTo(a.Tip) : a.Index.CompareTo(b.Index)));
        foreach (var sender in senders) Offer(sender);
        var sorted = new List<Transaction>(transactions.Count);
        while (heads.TryDequeue(out var sender, out _))
        {
            sorted.Add(sender.Dequeue().Transaction);
            if (sender.Count > 0) Offer(sender);
        }
        return [.. sorted];

        void Offer(Queue<(Transaction Transaction, int Index)> sender) =>
            heads.Enqueue(sender, (TipOf(sender.Peek().Transaction, baseFee), sender.Peek().Index));
    }

    private static UInt256 TipOf(Transaction transaction, in UInt256 baseFee)
    {
        UInt256 room = transaction.FeeCap > baseFee ? transaction.FeeCap - baseFee : UInt256.Zero;
        UInt256 tip = PooledTransaction.TipCapOf(transaction);
        return tip < room ? tip : room;
    }

    private static UInt256 SumFees(BlockForecast forecast)
    {
        var sum = UInt256.Zero;
        foreach (var result in forecast.Result.Transactions) sum += result.Fee;
        return sum;
    }
}

/// <summary>How fast a block runs on so many cores in two orders. Speedups are over serial execution, each by costs
/// that were measured in the same run.</summary>
/// <param name="SerialMilliseconds">In the block's own order.</param>
public sealed record OrderForecast(int Cores, double Speedup, double SpeedupByPrice, double SerialMilliseconds)
{
    /// <summary>Negative where the order of the fees is the faster one.</summary>
    public double WonMilliseconds => SerialMilliseconds / SpeedupByPrice - SerialMilliseconds / Speedup;
}
