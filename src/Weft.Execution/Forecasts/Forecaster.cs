using System.Diagnostics;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Records;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Forecasts;

/// <summary>What a block would take on a number of cores.</summary>
/// <param name="Ticks">Of <see cref="Stopwatch"/>, for the whole block.</param>
/// <param name="Summary">As the executor has it.</param>
/// <param name="Spent">Where that time went.</param>
/// <param name="Record">What the virtual cores did.</param>
/// <param name="Output">What the engine came to.</param>
public sealed record Forecast(
    int Cores, long Ticks, ExecutionSummary Summary, TimeSpent Spent, ExecutionRecord Record, ExecutedBlock Output,
    StateChanges Changes);

/// <summary>Runs a strategy under a <see cref="VirtualClock"/>. Auto is what it learns to be when it meets a block's
/// like often: the engine with the hints that there are, or serial execution where that is faster. One block at a
/// time; one thread.</summary>
public sealed class Forecaster : IDisposable
{
    private const int Refinements = 2;

    private readonly Strategy _strategy;
    private readonly VirtualClock _clock;
    private readonly IBlockExecutor _executor;

    public Forecaster(
        Strategy strategy, int cores, ForkRules rules, ulong chainId, CodeCache codes,
        Address? depositContract = null)
    {
        (_strategy, _clock) = (strategy, new(cores));
        var engine = strategy == Strategy.Auto ? Strategy.Dag : strategy;
        _executor = BlockExecutors.Create(engine, rules, chainId, codes, _clock, depositContract);
    }

    public int Cores => _clock.Workers;

    /// <summary>By lists: what a transaction costs hangs on the lane that it is in, and the lanes on what the
    /// transactions cost. So the lanes that come about are measured, and those that come about then.</summary>
    /// <param name="input">With a list.</param>
    /// <param name="costs">Of the block as one lane at first; in the end those that the forecast is of.</param>
    /// <param name="meter">Of the same fork.</param>
    /// <param name="rounds">Runs of each measurement.</param>
    /// <param name="cancellation">Looked at between runs.</param>
    public Forecast RunDeclared(
        BlockInput input, ref EngineCosts costs, CostMeter meter, int rounds, CancellationToken cancellation)
    {
        var forecast = Run(input, costs);
        for (int i = 0; i < Refinements && forecast.Summary.Strategy == Strategy.Declared; i++)
        {
            costs = meter.MeasureDeclared(input, rounds, StartsOfLanes(forecast.Record), cancellation);
            forecast = Run(input, costs);
        }
        return forecast;
    }

    /// <summary><paramref name="costs"/>: of this block under this strategy.</summary>
    public Forecast Run(BlockInput input, EngineCosts costs)
    {
        costs = costs.On(Cores);
        var record = new ExecutionRecord(Cores, _clock.Now);
        (_clock.Costs, _clock.Observer) = (costs, record);
        var output = _executor.Transition(input with { Observer = _clock });
        // Where a list does not fit, what follows is serial.
        long serial = _executor.Summary.Strategy == Strategy.Serial ? costs.SerialTotal : 0;
        long ticks = costs.Outside + _clock.Elapsed + serial;
        var spent = DecisiveChain.Measure(record, costs, input.Predecessors, ticks - serial);
        spent = spent with { Work = spent.Work + serial };
        var summary = _executor.Summary;
        if (_strategy == Strategy.Auto && ticks >= costs.SerialTotal)
        {
            (ticks, spent) = (costs.SerialTotal, new() { Work = costs.SerialTotal });
            summary = new(Strategy.Serial, 1, summary.Transactions, summary.Transactions, 0);
        }
        return new(Cores, ticks, summary, spent, record, output, _executor.GetChanges());
    }

    /// <summary>Nothing on so many cores is faster than this many times serial: the work divided by the cores, of which
    /// none takes a part of a transaction, or the longest chain of transactions that need each other; by a list, which
    /// tells every transaction what it will read, the longest transaction.</summary>
    public double LimitOf(DependencyGraph graph, EngineCosts costs)
    {
        ulong[] ticks = Array.ConvertAll(costs.Serial, cost => (ulong)cost);
        double total = costs.SerialTotal;
        double chain = _strategy == Strategy.Declared ? ticks.Max() : graph.FindCriticalPath(ticks).Cost;
        double shared = Math.Max(total / Cores, LongestAtOnce(ticks, Cores));
        return total <= 0 ? 1 : total / Math.Max(shared, chain);
    }

    /// <summary>Of the <i>k</i> × <paramref name="cores"/> + 1 longest parts one core has at least <i>k</i> + 1, which
    /// take no less than the shortest of them: the most of it for any <i>k</i>.</summary>
    private static double LongestAtOnce(ulong[] ticks, int cores)
    {
        ulong[] longest = [.. ticks.OrderDescending()];
        double[] sums = new double[longest.Length + 1];
        for (int i = 0; i < longest.Length; i++) sums[i + 1] = sums[i] + longest[i];
        double most = 0;
        for (int count = 1, end = 1; end <= longest.Length; count++, end += cores)
            most = Math.Max(most, sums[end] - sums[end - count]);
        return most;
    }

    private static List<int> StartsOfLanes(ExecutionRecord record)
    {
        var starts = new List<int>();
        for (int worker = 0; worker < record.Workers; worker++)
        {
            int last = -1;
            foreach (ref readonly var part in record[worker])
            {
                if (part.Transaction != last + 1) starts.Add(part.Transaction);
                last = part.Transaction;
            }
        }
        starts.Sort();
        return starts;
    }

    public void Dispose()
    {
        _executor.Dispose();
        _clock.Dispose();
    }
}
