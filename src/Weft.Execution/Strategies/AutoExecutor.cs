using System.Diagnostics;
using Weft.Evm;
using Weft.Execution.Declared;
using Weft.Execution.Strategies.Auto;
using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>
/// Chooses for each block how it is executed and by how many workers, by a <see cref="CostModel"/> that several
/// executors may share. Results do not depend on the choice.
/// </summary>
internal sealed class AutoExecutor : IBlockExecutor
{
    /// <summary>The first blocks of an executor pay for tables that grow and code that is compiled: nothing is learned
    /// from them.</summary>
    private const int ColdBlocks = 2;

    private static readonly TimeSpan TimeMax = TimeSpan.FromDays(1);

    private static readonly Strategy[] Always = [Strategy.Optimistic, Strategy.Segments];
    private static readonly Strategy[] WithList = [Strategy.Optimistic, Strategy.Segments, Strategy.Declared];

    /// <summary>Plain transfers declare themselves, and nothing else can be as fast.</summary>
    private static readonly Strategy[] Plain = [Strategy.Declared];

    private readonly ForkRules _rules;
    private readonly CostModel _model;
    private readonly int _workers;
    private readonly Func<Strategy, int, IBlockExecutor> _create;
    private readonly Dictionary<(Strategy, int), Inner> _inner = [];
    private IBlockExecutor? _last;

    /// <summary>Executors are made by <paramref name="create"/>, for a number of workers, when they are first chosen.
    /// </summary>
    public AutoExecutor(ForkRules rules, CostModel model, int workers, Func<Strategy, int, IBlockExecutor> create) =>
        (_rules, _model, _workers, _create) = (rules, model, workers, create);

    public ExecutionSummary Summary { get; private set; }

    public ExecutedBlock Transition(BlockInput input)
    {
        bool needsRoots = input.Roots is not null && !_rules.StatusInReceipts;
        if (_workers == 1 || needsRoots || input.Block.Transactions.Count <= 1)
            return ExecuteSerially(input);
        long start = Stopwatch.GetTimestamp();
        var prediction = _model.Predict(input.Block);
        var strategies = prediction.IsPlain ? Plain : input.AccessList is not null ? WithList : Always;
        var strategy = _model.Choose(prediction, strategies, out var reason);
        var inner = Get(strategy, prediction.WorkersFor(strategy));
        _last = inner.Executor;
        var executed = _last.Transition(input);
        var time = Stopwatch.GetElapsedTime(start);
        Summary = _last.Summary with
        {
            Reason = reason, PredictedTime = ToTime(prediction[strategy]),
            PredictedSerialTime = ToTime(prediction.Serial), ActualTime = time,
        };
        // An invalid block was not executed to its end.
        bool isWhole = executed.Transactions.Count == input.Block.Transactions.Count && executed.LeftOut.Count == 0;
        if (++inner.Blocks > ColdBlocks && isWhole)
            _model.Learn(
                prediction, new(strategy, time.TotalNanoseconds, _last.Summary.Strategy != strategy),
                executed.GasUsed, executed.Transactions);
        return executed;
    }

    public StateChanges GetChanges() => _last?.GetChanges() ?? new();

    public void Dispose()
    {
        foreach (var inner in _inner.Values) inner.Executor.Dispose();
    }

    private ExecutedBlock ExecuteSerially(BlockInput input)
    {
        _last = Get(Strategy.Serial, 1).Executor;
        var executed = _last.Transition(input);
        Summary = _last.Summary with { Reason = StrategyReason.OnlySerial };
        return executed;
    }

    private Inner Get(Strategy strategy, int workers)
    {
        if (!_inner.TryGetValue((strategy, workers), out var inner))
            _inner.Add((strategy, workers), inner = new(_create(strategy, workers)));
        return inner;
    }

    /// <summary>A header may claim any amount of gas.</summary>
    private static TimeSpan ToTime(double nanoseconds) =>
        TimeSpan.FromMicroseconds(Math.Min(nanoseconds / 1000, TimeMax.TotalMicroseconds));

    private sealed class Inner(IBlockExecutor executor)
    {
        public readonly IBlockExecutor Executor = executor;
        public int Blocks;
    }
}
